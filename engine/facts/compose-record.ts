/**
 * What a project was last brought up from: the durable memory behind `composeProject`. It lies on the host, away from what an operator
 * edits, and is written only when all of it runs; so a run that dies before leaves a record that does not match, and the next one goes on.
 */
export interface ProjectRecord {
  readonly services: ReadonlyMap<string, RecordedService>
  /** Digest of each named volume as the project file describes it. */
  readonly volumes: ReadonlyMap<string, string>
  /** Ids of the containers that ran then. */
  readonly containers: ReadonlySet<string>
}

/** What the containers of a service were made from: digests, those of files by path. */
export interface RecordedService {
  /** Of the service as the project file describes it. */
  readonly digest: string
  /** Files that Compose reads for it. */
  readonly read: ReadonlyMap<string, string>
  /** Files that it sees and Compose does not look at. */
  readonly mounted: ReadonlyMap<string, string>
  /** Files that it has taken in by a reload. Undefined: it reloads nothing. */
  readonly loaded: ReadonlyMap<string, string> | undefined
}

export const recordPath = (project: string): string => `/var/lib/hostwright/compose/${project}`

/** The record as lines, without the containers: only the host knows those. */
export function recordLines({ services, volumes }: Omit<ProjectRecord, 'containers'>): string {
  const files = (kind: string, service: string, sums: ReadonlyMap<string, string>) => [...sums].map(([at, sum]) => `${kind} ${sum} ${service} ${at}`)
  const lines = [...services].flatMap(([name, { digest, read, mounted, loaded }]) => [
    `service ${digest} ${name}`,
    ...files('read', name, read),
    ...files('mounted', name, mounted),
    ...(loaded === undefined ? [] : [`loads - ${name}`, ...files('loaded', name, loaded)]),
  ])
  return [...lines, ...[...volumes].map(([name, sum]) => `volume ${sum} ${name}`)].map((line) => `${line}\n`).join('')
}

/** Reads it back, with the `container` lines that the host added. Lines of another kind are passed over. */
export function readRecord(lines: readonly string[]): ProjectRecord {
  type Files = Map<string, string>
  const services = new Map<string, { digest: string; read: Files; mounted: Files; loaded: Files | undefined }>()
  const volumes = new Map<string, string>()
  const containers = new Set<string>()
  for (const line of lines) {
    const [, kind, sum = '', name = '', at = ''] = /^(\S+) (\S+) ?(\S*) ?(.*)$/.exec(line) ?? []
    const service = services.get(name)
    if (kind === 'service') services.set(name, { digest: sum, read: new Map(), mounted: new Map(), loaded: undefined })
    else if (kind === 'volume') volumes.set(name, sum)
    else if (kind === 'container') containers.add(sum)
    else if (kind === 'loads' && service) service.loaded = new Map()
    else if (kind === 'read' || kind === 'mounted' || kind === 'loaded') service?.[kind]?.set(at, sum)
  }
  return { services, volumes, containers }
}
