import { quote } from '../values/quote.ts'
import { defineFact, type Fact } from './fact.ts'

/** Where a rollout keeps its journal, away from what an operator edits. */
export const journalPath = (project: string): string => `/var/lib/hostwright/rollout/${project}`

/** Where the releases of a project stand, a directory each. */
export const releasesPath = (project: string): string => `/var/lib/hostwright/releases/${project}`

/** `rolloutPhase('shop')`: how far a rollout came that was cut off; '' when none was. */
export const rolloutPhase: (project: string) => Fact<string> = defineFact<string, string>({
  name: 'rolloutPhase',
  blank: '',
  read: (project) => `cat ${quote(`${journalPath(project)}/phase`)} 2>/dev/null`,
  parse: (output) => /^[a-z]*/.exec(output.toString())?.[0] ?? '',
})

/** What ran once, and can be brought back. */
export interface Release {
  /** When it went live: "20261121T131500Z". */
  readonly id: string
  readonly version: string
  readonly by: string
  /** Of the playbooks: a git revision, '' where there is none. */
  readonly revision: string
  /** Image references with their ids. */
  readonly images: readonly { readonly id: string; readonly reference: string }[]
  /** Name of each variable → a hash under a key of the host: equal when the value was equal, and telling nothing about it. */
  readonly env: ReadonlyMap<string, string>
  /** Of those that came out of a secret store with versions: what the store calls the version. */
  readonly versions: ReadonlyMap<string, string>
  /** How long the rollout took. */
  readonly seconds: number
  /** What else was said about it when it was deployed: what a rollback needs to know. */
  readonly about: ReadonlyMap<string, string>
}

/** `releases('shop')`: newest first. The newest is what runs, unless somebody deployed by other means. */
export const releases: (project: string) => Fact<readonly Release[]> = defineFact<string, readonly Release[]>({
  name: 'releases',
  blank: [],
  read: (project) => `cd ${quote(releasesPath(project))} 2>/dev/null && for id in [0-9]*; do [ ! -f "$id/release" ] || { echo "release $id"; cat "$id/release"; }; done`,
  parse: (output) => {
    const found: { id: string; lines: string[] }[] = []
    for (const line of output.toString().split('\n')) {
      if (line.startsWith('release ')) found.push({ id: line.slice('release '.length), lines: [] })
      else found.at(-1)?.lines.push(line)
    }
    return found.filter(({ id }) => /^\d{8}T\d{6}Z$/.test(id)).map(readRelease).reverse()
  },
})

function readRelease({ id, lines }: { readonly id: string; readonly lines: readonly string[] }): Release {
  const words = lines.map((line) => line.split(' '))
  const rest = (kind: string) => lines.find((line) => line.startsWith(`${kind} `))?.slice(kind.length + 1) ?? ''
  return {
    id,
    version: rest('version'),
    by: rest('by'),
    revision: rest('revision'),
    images: words.flatMap(([kind, image = '', reference = '']) => (kind === 'image' ? [{ id: image, reference }] : [])),
    env: new Map(words.flatMap(([kind, hash = '', name = '']) => (kind === 'env' ? [[name, hash] as const] : []))),
    versions: new Map(words.flatMap(([kind, name = '', version = '']) => (kind === 'stored' ? [[name, version] as const] : []))),
    seconds: Number(rest('seconds')) || 0,
    about: new Map(lines.flatMap((line) => { const [, name = '', value = ''] = /^([a-z]+) (.*)$/.exec(line) ?? []; return name === '' ? [] : [[name, value] as const] })),
  }
}
