import { readdirSync, statSync } from 'node:fs'

/** What stands at a path; what cannot be looked at counts as not there, and reading it says why. */
export function kindOf(path: string): 'file' | 'folder' | 'none' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file'
  } catch {
    return 'none'
  }
}

/** The names in a folder, in order of name. Hidden files and what editors leave behind are left out. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !/^\.|~$|\.(bak|orig|swp)$/.test(name)).sort()
  } catch {
    return []
  }
}
