import type { ProjectRecord } from '../facts/compose-record.ts'
import type { Tree } from '../facts/tree.ts'
import type { ComposeFile, ComposeService } from './compose-file.ts'

/** A service that takes in changed files by a command instead of being recreated. */
export interface Reload {
  readonly service: string
  readonly paths: readonly string[]
  readonly argv: readonly string[]
  readonly verify?: readonly string[] | undefined
}

/** A service as it should run, and the files it is made from. */
export interface WishedService extends ComposeService {
  readonly name: string
  /** Files that Compose itself looks at: a change of one is a change of the service's own digest to it. */
  readonly read: Tree
  /** Files that the service sees and Compose does not look at. */
  readonly mounted: Tree
  /** Files that it reloads. Undefined: it reloads nothing. */
  readonly reloads: Tree | undefined
  /** Names of networks that its containers must be on. */
  readonly networks: readonly string[]
}

export interface Wish {
  readonly services: readonly WishedService[]
  readonly record: Omit<ProjectRecord, 'containers'>
}

export interface WishParams {
  readonly directory: string
  readonly services?: readonly string[] | undefined
  readonly configs?: readonly string[] | undefined
  readonly reload: readonly Reload[]
}

/**
 * What should run, from the project file and the digests of the files around it: those on the host, or in check mode those that will be.
 * `projectFiles` are the project file and its overrides,
 * `project` is its name.
 */
export function wishOf(p: WishParams, file: ComposeFile, files: Tree, projectFiles: readonly string[], project: string): Wish {
  const wanted = p.services === undefined ? [...file.services.keys()] : withDependencies(p.services, file)
  const env = `${p.directory}/.env`
  const [projectFile, ...overrides] = projectFiles
  const services = wanted.flatMap((name): WishedService[] => {
    const service = file.services.get(name)
    if (service === undefined) return []
    const reload = p.reload.find((each) => each.service === name)
    const reads = [...overrides, ...service.reads, ...(service.readsEnv ? [env] : [])]
    const configs = p.configs === undefined ? service.mounts : seenBy(service, p.configs, file)
    const isElsewhere = (at: string) => at === projectFile || at === env || covers([...reads, ...(reload?.paths ?? [])], at)
    return [{
      ...service,
      name,
      read: pick(files, (at) => covers(reads, at)),
      mounted: pick(files, (at) => covers(configs, at) && !isElsewhere(at)),
      reloads: reload && pick(files, (at) => covers(reload.paths, at)),
      // An override may take it off them.
      networks: overrides.length > 0 ? [] : service.networksIn(project),
    }]
  })
  const recorded = ({ name, digest, read, mounted, reloads }: WishedService) => [name, { digest, read, mounted, loaded: reloads }] as const
  return { services, record: { services: new Map(services.map(recorded)), volumes: file.volumes } }
}

/** The files of `configs` that a service sees; those that no service sees concern all of them. */
function seenBy(service: ComposeService, configs: readonly string[], file: ComposeFile): string[] {
  const isSeen = (at: string, { sees }: ComposeService) => sees.some((source) => covers([source], at) || covers([at], source))
  return configs.filter((at) => isSeen(at, service) || ![...file.services.values()].some((each) => isSeen(at, each)))
}

function withDependencies(names: readonly string[], file: ComposeFile): string[] {
  const wanted = new Set<string>()
  const add = (name: string) => {
    if (wanted.has(name)) return
    wanted.add(name)
    for (const each of file.services.get(name)?.dependsOn ?? []) add(each)
  }
  for (const name of names) add(name)
  return [...file.services.keys()].filter((name) => wanted.has(name))
}

export const covers = (paths: readonly string[], at: string): boolean => paths.some((each) => at === each || at.startsWith(`${each}/`))

const pick = (files: Tree, test: (at: string) => boolean): Tree => new Map([...files].filter(([at]) => test(at)))
