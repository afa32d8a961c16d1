import { LineCounter, parseDocument, type Document } from 'yaml'
import { isRecord, member, textsOf } from '../facts/json.ts'
import { sha256 } from '../values/content.ts'
import { refuse, type Refusal } from './change.ts'
import { externalNetworks, ownNetworks, serviceNetworks } from './compose-networks.ts'
import { aloneBecause, basesOf, bindMounts, dependencies, envFiles, extended, fileSources, imageOf, oneShots, withoutCounts } from './compose-section.ts'

/** What a project file asks for, as far as a plan must know: Compose itself has the last word about the rest. */
export interface ComposeFile {
  readonly name: string | undefined
  /** In the order of the file, without those that only a profile starts. */
  readonly services: ReadonlyMap<string, ComposeService>
  /** Names of all services, those of profiles too. */
  readonly all: ReadonlySet<string>
  /** Names of the networks that others make. */
  readonly externalNetworks: readonly string[]
  /** Names of the networks that it makes, where no variable says them. `project` is the name of the project. */
  ownNetworks(project: string): readonly string[]
  /** Digest of each named volume that is its own. */
  readonly volumes: ReadonlyMap<string, string>
}

export interface ComposeService {
  /** Of all that its containers are made from. */
  readonly digest: string
  /** Undefined when a variable says it, or when it is built. */
  readonly image: string | undefined
  /** Undefined when a variable says it. */
  readonly replicas: number | undefined
  /** Others wait for its successful end: having ended with 0 is how it should be. */
  readonly isOneShot: boolean
  readonly dependsOn: readonly string[]
  /** It takes values from `.env`. */
  readonly readsEnv: boolean
  /** Files that Compose reads for it: `env_file`, `extends`. */
  readonly reads: readonly string[]
  /** What of the host it sees and cannot write: its configuration. Paths of files and directories. */
  readonly mounts: readonly string[]
  /** All paths of the host that it sees. */
  readonly sees: readonly string[]
  /** Why two containers of it cannot run side by side; undefined when they can. */
  readonly alone: string | undefined
  readonly hasHealthCheck: boolean
  /** Names of the networks that its containers are on, as far as they are known here. `project` is the name of the project. */
  networksIn(project: string): readonly string[]
}

/** Reads a project file. What Compose would not take is found by Compose, before anything changes; here only what a plan cannot do without. */
export function readComposeFile(text: string, directory: string, file: string): ComposeFile | Refusal {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { merge: true, logLevel: 'silent', prettyErrors: false, lineCounter })
  const error = document.errors[0]
  if (error) {
    const { line, col } = lineCounter.linePos(error.pos[0])
    return refuse(`${file}:${line}:${col}: ${error.message}`)
  }
  const model = modelOf(document)
  if (model === undefined) return refuse(`${file} has more aliases than a project file needs`)
  const sections = member(model, 'services')
  if (!isRecord(sections) || Object.keys(sections).length === 0) return refuse(`${file} has no services`)
  if (member(model, 'include') !== undefined) return refuse(`${file} includes other files, and what they ask for is not seen here`, 'write it as one file, or run docker compose with an action')

  const shared = canonical([member(model, 'name'), member(model, 'networks'), member(model, 'volumes'), member(model, 'configs'), member(model, 'secrets')])
  const waitedFor = new Set(Object.values(sections).flatMap(oneShots))
  const services = new Map<string, ComposeService>()
  for (const [name, section] of Object.entries(sections)) {
    if (textsOf(section, 'profiles').length > 0) continue
    const at = (source: string) => absolute(directory, source)
    // Other sections of this file that it is made of, whether or not they run themselves.
    const bases = basesOf(sections, name)
    const parts = [section, ...bases]
    const volumes = parts.flatMap(bindMounts)
    const files = parts.flatMap((part) => [...fileSources(model, part, 'configs'), ...fileSources(model, part, 'secrets')]).map(at)
    services.set(name, {
      digest: sha256(parts.map((part) => canonical(withoutCounts(part))).join('') + shared),
      image: imageOf(section),
      replicas: count(member(section, 'deploy', 'replicas') ?? member(section, 'scale') ?? 1),
      isOneShot: waitedFor.has(name),
      dependsOn: dependencies(section),
      readsEnv: /(?:^|[^$])(?:\$\$)*\$[{A-Za-z_]/.test(parts.map(canonical).join('') + shared),
      reads: parts.flatMap((part) => [...envFiles(part), ...extended(part)]).map(at),
      mounts: [...volumes.filter(({ readOnly }) => readOnly).map(({ source }) => at(source)), ...files],
      sees: [...volumes.map(({ source }) => at(source)), ...files],
      alone: aloneBecause(section),
      hasHealthCheck: member(section, 'healthcheck', 'test') !== undefined && member(section, 'healthcheck', 'disable') !== true,
      networksIn: (project) => serviceNetworks(model, section, bases, project),
    })
  }
  const name = member(model, 'name')
  return {
    name: typeof name === 'string' ? name : undefined,
    services,
    all: new Set(Object.keys(sections)),
    externalNetworks: externalNetworks(model),
    ownNetworks: (project) => ownNetworks(model, project),
    volumes: ownVolumes(model),
  }
}

function modelOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 1000 }) ?? {}
  } catch {
    return undefined // a bomb of aliases
  }
}

function ownVolumes(model: unknown): Map<string, string> {
  const volumes = member(model, 'volumes')
  if (!isRecord(volumes)) return new Map()
  return new Map(Object.entries(volumes).flatMap(([name, volume]) => (member(volume, 'external') ? [] : [[name, sha256(canonical(volume ?? {}))]])))
}

function count(value: unknown): number | undefined {
  const number = Number(value)
  return Number.isInteger(number) ? number : undefined
}

/** An absolute path; one with a variable in it stays as it is, and names no file that could be looked at. */
function absolute(directory: string, source: string): string {
  if (source.startsWith('/')) return source.replace(/\/+$/, '') || '/'
  const parts: string[] = directory.split('/')
  for (const part of source.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

/** The same text for the same value, whatever the order of its keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_, each: unknown) => (isRecord(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each))
}
