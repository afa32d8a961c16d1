import { z } from 'zod'
import { NO_VARS } from '../../engine/inventory/extra.ts'
import type { Inventory, InventoryHost } from '../../engine/inventory/types.ts'
import type { Host } from '../../engine/host/host.ts'
import type { OpenLink } from '../../engine/playbook/fleet.ts'
import { definePlaybook, type Play } from '../../engine/playbook/playbook.ts'
import { prepare } from '../../engine/playbook/prepare.ts'
import { defineRole, use } from '../../engine/playbook/role.ts'
import { runPlays, type RunOutcome } from '../../engine/playbook/run.ts'
import type { RunOptions } from '../../engine/playbook/run-options.ts'
import { Stop } from '../../engine/playbook/stop.ts'
import type { Event, Recap } from '../../engine/report/event.ts'
import { Tally } from '../../engine/report/tally.ts'
import { FakeHost } from '../../engine/testing/fake-host.ts'

export interface MemoryRun extends RunOutcome {
  readonly events: readonly Event[]
  readonly recap: Recap
  /** "a ok directory /x": every task, in the order in which it was told. */
  readonly told: readonly string[]
  /** Hosts that came to the end of a play, in that order. */
  readonly done: readonly string[]
}

/** The hosts of a run in memory, by name; each outlives its lines. */
export const fakes = (...names: string[]): Map<string, FakeHost> => new Map(names.map((name) => [name, new FakeHost(name)]))

/** A role that is this code. */
export const role = (name: string, run: (host: Host) => PromiseLike<unknown>, tags: readonly string[] = []) =>
  use(defineRole({ name, doc: '', params: z.strictObject({}), tags, run: async (host) => void (await run(host)) }))

export function inventoryOf(names: Iterable<string>): Inventory {
  const hosts = new Map([...names].map((name): [string, InventoryHost] => [name, { name, groups: ['all'], connection: { kind: 'memory', address: name }, vars: NO_VARS, extra: NO_VARS }]))
  const all = { name: 'all', hosts: [...hosts.keys()], children: [] }
  return { hosts, groups: new Map([['all', all], ['ungrouped', { ...all, name: 'ungrouped' }]]), sources: ['test'], warnings: [] }
}

/** What else a run in memory may be given. */
export interface MemoryOptions extends Partial<RunOptions> {
  /** As `--limit`. */
  readonly limit?: string
  /** Ctrl-C: resolves with the name of the signal. */
  readonly interrupt?: Promise<string>
  /** As `--detailed-exitcode`. */
  readonly detailedExitcode?: boolean
}

/** Runs plays on hosts in memory. A host whose `lines` are used up cannot be reached (any more). */
export async function runInMemory(hosts: ReadonlyMap<string, FakeHost>, plays: readonly Play[], { limit, interrupt, detailedExitcode = false, ...options }: MemoryOptions = {}): Promise<MemoryRun> {
  const events: Event[] = []
  const tally = new Tally()
  const emit = (event: Event) => {
    events.push(event)
    tally.add(event)
    options.emit?.(event)
  }
  const open: OpenLink = async ({ name }, { ahead, again }) => {
    const fake = hosts.get(name)
    await fake?.before(again ? 'reopen' : 'open')
    if (!fake || fake.lines-- <= 0) return { ok: false, error: { reason: 'refused', message: `${name} is not there` } }
    return { ok: true, link: fake.link(ahead) }
  }
  const inventory = inventoryOf(hosts.keys())
  const playbook = definePlaybook({ name: 'test', doc: '', params: z.strictObject({}), plays: () => plays })
  const prepared = prepare(playbook, inventory, NO_VARS, { allowEmpty: false, ...(limit !== undefined && { limit }) })
  if (!prepared.ok) throw new Error(prepared.error.map(({ message }) => message).join('\n'))
  emit({ type: 'run', playbook: 'test', mode: options.mode ?? 'apply', inventory: ['test'], hosts: [...new Set(prepared.value.flatMap((play) => play.hosts.map(({ host }) => host.name)))], version: '0' })
  const stop = options.stop ?? new Stop()
  void interrupt?.then((signal) => {
    stop.request(`interrupted by ${signal}`)
    emit({ type: 'interrupted', signal })
  })
  const outcome = await runPlays(prepared.value, inventory, { mode: 'apply', diff: false, forks: 10, tags: { tags: [], skip: [] }, open, ...options, stop, emit })
  return {
    ...outcome,
    events,
    recap: tally.recap(options.mode ?? 'apply', 0, { detailedExitcode, ...outcome }),
    told: events.flatMap((event) => (event.type === 'task' ? [`${event.host} ${event.status} ${event.task}`] : [])),
    done: events.flatMap((event) => (event.type === 'host-done' && event.ok ? [event.host] : [])),
  }
}
