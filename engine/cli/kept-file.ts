import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { z } from 'zod'
import type { LocatedVars } from '../inventory/types.ts'
import { readParams } from '../playbook/params.ts'
import type { Playbook } from '../playbook/playbook.ts'
import { codeOf } from '../values/error-code.ts'
import { jsonIn } from '../values/json.ts'

/** The folder in which runs keep what they need again, for this user only. */
export const keptIn = (cwd: string): string => join(cwd, '.hostwright')

/** Makes that folder, and keeps it out of git: a key is in it. @throws what the file system throws. */
export async function makeKept(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error
  })
}

/** The name under which runs of a playbook with these params keep something: its own, and what the run is about ("deploy-app shop"). Undefined while the params are wrong. */
export function keptAs(playbook: Playbook, extra: LocatedVars): string | undefined {
  if (playbook.subject === undefined) return playbook.name
  const params = readParams(playbook, extra)
  return params.ok ? `${playbook.name} ${playbook.subject(params.value)}` : undefined
}

/** What runs of a playbook (by the name of {@link keptAs}) with an inventory keep from one to the next: beside the project. */
export const keptFile = (cwd: string, playbook: string, sources: readonly string[], what: '' | '.asked'): string =>
  join(keptIn(cwd), `${asName(playbook)}@${asName(sources.join('+')).slice(0, 100)}${what}.json`)

const asName = (text: string): string => text.replace(/[^A-Za-z0-9_.+-]/g, '_')

/** Undefined when there is no such file; `unusable` when it cannot be read, or is not what we would have written. */
export async function readKept<T>(file: string, schema: z.ZodType<T>): Promise<{ readonly value: T } | 'unusable' | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => (codeOf(error) === 'ENOENT' ? 'none' : 'unreadable'))
  if (text === 'none') return undefined
  const read = schema.safeParse(jsonIn(text))
  return read.success ? { value: read.data } : 'unusable'
}

/** Why it could not be written, undefined when it was: that must not spoil a run. */
export async function writeKept(file: string, value: unknown): Promise<string | undefined> {
  try {
    await makeKept(dirname(file))
    await writeFile(`${file}.${process.pid}`, `${JSON.stringify(value)}\n`, { mode: 0o600 })
    await rename(`${file}.${process.pid}`, file)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
