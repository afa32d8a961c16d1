import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../values/error-code.ts'
import { Secret } from '../values/secret.ts'
import { NotPrivate, readPrivate } from './private.ts'
import { Refused } from './refused.ts'
import type { AgeSettings } from './settings.ts'

/** The settings of an age store, and the environment its key may stand in. */
export interface AgeKeys extends Omit<AgeSettings, 'store'> {
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The keys to decrypt with: out of the environment, or out of a file that only we can read. @throws Refused */
export async function identitiesOf({ env, identity_variable, identity_file }: AgeKeys): Promise<Secret[]> {
  const given = env[identity_variable]
  const where = given === undefined ? identity_file : `the variable ${identity_variable}`
  if (where === undefined) throw new Refused('settings', 'there is no key to decrypt with', `name one: identity_file in the settings of the store, or the key itself in ${identity_variable}`)
  const text = given ?? (await identityFile(where))
  if (text.includes('age-encryption.org/v1') || text.includes('BEGIN AGE ENCRYPTED FILE')) throw new Refused('unsupported', `the key in ${where} is itself encrypted`, `decrypt it into the variable: ${identity_variable}="$(age -d FILE)"`)
  return linesOf(text, where, /^AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+$/, 'a key begins with AGE-SECRET-KEY-1; SSH keys and plugins are not read').map((line) => new Secret(line))
}

/** Whom to encrypt to. @throws Refused */
export async function recipientsOf({ directory, recipients }: AgeKeys): Promise<string[]> {
  const path = recipients ?? join(directory, 'recipients.txt')
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Refused('settings', `whom is it for? ${path}: ${codeOf(error)}`, 'put one public key a line there: age-keygen -y KEYFILE prints yours')
  })
  return linesOf(text, path, /^age1[0-9a-z]+$/, 'a public key begins with age1; SSH keys and plugins are not supported')
}

async function identityFile(path: string): Promise<string> {
  try {
    return Buffer.from((await readPrivate(path)).bytes).toString('utf8')
  } catch (error) {
    if (error instanceof NotPrivate) throw new Refused('insecure', error.message, 'chmod 600 it; when others could read it, make a new key')
    throw new Refused('settings', `the key ${path} cannot be read: ${codeOf(error)}`, 'age-keygen -o makes one; a relative path starts at the folder of the inventory')
  }
}

/** Lines that say something; every one must be a key. The line itself is not shown. */
function linesOf(text: string, where: string, key: RegExp, hint: string): string[] {
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), number: index + 1 })).filter(({ line }) => line !== '' && !line.startsWith('#'))
  const wrong = lines.find(({ line }) => !key.test(line))
  if (wrong) throw new Refused('settings', `line ${wrong.number} of ${where} is not a key`, hint)
  if (lines.length === 0) throw new Refused('settings', `there is no key in ${where}`, hint)
  return lines.map(({ line }) => line)
}
