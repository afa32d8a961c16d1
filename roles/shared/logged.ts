/**
 * A command of cron whose output goes to the log of the system: `journalctl -t TAG`. On a host without one the command comes to its end all the same.
 *
 * @param tag letters, digits, "-" and "_"
 */
export const logged = (command: string, tag: string): string => `${command} 2>&1 | { logger -t ${tag} || cat >/dev/null; }`
