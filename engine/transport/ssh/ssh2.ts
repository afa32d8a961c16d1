/**
 * ssh2 is loaded when the first connection needs it: a run that only prints help should not pay for it.
 * The default export is the whole module; of the named ones Node finds only some.
 */
export const loadSsh2 = async () => (await import('ssh2')).default
