import { homedir } from 'node:os'
import { join } from 'node:path'

/** `~/x` in the home directory of the person; `~somebody/x` is left as it is. */
export function inHome(path: string, home: string = homedir()): string {
  return path === '~' ? home : path.startsWith('~/') ? join(home, path.slice(2)) : path
}
