import { dockerEngine, type EngineState } from '../facts/docker-engine.ts'
import { dockerNetworkNames } from '../facts/docker-network.ts'
import type { Fact } from '../facts/fact.ts'
import { os, type OsState } from '../facts/os.ts'
import { path, type PathState } from '../facts/path.ts'
import { LEFT_OUT } from '../host/host.ts'
import type { Inventory } from '../inventory/types.ts'
import type { PreparedHost, PreparedPlay } from '../playbook/prepare.ts'
import { runPlays } from '../playbook/run.ts'
import { Stop } from '../playbook/stop.ts'
import type { TagChoice } from '../playbook/tags.ts'
import type { Event } from '../report/event.ts'
import { SYSTEM_DIRECTORIES } from '../tasks/absent.ts'
import { MemoryLink } from '../transport/memory/link.ts'

const DIRECTORY: PathState = { kind: 'directory', mode: '0755', uid: 0, gid: 0, size: 0 }

/** A Debian server with Docker and nothing else: the host on which tasks are listed. */
const BARE: readonly (readonly [Fact<unknown>, unknown])[] = [
  [os(), { id: 'debian', like: [], version: '12', codename: 'bookworm', architecture: 'amd64', apt: true } satisfies OsState],
  [dockerEngine(), { kind: 'running', version: '28.0.0', compose: '2.40.0', liveRestore: false, loggingDriver: 'json-file', swarm: false, configIsOlder: true, atBoot: true } satisfies EngineState],
  [dockerNetworkNames(), new Set(['bridge', 'host', 'none', 'shared_network'])],
  ...[...SYSTEM_DIRECTORIES].map((at) => [path(at), DIRECTORY] as const),
]

/** `--list-hosts`. */
export function listHosts(plays: readonly PreparedPlay[]): string {
  return plays.map(({ play, hosts }) => `${play.name} (${play.hosts}): ${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'}\n${hosts.map(({ host }) => `  ${host.name}\n`).join('')}`).join('')
}

/**
 * `--list-tasks` and `--list-tags`: the playbook in check mode on a host that exists in memory only: a bare Debian with Docker. Tasks are code, so a
 * role that looks at its host before it decides may do other things on a real one. A task that cannot be done there is listed like the others.
 */
export async function listTasks(about: { readonly plays: readonly PreparedPlay[]; readonly inventory: Inventory; readonly tags: TagChoice; readonly gate?: Gate }) {
  const events: Event[] = []
  const tags = new Set<string>()
  for (const { play, hosts } of about.plays) {
    for (const tag of play.tags ?? []) tags.add(tag)
    for (const { use } of hosts.flatMap(({ roles }) => roles)) for (const tag of [use.role.name, ...use.role.tags]) tags.add(tag)
  }
  const few = about.plays.map(({ play, hosts }) => ({ play, hosts: covering(hosts) }))
  await runPlays(few, about.inventory, {
    mode: 'check', listing: true, diff: false, forks: 1, tags: about.tags, stop: new Stop(), ...(about.gate && { gate: about.gate() }),
    open: (host) => Promise.resolve({ ok: true, link: new MemoryLink(host.name, BARE) }),
    emit: (event) => events.push(event),
    onTags: (own) => own.forEach((tag) => tags.add(tag)),
  })
  const lines: string[] = []
  const named: { readonly role: string; readonly task: string }[] = []
  const told = new Map<string, string>()
  let play = ''
  for (const event of events) {
    if (event.type === 'play') lines.push(`${(play = event.play)}:`)
    if (event.type !== 'role' && event.type !== 'task' && event.type !== 'failure') continue
    // A role that several of these hosts have is shown as it is on the first.
    const first = told.get(`${play} ${event.role}`) ?? event.host
    told.set(`${play} ${event.role}`, first)
    // What nobody asked for is told on a run, where it would have been acted upon.
    if (event.type === 'task' && event.why === LEFT_OUT) continue
    // A role that throws is told under its own name.
    if (event.type === 'task' && event.status === 'failed' && event.task === event.role) continue
    if (event.type === 'task') named.push(event)
    if (first !== event.host) continue
    if (event.type === 'role') lines.push(`  ${event.role}`)
    if (event.type === 'task') lines.push(`    ${event.task}`)
    if (event.type === 'failure') lines.push(`    (what comes after depends on the host${event.reason === 'params' ? ', or is wrong' : ''}: ${event.message}${event.place === undefined ? '' : `, ${event.place.file}:${event.place.line}`})`)
  }
  const known = [...tags].sort()
  const depends = events.some(({ type }) => type === 'failure')
  return { tasks: `${lines.join('\n')}\n`, tags: `${known.join('\n')}\n`, named, known, depends }
}

/** Begins anew with each call: see `Options.gate`. */
type Gate = () => (host: string, title: string, role: string) => boolean

/** As few hosts as have every role between them. */
function covering(hosts: readonly PreparedHost[]): PreparedHost[] {
  const covered = new Set<unknown>()
  return hosts.filter(({ roles }, index) => {
    const adds = index === 0 || roles.some(({ use }) => !covered.has(use))
    if (adds) for (const { use } of roles) covered.add(use)
    return adds
  })
}
