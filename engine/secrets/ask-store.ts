import { suggest } from '../diagnostic/nearest.ts'
import { Secret } from '../values/secret.ts'
import { readDotenv } from './dotenv.ts'
import type { SecretReference } from './reference.ts'
import { UNVERSIONED, type SecretStore, type StoredSecret, type StoreError } from './store.ts'

/** What a reference stands for, or why it stands for nothing. */
export type Answered = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problems: readonly Problem[] }

interface Problem {
  readonly message: string
  readonly hint?: string | undefined
  /** About the store, not about this one reference: told once, without a place. */
  readonly general?: true
}

/** Asks a store once for all that is referred to, and gives an answer for each, by the reference's text. Never rejects. */
export async function askStore(store: SecretStore, references: readonly SecretReference[]): Promise<Map<string, Answered>> {
  const names = [...new Set(references.flatMap(({ form, name }) => (form === 'below' ? [] : [name])))]
  const prefixes = [...new Set(references.flatMap(({ form, name }) => (form === 'below' ? [name] : [])))]
  const [got, ...lists] = await Promise.all([names.length === 0 ? undefined : store.get(names), ...prefixes.map((prefix) => store.list(prefix))])
  const near = got?.ok ? await neighbours(store, got.value.missing) : new Map<string, readonly string[]>()
  return new Map(
    references.map((reference) => {
      const { form, name } = reference
      if (form === 'below') {
        const list = lists[prefixes.indexOf(name)]
        return [String(reference), list === undefined || !list.ok ? failed(list?.error) : mapBelow(name, list.value, store.title)]
      }
      if (got === undefined || !got.ok) return [String(reference), failed(got?.error)]
      const found = got.value.found.get(name)
      if (found === undefined) return [String(reference), wrong(`there is no secret "${name}" in ${store.title}`, suggest(name, near.get(name) ?? []))]
      return [String(reference), form === 'value' ? { ok: true, value: handedOn(found) } : fromDocument(reference, found, store.title)]
    }),
  )
}

const wrong = (message: string, hint?: string): Answered => ({ ok: false, problems: [{ message, hint }] })
const failed = (error: StoreError | undefined): Answered => ({ ok: false, problems: [{ message: error?.message ?? 'the store gave no answer', hint: error?.hint, general: true }] })

/** What else there is beside the missing ones, for a hint. Some stores cannot say, or may not: then there is none. */
async function neighbours(store: SecretStore, missing: readonly string[]): Promise<Map<string, readonly string[]>> {
  const folderOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1)
  const folders = [...new Set(missing.map(folderOf))].filter((folder) => folder !== '').slice(0, 5)
  const lists = new Map(await Promise.all(folders.map(async (folder): Promise<[string, string[]]> => {
    const listed = await store.list(folder)
    return [folder, listed.ok ? [...listed.value.keys()] : []]
  })))
  return new Map(missing.map((name) => [name, lists.get(folderOf(name)) ?? []]))
}

function mapBelow(prefix: string, found: ReadonlyMap<string, StoredSecret>, title: string): Answered {
  // What is deeper belongs to somebody else.
  const direct = [...found].flatMap(([name, secret]): [string, Secret][] => (name.slice(prefix.length).includes('/') ? [] : [[name.slice(prefix.length), handedOn(secret)]]))
  if (direct.length === 0) return wrong(`there is no secret below "${prefix}" in ${title}`)
  const strange = direct.map(([key]) => key).filter((key) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(key))
  if (strange.length > 0) return wrong(`below "${prefix}" in ${title} stands what cannot be a variable: ${strange.join(', ')}`, `a whole .env is written !secrets ${prefix}${strange[0] ?? ''}`)
  return { ok: true, value: Object.freeze(Object.fromEntries(direct)) }
}

/** With its version, for whoever records where a value came from. Of a whole `.env` each key has the version of the document. */
const handedOn = ({ value, version }: StoredSecret, text = value.reveal()): Secret => new Secret(text, version === UNVERSIONED || version === '' ? undefined : version)

function fromDocument({ form, name, key }: SecretReference, document: StoredSecret, title: string): Answered {
  const read = readDotenv(document.value.reveal())
  if (!read.ok) return { ok: false, problems: read.error.map(({ line, message }) => ({ message: `"${name}" in ${title} is not an .env: line ${line}: ${message}` })) }
  if (form === 'document') {
    if (read.value.size === 0) return wrong(`"${name}" in ${title} has no key`)
    return { ok: true, value: Object.freeze(Object.fromEntries([...read.value].map(([each, text]) => [each, handedOn(document, text)]))) }
  }
  const text = read.value.get(key)
  return text === undefined ? wrong(`there is no key ${key} in the secret "${name}" in ${title}`, suggest(key, read.value.keys())) : { ok: true, value: handedOn(document, text) }
}
