import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { armor, Decrypter, Encrypter, identityToRecipient } from 'age-encryption'
import { codeOf } from '../values/error-code.ts'
import { err, ok, type Result } from '../values/result.ts'
import { Secret } from '../values/secret.ts'
import { identitiesOf, recipientsOf, type AgeKeys } from './age-keys.ts'
import { filesBelow, fileTextOf, textOf, writeWhole } from './file-tree.ts'
import { snapshotOf } from './snapshot.ts'
import type { SecretStore, StoredSecret, StoreError } from './store.ts'
import { Refused } from './refused.ts'

const SUFFIX = '.age'
/** More is no secret, but an accident. */
const LARGEST = 1024 * 1024

/**
 * Files encrypted by age, in the repository: the secret "postgres/.env" is `directory/postgres/.env.age`. Binary and armored ones are read.
 * New ones are encrypted to every recipient and written in armor, which `git diff` and mail leave alone.
 */
export function ageStore(keys: AgeKeys): SecretStore {
  const { directory } = keys
  const title = `the age files in ${directory}`
  const pathOf = (name: string): string => join(directory, `${name}${SUFFIX}`)

  async function asked<T>(work: () => Promise<T>): Promise<Result<T, StoreError>> {
    try {
      return ok(await work())
    } catch (error) {
      if (error instanceof Refused) return err({ reason: error.reason, message: `${title}: ${error.message}`, ...(error.hint !== undefined && { hint: error.hint }) })
      const code = codeOf(error)
      return err({ reason: code === 'EACCES' ? 'denied' : code === 'ENOENT' ? 'settings' : 'unreachable', message: `${title}: ${code}` })
    }
  }
  async function all(names: readonly string[]): Promise<Map<string, StoredSecret>> {
    const found = new Map<string, StoredSecret>()
    let decrypter: Decrypter | undefined
    for (const name of names) {
      const sealed = await sealedAt(pathOf(name))
      if (sealed === undefined) continue
      if (decrypter === undefined) for (const identity of await identitiesOf(keys)) (decrypter ??= new Decrypter()).addIdentity(identity.reveal())
      found.set(name, { value: await opened(sealed, name, decrypter ?? new Decrypter()), version: createHash('sha256').update(sealed).digest('hex').slice(0, 16) })
    }
    return found
  }

  return {
    title,
    get: (names) => asked(async () => snapshotOf(names, await all(names))),
    list: (prefix = '') =>
      asked(async () => {
        const names = (await filesBelow(directory)).filter((file) => file.endsWith(SUFFIX)).map((file) => file.slice(0, -SUFFIX.length))
        return all(names.filter((name) => name.startsWith(prefix)))
      }),
    put: (name, value) =>
      asked(async () => {
        const encrypter = new Encrypter()
        const recipients = await recipientsOf(keys)
        // What we write we must be able to read again, or nobody could compare, rotate or edit it here.
        const own = await Promise.all((await identitiesOf(keys)).map((identity) => identityToRecipient(identity.reveal())))
        if (!own.some((each) => recipients.includes(each)))
          throw new Refused('settings', `your own key is not among the recipients: you could not read ${name} any more; nothing was written`, 'put the public key of your identity among them: age-keygen -y KEYFILE prints it')
        for (const recipient of recipients) encrypter.addRecipient(recipient)
        const sealed = Buffer.from(armor.encode(await encrypter.encrypt(fileTextOf(value.reveal()))))
        if (sealed.length > LARGEST) throw new Refused('unsupported', `${name} would have more than 1 MiB; nothing was written`, 'one secret a key, or a file to copy')
        await writeWhole(pathOf(name), sealed)
        return { value, version: createHash('sha256').update(sealed).digest('hex').slice(0, 16) }
      }),
  }
}

async function sealedAt(path: string): Promise<Buffer | undefined> {
  try {
    const bytes = await readFile(path)
    if (bytes.length > LARGEST) throw new Refused('damaged', `${path} has more than 1 MiB`)
    return bytes
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined
    throw error
  }
}

async function opened(sealed: Buffer, name: string, decrypter: Decrypter): Promise<Secret> {
  const text = sealed.toString('latin1')
  try {
    const bytes = text.trimStart().startsWith('-----BEGIN AGE ENCRYPTED FILE-----') ? armor.decode(text) : sealed
    return new Secret(textOf(await decrypter.decrypt(bytes)))
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    if (/no identity matched/i.test(message)) throw new Refused('denied', `${name}${SUFFIX} is not encrypted to your key`, 'somebody who can read it encrypts it again, with your public key among the recipients')
    throw new Refused('damaged', `${name}${SUFFIX} ${error instanceof TypeError ? 'holds no UTF-8 text' : 'is not a whole age file'}`, 'take it from git again, or encrypt it anew')
  }
}
