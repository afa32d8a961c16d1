import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

/** Every regular file below a directory, as "shop/KEY", in order. Links are not followed. @throws what the file system throws. */
export async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && !BEING_WRITTEN.test(entry.name)).map((entry) => relative(directory, join(entry.parentPath, entry.name))).sort()
}

/** What a writer that died has left. */
const BEING_WRITTEN = /^\.[0-9a-f-]{36}\.tmp$/

/** Writes a file so that whoever looks finds the old bytes or the new ones, whole; 0600, and on the disk when this returns. */
export async function writeWhole(path: string, bytes: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const beside = join(dirname(path), `.${randomUUID()}.tmp`)
  try {
    const file = await open(beside, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
  const folder = await open(dirname(path), 'r')
  await folder.sync().finally(() => folder.close())
}

/** What a person types ends in a newline that is not part of the secret: exactly one is taken off. @throws TypeError when it is not UTF-8. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\n$/, '')
}

/** So that {@link textOf} gives it back: a text that ends in a newline gets another. */
export const fileTextOf = (value: string): string => (value.endsWith('\n') ? `${value}\n` : value)
