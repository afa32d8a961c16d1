import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { InputError } from '../diagnostic/diagnostic.ts'

/** Which hosts did not finish a playbook's last run with an inventory: for `--resume`. Kept beside the project, for this user only. */
const journal = (cwd: string, playbook: string, sources: readonly string[]) =>
  join(cwd, '.hostwright', `${playbook}-${sources.join('+').replace(/[^A-Za-z0-9_.+-]/g, '_').slice(0, 100)}.json`)

export async function writeUnfinished(cwd: string, playbook: string, sources: readonly string[], hosts: readonly string[]): Promise<void> {
  const file = journal(cwd, playbook, sources)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(file, `${JSON.stringify({ unfinished: hosts })}\n`, { mode: 0o600 })
}

/** As a limit pattern. @throws InputError when there is nothing to resume. */
export async function readUnfinished(cwd: string, playbook: string, sources: readonly string[]): Promise<string> {
  const text = await readFile(journal(cwd, playbook, sources), 'utf8').catch(() => undefined)
  if (text === undefined) throw new InputError([{ message: `${playbook} has not been run with this inventory from here: there is nothing to resume` }])
  const names = [...text.matchAll(/"([A-Za-z0-9_.-]+)"(?!:)/g)].map(([, name]) => name)
  if (names.length === 0) throw new InputError([{ message: `the last run of ${playbook} finished on every host: there is nothing to resume` }])
  return names.join(',')
}
