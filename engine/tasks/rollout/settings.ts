import { recordLines, recordPath, type ProjectRecord } from '../../facts/compose-record.ts'
import { quote, quoteAll } from '../../values/quote.ts'
import { CHECK } from '../compose-steps.ts'

/** All that the cut-over on the host is told. Nothing of it is secret: it stands in the journal. */
export interface Settings {
  readonly project: string
  readonly directory: string
  readonly service: string
  readonly replicas: number
  /** Names of the files in the directory that it puts in place. */
  readonly files: readonly string[]
  readonly strategy: 'switch' | 'docker-rollout'
  /** Seconds. */
  readonly wait: number
  readonly drain: number
  readonly observe: number
  /** How many releases stay. */
  readonly keep: number
  /** Bytes that Docker's disk must have free before an image is fetched; 0: nobody looks. */
  readonly minFree: number
  /** The directory of a release that is brought back; its images are tagged as they were. */
  readonly restore: string | undefined
  /** Of the service; undefined when a variable says it. */
  readonly image: string | undefined
  readonly upstream: Upstream | undefined
  readonly before: { readonly argv: readonly string[]; readonly timeout: number } | undefined
  /** The other services of the project, which take over with it. */
  readonly others: readonly string[]
  /** Those of them that are to go on running: not what others wait for the end of. */
  readonly lasting: readonly string[]
  /** Those whose containers are made anew, though Compose sees nothing that changed. */
  readonly afresh: readonly string[]
  /** There are containers of services that the files do not name. */
  readonly orphans: boolean
  /** Service and network, of each network that a service is on and others make. */
  readonly named: readonly (readonly [service: string, network: string])[]
  readonly networks: readonly string[]
  readonly mounts: readonly string[]
  readonly record: Omit<ProjectRecord, 'containers'>
  /** For the release record, a line each. */
  readonly about: Readonly<Record<string, string>>
  /** The same: of a variable, what its store calls the version of its value. */
  readonly versions: Readonly<Record<string, string>>
}

/** The files that tell Caddy where to send. */
export interface Upstream {
  /** On the host, and as the container of Caddy sees it. */
  readonly directory: string
  readonly mounted: string
  /** The files are NAME-1, NAME-2, … */
  readonly name: string
  readonly container: string
  readonly port: number
  /** Asked over the network before Caddy is switched; '' asks nothing. */
  readonly probe: string
}

/** The files that name the upstreams, one a replica: cut-over.sh counts them in the same way. */
export const upstreamNames = (name: string, replicas: number): string[] => Array.from({ length: replicas }, (_, index) => `${name}-${index + 1}`)

/** The settings as the head of the program: variables, and the three functions whose text varies. */
export function settingsText(s: Settings): string {
  const { upstream: up, before } = s
  const values = {
    P: s.project, D: s.directory, S: s.service, N: s.replicas, FILES: s.files.join(' '), STRATEGY: s.strategy,
    WAIT: Math.max(1, Math.ceil(s.wait)), DRAIN: Math.ceil(s.drain), OBSERVE: Math.ceil(s.observe), SETTLE: 10, STEADY: 3, KEEP: s.keep, RESTORE: s.restore ?? '', IMAGE: s.image ?? '', FREE: Math.ceil(s.minFree / 1024),
    UP: up?.directory ?? '', SEEN: up?.mounted ?? '', UPNAME: up?.name ?? '', CADDY: up?.container ?? '', PORT: up?.port ?? 0, PROBE: up?.probe ?? '',
    BEFORE: before ? before.argv.join(' ') : '', OTHERS: s.others.join(' '), LASTING: s.lasting.join(' '), AFRESH: s.afresh.join(' '), ORPHANS: s.orphans ? 'yes' : '', NAMED: s.named.map((pair) => pair.join(' ')).join('\n'), RECORD: recordPath(s.project),
  }
  const about = [...Object.entries(s.about), ...Object.entries(s.versions).map(([name, version]) => ['stored', `${name} ${version}`] as const)].map(([name, value]) => `${name} ${value.replaceAll(/\s+/g, ' ')}`)
  return [
    ...Object.entries(values).map(([name, value]) => `${name}=${quote(String(value))}`),
    `check_project() { set -- ${quoteAll([String(s.networks.length), ...s.networks, String(s.mounts.length), ...s.mounts])}${CHECK}\n}`,
    `before_hook() { ${before ? `bare timeout -k 10 ${Math.ceil(before.timeout)} docker compose -p "$P" run --rm --name "$HOOK" --no-deps -T "$S" ${quoteAll(before.argv)}` : 'true'}; }`,
    `release_lines() { printf '%s\\n' ${quoteAll(about)}; }`,
    `record_lines() { printf %s ${quote(recordLines(s.record))}; }`,
  ].join('\n')
}
