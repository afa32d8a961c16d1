import { clean } from './clean.ts'
import type { Event, Reporter, Stamped } from './event.ts'

export type EventType = Event['type']
export type EventOf<T extends EventType> = Extract<Stamped, { type: T }>

/** What to do about each kind of event. A kind that is forgotten does not compile. */
export type Handlers<R = void> = { readonly [T in EventType]: (event: EventOf<T>) => R }

export function handle<R>(handlers: Handlers<R>, event: Stamped): R {
  return call(handlers, event.type, event)
}

function call<T extends EventType, R>(handlers: { readonly [K in T]: (event: EventOf<K>) => R }, type: T, event: EventOf<T>): R {
  return handlers[type](event)
}

/**
 * A reporter that gets cleaned events and never throws because of one: what goes wrong is kept, and `end` rejects with it
 * (the first of them), so that a run whose report is incomplete does not look as if all were well.
 */
export function makeReporter(report: (event: Stamped) => void, end: () => Promise<void> = async () => {}): Reporter {
  const faults: unknown[] = []
  return {
    report(event) {
      try {
        report(clean(event))
      } catch (fault) {
        faults.push(fault)
      }
    },
    async end() {
      await end().catch((fault: unknown) => faults.push(fault))
      if (faults.length > 0) throw faults[0]
    },
  }
}
