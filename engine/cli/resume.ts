import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { err, ok, type Result } from '../values/result.ts'

/** Which hosts did not finish a playbook's last run with an inventory: for `--resume`. Kept beside the project, for this user only. */
const journal = (cwd: string, playbook: string, sources: readonly string[]) =>
  join(cwd, '.hostwright', `${playbook}-${sources.join('+').replace(/[^A-Za-z0-9_.+-]/g, '_').slice(0, 100)}.json`)

const Journal = z.object({ unfinished: z.array(z.string()) })

/** Gives a warning when it cannot be written: that must not spoil a run. */
export async function writeUnfinished(cwd: string, playbook: string, sources: readonly string[], hosts: readonly string[]): Promise<string | undefined> {
  const file = journal(cwd, playbook, sources)
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(file, `${JSON.stringify({ unfinished: hosts })}\n`, { mode: 0o600 })
    return undefined
  } catch (error) {
    return `--resume will not know of this run: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** As a limit pattern. */
export async function readUnfinished(cwd: string, playbook: string, sources: readonly string[]): Promise<Result<string, readonly Diagnostic[]>> {
  const file = journal(cwd, playbook, sources)
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return err([{ message: `${playbook} has not been run with this inventory from here: there is nothing to resume` }])
  const read = Journal.safeParse(jsonOf(text))
  if (!read.success) return err([{ message: `${file} is not what a run has written: there is nothing to resume`, hint: 'remove it, and run without --resume' }])
  const { unfinished } = read.data
  return unfinished.length > 0 ? ok(unfinished.join(',')) : err([{ message: `the last run of ${playbook} finished on every host: there is nothing to resume` }])
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
