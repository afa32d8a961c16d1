import { randomBytes } from 'node:crypto'
import { link, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readPrivate } from '../../secrets/private.ts'
import { codeOf } from '../../values/error-code.ts'
import { keptIn, makeKept } from '../kept-file.ts'

/** Under which the plans of a project are digested and sealed. Who is to apply a plan elsewhere brings it along. */
export const keyFile = (cwd: string): string => join(keptIn(cwd), 'plan.key')

/**
 * The key of this project, 64 hexadecimal digits; undefined when there is none.
 *
 * @throws what the file system throws, NotPrivate when others could read it, or an Error when it is no key.
 */
export async function readKey(cwd: string): Promise<string | undefined> {
  const read = await readPrivate(keyFile(cwd)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (read === undefined) return undefined
  const key = Buffer.from(read.bytes).toString().trim()
  if (!/^[0-9a-f]{64}$/.test(key)) throw new Error(`${keyFile(cwd)} is not a key: it holds 64 hexadecimal digits`)
  return key
}

/** The key of this project, made when there is none. Of two who make it at the same time, both get that of the first. @throws as `readKey` does. */
export async function ensureKey(cwd: string): Promise<string> {
  const known = await readKey(cwd)
  if (known !== undefined) return known
  const file = keyFile(cwd)
  const beside = `${file}.${randomBytes(4).toString('hex')}`
  await makeKept(dirname(file))
  try {
    await writeFile(beside, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
    await link(beside, file).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error
    })
  } finally {
    await rm(beside, { force: true })
  }
  const made = await readKey(cwd)
  if (made === undefined) throw new Error(`${file} cannot be made`)
  return made
}
