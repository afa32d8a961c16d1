import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../values/error-code.ts'
import { err, ok, type Result } from '../values/result.ts'
import { Secret } from '../values/secret.ts'
import { filesBelow, fileTextOf, textOf, writeWhole } from './file-tree.ts'
import { NotPrivate, readPrivate, refuseOpen } from './private.ts'
import type { FilesSettings } from './settings.ts'
import { snapshotOf } from './snapshot.ts'
import type { SecretStore, StoredSecret, StoreError } from './store.ts'

/** Plain files, one a secret, in a directory that nobody else can enter: `directory/postgres/.env`. */
export function filesStore({ directory }: Pick<FilesSettings, 'directory'>): SecretStore {
  const title = `the files in ${directory}`

  async function asked<T>(work: () => Promise<T>): Promise<Result<T, StoreError>> {
    try {
      refuseOpen(directory, await stat(directory, { bigint: true }))
      return ok(await work())
    } catch (error) {
      return err(failureOf(error, title))
    }
  }
  /** Undefined when there is none. */
  async function read(name: string): Promise<StoredSecret | undefined> {
    try {
      const { bytes, version } = await readPrivate(join(directory, name))
      return { value: new Secret(textOf(bytes)), version }
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(error))) return undefined
      if (error instanceof TypeError) throw new TypeError(`${name} is not UTF-8 text`)
      throw error
    }
  }
  async function all(names: readonly string[]): Promise<Map<string, StoredSecret>> {
    const found = new Map<string, StoredSecret>()
    for (const name of names) {
      const one = await read(name)
      if (one) found.set(name, one)
    }
    return found
  }

  return {
    title,
    get: (names) => asked(async () => snapshotOf(names, await all(names))),
    list: (prefix = '') => asked(async () => all((await filesBelow(directory)).filter((name) => name.startsWith(prefix)))),
    put: (name, value) =>
      asked(async () => {
        await writeWhole(join(directory, name), fileTextOf(value.reveal()))
        return { value, version: (await read(name))?.version ?? '' }
      }),
  }
}

function failureOf(error: unknown, title: string): StoreError {
  if (error instanceof NotPrivate) return { reason: 'insecure', message: `${title}: ${error.message}`, hint: 'chmod 700 the directory and 600 the files, chown them to yourself; what others could read may have to be changed' }
  if (error instanceof TypeError) return { reason: 'damaged', message: `${title}: ${error.message}` }
  const code = codeOf(error)
  if (code === 'ENOENT') return { reason: 'settings', message: `${title}: there is no such directory`, hint: 'make it with mkdir -m 700; a relative path starts at the folder of the inventory' }
  return { reason: code === 'EACCES' || code === 'EPERM' ? 'denied' : 'unreachable', message: `${title}: ${code}` }
}
