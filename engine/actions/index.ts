/** Every action, one file each. */
export { command, script } from './command.ts'
export { composeExec } from './compose-exec.ts'
export { waitFor } from './wait-for.ts'
