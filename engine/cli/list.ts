import { dockerEngine, type EngineState } from '../facts/docker-engine.ts'
import { dockerNetworkNames } from '../facts/docker-network.ts'
import type { Fact } from '../facts/fact.ts'
import { os, type OsState } from '../facts/os.ts'
import type { Inventory } from '../inventory/types.ts'
import type { PreparedPlay } from '../playbook/prepare.ts'
import { runPlays } from '../playbook/run.ts'
import { Stop } from '../playbook/stop.ts'
import type { TagChoice } from '../playbook/tags.ts'
import type { Event } from '../report/event.ts'
import { MemoryLink } from '../transport/memory/link.ts'

/** A Debian server with Docker and nothing else: the host on which tasks are listed. */
const BARE: readonly (readonly [Fact<unknown>, unknown])[] = [
  [os(), { id: 'debian', like: [], version: '12', codename: 'bookworm', architecture: 'amd64', apt: true } satisfies OsState],
  [dockerEngine(), { kind: 'running', version: '28.0.0', compose: '2.40.0', liveRestore: false, loggingDriver: 'json-file', swarm: false, configIsOlder: true, atBoot: true } satisfies EngineState],
  [dockerNetworkNames(), new Set(['bridge', 'host', 'none', 'shared_network'])],
]

/** `--list-hosts`. */
export function listHosts(plays: readonly PreparedPlay[]): string {
  return plays.map(({ play, hosts }) => `${play.name} (${play.hosts}): ${hosts.length} hosts\n${hosts.map(({ host }) => `  ${host.name}\n`).join('')}`).join('')
}

/**
 * `--list-tasks` and `--list-tags`: the playbook in check mode on a host that exists in memory only: a bare Debian with Docker. Tasks are code, so a
 * role that looks at its host before it decides may do other things on a real one.
 */
export async function listTasks(about: { readonly plays: readonly PreparedPlay[]; readonly inventory: Inventory; readonly tags: TagChoice }) {
  const events: Event[] = []
  const tags = new Set<string>()
  const firstHosts = about.plays.map(({ play, hosts }) => ({ play, hosts: hosts.slice(0, 1) }))
  await runPlays(firstHosts, about.inventory, {
    mode: 'check', diff: false, forks: 1, tags: about.tags, stop: new Stop(),
    open: (host) => Promise.resolve({ ok: true, link: new MemoryLink(host.name, BARE) }),
    emit: (event) => events.push(event),
    onTags: (own) => own.forEach((tag) => tags.add(tag)),
  })
  const lines: string[] = []
  const titles: string[] = []
  for (const event of events) {
    if (event.type === 'play') lines.push(`${event.play}:`)
    if (event.type === 'role') lines.push(`  ${event.role}`)
    if (event.type === 'task') lines.push(`    ${event.task}`)
    if (event.type === 'task') titles.push(event.task)
    if (event.type === 'failure') lines.push(`    (and more that depends on the host: ${event.message})`)
  }
  const known = [...tags].sort()
  return { tasks: `${lines.join('\n')}\n`, tags: `${known.join('\n')}\n`, titles, known }
}
