import { defineFact } from '../../facts/fact.ts'
import { path, text } from '../../facts/path.ts'
import type { Host } from '../../host/host.ts'
import { asText } from '../../values/content.ts'
import { quote } from '../../values/quote.ts'
import { speakOf } from '../../values/redact.ts'
import { Secret } from '../../values/secret.ts'
import { readDocument, type EnvDocument } from './document.ts'
import type { Target } from './work.ts'

/** The place of a service on a host, and its `.env` as far as there is one that can be read. */
export interface FoundService {
  readonly name: string
  /** "/opt/services/postgres/.env" */
  readonly path: string
  readonly there: boolean
  /** Four octal digits; '' where there is none, or nobody may know. */
  readonly mode: string
  readonly text?: Secret
  /** The text, read. */
  readonly document?: EnvDocument
  /** Why there is no document, though there is something. */
  readonly problem?: string
}

/** Directories directly in these; links are none. */
const folders = defineFact<readonly string[], readonly string[]>({
  name: 'service-folders',
  blank: [],
  read: (parents) => parents.map((parent) => `for hw_d in ${quote(parent)}/*/; do hw_d=\${hw_d%/}; if [ -d "$hw_d" ] && [ ! -h "$hw_d" ]; then printf '%s\\n' "$hw_d"; fi; done`).join('; '),
  parse: (output) => output.toString().split('\n').filter(Boolean),
})

/** The services of a host, in order: those of these names, or all that have a directory. */
export async function servicesOn(host: Host, { services, apps }: Target, names?: readonly string[]): Promise<FoundService[]> {
  const seen = (await host.read(folders([services, apps]))) ?? []
  const places = seen.flatMap((at): { readonly name: string; readonly at: string }[] => {
    const name = [services, apps].filter((parent) => at.startsWith(`${parent}/`)).map((parent) => at.slice(parent.length + 1)).find((rest) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(rest))
    return name === undefined || at === apps || (names !== undefined && !names.includes(name)) ? [] : [{ name, at }]
  })
  speakOf(places.map(({ at }) => at))
  const found: FoundService[] = []
  for (const { name, at } of places) found.push(await readService(host, name, `${at}/.env`))
  return found.flatMap((each) => {
    const twins = found.filter(({ name }) => name === each.name)
    if (twins.length === 1) return [each]
    // A name that both folders have means the one with an .env; where both have one, nobody can say.
    if (twins.every(({ there }) => there)) return [{ ...bare(each), problem: `${twins.map((twin) => twin.path).join(' and ')} have the same name` }]
    return each.there || (each === twins[0] && twins.every(({ there }) => !there)) ? [each] : []
  })
}

const bare = ({ name, path: at, there, mode }: FoundService): FoundService => ({ name, path: at, there, mode })

async function readService(host: Host, name: string, at: string): Promise<FoundService> {
  const [state, content] = [await host.read(path(at)), await host.read(text(at))]
  const found = { name, path: at, there: state?.kind !== 'absent', mode: state === undefined || state.kind === 'absent' ? '' : state.mode }
  if (state?.kind === 'absent') return found
  if (state === undefined || content === undefined) return { ...found, problem: 'it cannot be read: who logs in may not (-b works as root)' }
  if (state.kind !== 'file') return { ...found, problem: state.kind === 'link' ? 'it is a link' : 'it is no regular file' }
  if (content.kind !== 'bytes') return { ...found, problem: 'it is larger than 1 MiB' }
  const plain = asText(content.bytes)
  if (plain === undefined) return { ...found, problem: 'it is not UTF-8 text' }
  const whole = { ...found, text: new Secret(plain) }
  const read = readDocument(whole.text)
  return read.ok ? { ...whole, document: read.value } : { ...whole, problem: read.error.join('; ') }
}
