import type { HostContext } from '../host/context.ts'
import { Host, type HostServices } from '../host/host.ts'
import { HostModel } from '../host/model.ts'
import type { Event, Mode } from '../report/event.ts'
import { FakeHost } from './fake-host.ts'

/** A host in memory as a role sees it, in a run of its own. */
export interface MemoryHost {
  readonly host: Host
  readonly events: Event[]
  /** "ok directory /a", "changed file /b: create /b": what was told of tasks, in order. */
  told(): string[]
  /** "refused: …" of every failure. */
  failures(): string[]
}

const alone: HostServices = { selected: () => true, about: () => Promise.resolve({ by: 'test', revision: '' }), store: () => undefined, undone: () => {}, once: (_key, _host, work) => work(), inventory: () => [{ name: 'memory', address: 'nowhere', groups: [] }], other: (name) => Promise.reject(new Error(`there is no ${name}`)) }

export function openMemory(fake = new FakeHost('memory'), mode: Mode = 'apply', more: Partial<HostContext & { services: Partial<HostServices> }> = {}): MemoryHost {
  const events: Event[] = []
  const context: HostContext = {
    host: 'memory', mode, diff: false, model: new HostModel(), link: fake.link(),
    emit: (event) => events.push(event),
    reconnect: () => Promise.resolve(fake.lines-- > 0 ? fake.link() : undefined),
    beside: () => Promise.resolve({ ok: false, error: { reason: 'refused', message: 'there is one line only' } }),
    checkStopped: () => {},
    ...more,
  }
  fake.lines--
  const host = new Host({ name: 'memory', address: 'nowhere', groups: [] }, context, { ...alone, ...more.services }, 'test', [], { last: Promise.resolve() })
  return {
    host, events,
    told: () => events.flatMap((event) => (event.type === 'task' ? [`${event.status} ${event.task}${event.changes.length > 0 ? `: ${event.changes.join('; ')}` : ''}`] : [])),
    failures: () => events.flatMap((event) => (event.type === 'failure' ? [`${event.reason}: ${event.message}`] : [])),
  }
}
