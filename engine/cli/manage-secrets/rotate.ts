import { randomInt } from 'node:crypto'
import { suggest } from '../../diagnostic/nearest.ts'
import { Secret } from '../../values/secret.ts'
import { keyChanges, makeDocument, readDocument, type EnvDocument } from './document.ts'
import { GaveUp } from './gave-up.ts'
import { readMeant, titleOf } from './meant.ts'
import { writeStored } from './stored.ts'
import { usersOf } from './usage.ts'
import { oneStore, targetsOf, type Work } from './work.ts'

/** `rotate NAME KEY`: a new value in the store. What runs with the old one is told, and left alone. */
export async function rotate(work: Work, [name = '', key = '']: readonly string[]): Promise<number> {
  const used = oneStore(work)
  const before = await readMeant(work, used, name, key)
  const document = before.document
  if (document === undefined) throw new GaveUp(2, [{ message: `there is no ${name}/.env and no ${name}/… in ${used.store.title}`, hint: 'list-remote shows what there is' }])
  if (!document.values.has(key)) throw new GaveUp(2, [{ message: `${name} has no ${key} in ${used.store.title}`, hint: suggest(key, [...document.values.keys()]) ?? 'edit adds a key' }])
  const { document: after, kept } = replaced(document, key, randomText(Number(work.typed.one('length') ?? 32)))
  work.say(`${titleOf(before.form, name, key)} in ${used.store.title}: a new value. ${KEPT[used.kind] ?? 'Whether the old one is kept is up to the store.'}`)
  if (!kept && before.form === 'whole') work.say('the file is written anew: comments are lost')
  const users = usersOf(targetsOf(work, used).map(({ host }) => host), name, key, before.form)
  work.say(users.length === 0 ? 'no variable of these hosts refers to it' : `used by ${users.join('; ')}`)
  if (work.typed.has('check')) return work.typed.has('detailed-exitcode') ? 6 : 0
  if (!(await work.confirm('store it?'))) throw new GaveUp(2, [{ message: 'nothing was stored' }])
  await writeStored(work, used, name, before, after)
  work.say('no host was touched: what runs still has the old value. Next:')
  if (users.length > 0) work.say(`  run the playbook of ${users.map((each) => each.split(' ')[0]).join(', ')} with ${work.given}: our own roles recreate what reads the value, and name what else on a host has the old one`)
  work.say(`  ${users.length > 0 ? 'where .env is kept by hand: ' : ''}npx manage-secrets ${work.given} download ${name}${before.form === 'per-key' ? ' --per-key' : ''}, and then docker compose up -d there`)
  work.say('  who checks the value (a database, an API) has to learn the new one as well')
  return 0
}

const KEPT: Readonly<Record<string, string>> = {
  ssm: 'The old one stays as the version before.',
  age: 'The old one is in git, if the file was committed.',
  files: 'The old one is NOT kept: this store has no versions.',
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Letters and digits, which every file and URL can hold: 32 of them are 190 bits. */
const randomText = (length: number): Secret => new Secret(Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join(''))

/** The document with another value of one key: in its line where that can be told for certain, else written anew. */
export function replaced(document: EnvDocument, key: string, value: Secret): { readonly document: EnvDocument; readonly kept: boolean } {
  const wanted = makeDocument(new Map([...document.values, [key, value]]))
  const line = new RegExp(`^([ \\t]*(?:export[ \\t]+)?${key}[ \\t]*=)[^\\n]*`, 'm')
  const read = readDocument(new Secret(document.text.reveal().replace(line, (_, start: string) => `${start}"${value.reveal()}"`)))
  if (!read.ok) return { document: wanted, kept: false }
  const { added, changed, gone } = keyChanges(read.value, wanted)
  return added.length + changed.length + gone.length === 0 ? { document: read.value, kept: true } : { document: wanted, kept: false }
}
