import type { Event, HostRecap } from './event.ts'
import { taskName } from './text/task.ts'

type HostEvent = Extract<Event, { readonly host: string }>

/** What a host cost on the wire. */
export interface Traffic {
  readonly roundTrips: number
  readonly bytesSent: number
}

/** The reason of an `unreachable` event, and where a host stopped, when another run has it. */
export const LOCKED = 'locked'

/** What became of one host. */
export class HostTally {
  /** Why it takes no (further) part. */
  away: 'unreachable' | typeof LOCKED | undefined
  readonly #count = { ok: 0, changed: 0, skipped: 0, unknown: 0, rescued: 0 }
  /** Failed tasks by name: how often; and those of which only a `failure` was told (a role that threw between two tasks). */
  readonly #failed = new Map<string, number>()
  readonly #blamed = new Set<string>()
  readonly #settled = new Set<string>()
  #begun = false
  #inPlay = false
  #left: string | undefined
  #last: string | undefined
  #stoppedAt: string | undefined

  /** A play begins on it. */
  begin(): void {
    this.#inPlay = true
  }

  /** A play was given up before its turn came. */
  leave(play: string): void {
    this.#left ??= `play ${play}`
  }

  add(event: HostEvent): void {
    switch (event.type) {
      case 'task':
        return this.#task(event)
      case 'failure':
        return this.#failure(event)
      case 'rescued':
        return this.#rescue(taskName(event))
      case 'unreachable':
        this.away = event.reason === LOCKED ? LOCKED : 'unreachable'
        this.#stoppedAt ??= event.reason === LOCKED ? LOCKED : (this.#last ?? event.reason)
        return
      case 'host-done':
        this.#inPlay = false
        if (!event.ok) this.#stoppedAt ??= this.#last
        return
      case 'role':
        this.#begun = true
        this.#last = event.role
        return
      case 'connected':
      case 'change':
      case 'output':
      case 'note':
      case 'safeguard':
    }
  }

  /** @param unfinished known not to be through with all its plays. */
  recap(interrupted: boolean, unfinished: boolean, traffic: Traffic = { roundTrips: 0, bytesSent: 0 }): HostRecap {
    const cutShort = this.#left ?? (interrupted && (this.#inPlay || unfinished) ? this.#last : undefined)
    const stoppedAt = this.#stoppedAt ?? (this.#begun ? cutShort : undefined)
    const notReached = !this.#begun && this.away === undefined && (this.#left !== undefined || interrupted)
    const untold = [...this.#blamed].filter((name) => !this.#settled.has(name)).length
    return {
      ...this.#count,
      failed: untold + [...this.#failed.values()].reduce((sum, n) => sum + n, 0),
      unreachable: this.away === undefined ? 0 : 1,
      roundTrips: traffic.roundTrips,
      bytesSent: traffic.bytesSent,
      ...(stoppedAt !== undefined && { stoppedAt }),
      ...(notReached && { notReached }),
    }
  }

  #failure(event: Extract<Event, { type: 'failure' }>): void {
    // Stopped because of others: it did not fail, it did not come to the end.
    if (event.reason === 'stopped') return void (this.#stoppedAt ??= this.#last)
    this.#begun = true
    this.#stoppedAt ??= taskName(event)
    this.#blamed.add(taskName(event))
  }

  #task(event: Extract<Event, { type: 'task' }>): void {
    const name = taskName(event)
    this.#begun = true
    this.#last = name
    if (event.status === 'failed') this.#failed.set(name, (this.#failed.get(name) ?? 0) + 1)
    else this.#count[event.status] += 1
    if (event.status === 'failed' || event.status === 'unknown') this.#settled.add(name)
  }

  #rescue(name: string): void {
    const times = this.#failed.get(name) ?? 0
    if (times === 0 && !this.#blamed.has(name)) return
    this.#count.rescued += 1
    if (times > 0) this.#failed.set(name, times - 1)
    this.#blamed.delete(name)
    if (this.#stoppedAt === name) this.#stoppedAt = undefined
  }
}
