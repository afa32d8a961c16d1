import { join } from 'node:path'

/** The code of a failed file operation: "ENOENT". */
export function failureCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error)
}

/** `~/x` in the home directory of the person. */
export function inHome(path: string, home: string): string {
  return path === '~' ? home : path.startsWith('~/') ? join(home, path.slice(2)) : path
}
