import { z } from 'zod'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { err, ok, type Result } from '../values/result.ts'
import { keptFile, readKept, writeKept } from './kept-file.ts'

/** Which hosts did not finish a playbook's last run with an inventory: for `--resume`. */
const Journal = z.object({ unfinished: z.array(z.string()) })

/** Gives a warning when it cannot be written. */
export async function writeUnfinished(cwd: string, playbook: string, sources: readonly string[], hosts: readonly string[]): Promise<string | undefined> {
  const why = await writeKept(keptFile(cwd, playbook, sources, ''), { unfinished: hosts })
  return why === undefined ? undefined : `--resume will not know of this run: ${why}`
}

/** As a limit pattern. */
export async function readUnfinished(cwd: string, playbook: string, sources: readonly string[]): Promise<Result<string, readonly Diagnostic[]>> {
  const file = keptFile(cwd, playbook, sources, '')
  const read = await readKept(file, Journal)
  if (read === undefined) return err([{ message: `${playbook} has not been run with this inventory from here: there is nothing to resume` }])
  if (read === 'unusable') return err([{ message: `${file} is not what a run has written: there is nothing to resume`, hint: 'remove it, and run without --resume' }])
  const { unfinished } = read.value
  return unfinished.length > 0 ? ok(unfinished.join(',')) : err([{ message: `the last run of ${playbook} finished on every host: there is nothing to resume` }])
}
