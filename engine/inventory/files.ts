import { lstatSync, readdirSync, statSync } from 'node:fs'
import { codeOf } from '../values/error-code.ts'
import { err, ok, type Result } from '../values/result.ts'

/** What stands at a path; what cannot be looked at counts as not there, and reading it says why. */
export function kindOf(path: string): 'file' | 'folder' | 'none' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file'
  } catch {
    return 'none'
  }
}

/**
 * The names in a folder, in order of name; none where nothing stands. Hidden files and what editors leave behind are left out. A folder that cannot be looked
 * into is not an empty one.
 */
export function namesIn(folder: string): Result<readonly string[], string> {
  try {
    return ok(readdirSync(folder).filter((name) => !/^\.|~$|\.(bak|orig|swp)$/.test(name)).sort())
  } catch (error) {
    return isNothing(folder) ? ok([]) : err(`cannot look into this folder: ${reasonOf(error)}`)
  }
}

/** False for a link to nothing. */
function isNothing(path: string): boolean {
  try {
    lstatSync(path)
    return false
  } catch (error) {
    return codeOf(error) === 'ENOENT'
  }
}

const REASONS: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EACCES: 'permission denied', ENOTDIR: 'it is no folder' }

/** What an error of the file system says, in words. */
export const reasonOf = (error: unknown): string => REASONS[codeOf(error)] ?? codeOf(error)
