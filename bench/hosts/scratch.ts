import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atTheEnd } from './ending.ts'

/** A folder for what a bench writes: `using scratch = scratchFolder()`. Gone with the block, and when the process is ended. */
export function scratchFolder(parent = tmpdir()): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(parent, 'hostwright-bench-'))
  const remove = atTheEnd(() => rmSync(path, { recursive: true, force: true }))
  return { path, [Symbol.dispose]: remove }
}
