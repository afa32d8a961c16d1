import type { SecretStore, StoredSecret } from '../../secrets/store.ts'
import { speakOf } from '../../values/redact.ts'
import { Secret } from '../../values/secret.ts'
import { keyChanges, makeDocument, readDocument, type EnvDocument } from './document.ts'
import { GaveUp } from './gave-up.ts'
import { storeFailed, type UsedStore, type Work } from './work.ts'

/** The whole file as one secret, or one secret a key. */
export type Form = 'whole' | 'per-key'

/** What a store has for a service. */
export interface Stored {
  readonly form: Form
  /** Undefined: nothing yet. */
  readonly document?: EnvDocument
  /** Of a whole file that is no .env: its text, for who mends it, and what is wrong with it. */
  readonly unread?: { readonly text: Secret; readonly problems: readonly string[] }
  /** By the name in the store. */
  readonly versions: ReadonlyMap<string, string>
}

/**
 * Asks a store for services; all whole files at once. A form that nobody asked for is the one that is there; where both are, the whole file.
 *
 * @throws GaveUp when it does not answer, or what it has is no .env; unless it is to be mended.
 */
export async function readStored({ typed }: Work, { store }: UsedStore, services: readonly string[], toMend = false): Promise<Map<string, Stored>> {
  const whole = typed.has('per-key') ? new Map<string, StoredSecret>() : await wholeFiles(store, services)
  speakOf(services)
  const found = new Map<string, Stored>()
  const problems: string[] = []
  for (const service of services) {
    const file = whole.get(wholeName(service))
    if (file === undefined) {
      found.set(service, typed.has('whole') ? { form: 'whole', versions: new Map() } : await keysOf(store, service, typed.has('per-key')))
      continue
    }
    const read = readDocument(file.value)
    const versions = new Map([[wholeName(service), file.version]])
    const wrong = read.ok ? [] : read.error.map((each) => `${wholeName(service)} in ${store.title}: ${each}`)
    if (read.ok) found.set(service, { form: 'whole', document: read.value, versions })
    else if (toMend) found.set(service, { form: 'whole', unread: { text: file.value, problems: wrong }, versions })
    else problems.push(...wrong)
  }
  if (problems.length > 0) throw new GaveUp(2, problems.map((message, index) => ({ message, ...(index === problems.length - 1 && { hint: 'edit opens it as it is' }) })))
  return found
}

export const wholeName = (service: string): string => `${service}/.env`

async function wholeFiles(store: SecretStore, services: readonly string[]): Promise<ReadonlyMap<string, StoredSecret>> {
  if (services.length === 0) return new Map()
  const got = await store.get(services.map(wholeName))
  if (!got.ok) throw storeFailed(got.error)
  return got.value.found
}

/** What is stored of a service as one secret a key. Where there is none the form is the one that is `wanted`. */
export async function keysOf(store: SecretStore, service: string, wanted: boolean): Promise<Stored> {
  const form: Form = wanted ? 'per-key' : 'whole'
  const listed = await store.list(`${service}/`)
  // A store that cannot list has no secrets one a key that we could know of.
  if (!listed.ok && listed.error.reason === 'unsupported' && !wanted) return { form, versions: new Map() }
  if (!listed.ok) throw storeFailed(listed.error)
  const keys = [...listed.value].flatMap(([name, secret]): [string, StoredSecret][] => {
    const key = name.slice(service.length + 1)
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? [[key, secret]] : []
  })
  if (keys.length === 0) return { form, versions: new Map() }
  return {
    form: 'per-key',
    document: makeDocument(new Map(keys.map(([key, { value }]) => [key, value]))),
    versions: new Map(keys.map(([key, { version }]) => [`${service}/${key}`, version])),
  }
}

/**
 * Writes what is new or changed, and tells each. Nothing is taken away: a store here has no such door.
 *
 * @throws GaveUp when somebody else wrote since `before` was read, or when the store refuses; then it says what is written and what is not.
 */
export async function writeStored(work: Work, { store }: UsedStore, service: string, before: Stored, document: EnvDocument): Promise<void> {
  const { added, changed } = keyChanges(before.document, document)
  const wanted: (readonly [string, Secret])[] = before.form === 'whole' ? [[wholeName(service), document.text]] : [...added, ...changed].map((key) => [`${service}/${key}`, document.values.get(key) ?? new Secret('')])
  const now = await store.get(wanted.map(([name]) => name))
  if (!now.ok) throw storeFailed(now.error)
  const moved = wanted.map(([name]) => name).filter((name) => now.value.found.get(name)?.version !== before.versions.get(name))
  if (moved.length > 0) throw new GaveUp(2, [{ message: `somebody else has written ${moved.join(', ')} in between; nothing was stored`, hint: 'run it again' }])
  const done: string[] = []
  for (const [name, value] of wanted) {
    const put = await store.put(name, value)
    if (!put.ok) throw storeFailed(put.error, done.length === 0 ? 'nothing was stored' : `${done.join(', ')} is stored already, the rest is not`)
    done.push(name)
    const old = before.versions.get(name)
    work.say(`stored ${name}${put.value.version === '' ? '' : `, version ${put.value.version}`}${old === undefined || old === '' ? '' : ` (before: ${old})`}`)
  }
}
