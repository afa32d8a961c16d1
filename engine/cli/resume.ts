import { z } from 'zod'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { err, ok, type Result } from '../values/result.ts'
import { keptFile, readKept, writeKept } from './kept-file.ts'

/**
 * Which hosts have not finished a playbook with an inventory since they were last taken through all of it: for `--resume`. A run of some hosts leaves the
 * others in it, a run of some tags all. Two inventories may share a file, when their names are long.
 */
const Journal = z.strictObject({ version: z.literal(1), inventory: z.array(z.string()), unfinished: z.array(z.string().min(1)) })

/** Gives a warning when it cannot be written. */
export async function writeUnfinished(cwd: string, playbook: string, sources: readonly string[], hosts: readonly string[]): Promise<string | undefined> {
  const why = await writeKept(keptFile(cwd, playbook, sources, ''), { version: 1, inventory: sources, unfinished: hosts })
  return why === undefined ? undefined : `--resume will not know of this run: ${why}`
}

/** At least one. What was not written by a run of this very inventory, in whole, is not believed in part. */
export async function readUnfinished(cwd: string, playbook: string, sources: readonly string[]): Promise<Result<readonly string[], readonly Diagnostic[]>> {
  const file = keptFile(cwd, playbook, sources, '')
  const read = await readKept(file, Journal)
  if (read === undefined) return err([{ message: `${playbook} has not been run with this inventory from here: there is nothing to resume` }])
  if (read === 'unusable') return err([{ message: `${file} is not what a run has written: there is nothing to resume`, hint: 'remove it, and run without --resume' }])
  const { unfinished, inventory } = read.value
  if (inventory.join('\0') !== sources.join('\0')) return err([{ message: `the last run that ${file} tells of was with another inventory (${inventory.join(', ')}): there is nothing to resume`, hint: 'run without --resume' }])
  return unfinished.length > 0 ? ok(unfinished) : err([{ message: `the last run of ${playbook} finished on every host that it was for: there is nothing to resume` }])
}

/** The same for a run that is not asked to resume: none, where nothing is known. */
export async function unfinishedSoFar(cwd: string, playbook: string, sources: readonly string[]): Promise<readonly string[]> {
  const read = await readUnfinished(cwd, playbook, sources)
  return read.ok ? read.value : []
}
