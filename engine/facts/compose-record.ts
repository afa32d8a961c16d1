/**
 * What a project was last brought up from: the durable memory behind `composeProject`. It lies on the host, beside nothing an operator
 * edits, and is written only when all of it runs; so a run that dies before leaves a record that does not match, and the next one goes on.
 */
export interface ProjectRecord {
  /** Digest of each service as its file describes it. */
  readonly services: ReadonlyMap<string, string>
  /** Digest of each named volume as the file describes it. */
  readonly volumes: ReadonlyMap<string, string>
  /** Digest of each file beside the project file that its services are made from: `.env`, what they mount. */
  readonly inputs: ReadonlyMap<string, string>
  /** Per service that reloads, the digest of each file that it has loaded. */
  readonly loaded: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Ids of the containers that ran then. */
  readonly containers: ReadonlySet<string>
}

export const recordPath = (project: string): string => `/var/lib/hostwright/compose/${project}`

/** The record as lines, without the containers: only the host knows those. */
export function recordLines({ services, volumes, inputs, loaded }: Omit<ProjectRecord, 'containers'>): string {
  const lines = [
    ...[...services].map(([name, sum]) => `service ${sum} ${name}`),
    ...[...volumes].map(([name, sum]) => `volume ${sum} ${name}`),
    ...[...inputs].map(([at, sum]) => `input ${sum} ${at}`),
    ...[...loaded].flatMap(([service, files]) => [`loads - ${service}`, ...[...files].map(([at, sum]) => `loaded ${sum} ${service} ${at}`)]),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

/** Reads it back, with the `container` lines that the host added. Lines of another kind are passed over. */
export function readRecord(lines: readonly string[]): ProjectRecord {
  const [services, volumes, inputs] = [new Map<string, string>(), new Map<string, string>(), new Map<string, string>()]
  const loaded = new Map<string, Map<string, string>>()
  const containers = new Set<string>()
  for (const line of lines) {
    const [, kind, sum = '', name = ''] = /^(\S+) (\S+) ?(.*)$/.exec(line) ?? []
    if (kind === 'service') services.set(name, sum)
    else if (kind === 'volume') volumes.set(name, sum)
    else if (kind === 'input') inputs.set(name, sum)
    else if (kind === 'loads') loaded.set(name, new Map())
    else if (kind === 'loaded') loaded.get(name.slice(0, name.indexOf(' ')))?.set(name.slice(name.indexOf(' ') + 1), sum)
    else if (kind === 'container') containers.add(sum)
  }
  return { services, volumes, inputs, loaded, containers }
}
