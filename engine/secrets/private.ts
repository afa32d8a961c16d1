import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { codeOf } from '../values/error-code.ts'

/** A file with secrets in it that others could read or replace. */
export class NotPrivate extends Error {
  override readonly name = 'NotPrivate'
}

/**
 * Reads a file that only its owner may read, and that is ours. What is checked is the very file that is read; a link in its place is refused.
 *
 * @throws NotPrivate, or what the file system throws.
 */
export async function readPrivate(path: string): Promise<{ readonly bytes: Uint8Array; readonly version: string }> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error: unknown) => {
    throw codeOf(error) === 'ELOOP' ? new NotPrivate(`${path} is a link`) : error
  })
  try {
    const stat = await file.stat({ bigint: true })
    if (!stat.isFile() && !stat.isDirectory()) throw new NotPrivate(`${path} is not a file`)
    refuseOpen(path, stat)
    return { bytes: await file.readFile(), version: versionOf(stat) }
  } finally {
    await file.close()
  }
}

/**
 * When it was changed and which file it is: a clock ticks too slowly to tell two changes in a row apart, and a file that replaces another is
 * a new one. A digest would say something about what it holds.
 */
const versionOf = ({ mtimeNs, ino }: { readonly mtimeNs: bigint; readonly ino: bigint }): string => `${mtimeNs.toString(36)}.${ino.toString(36)}`

/** @throws NotPrivate when somebody else owns it, or may read or write it. */
export function refuseOpen(path: string, { mode, uid }: { readonly mode: bigint; readonly uid: bigint }): void {
  const us = BigInt(process.getuid?.() ?? -1)
  if (uid !== us) throw new NotPrivate(`${path} belongs to user ${uid}, not to you (${us})`)
  if ((mode & 0o77n) !== 0n) throw new NotPrivate(`${path} is open to others (mode ${(mode & 0o777n).toString(8).padStart(4, '0')})`)
}
