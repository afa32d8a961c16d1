import pLimit from 'p-limit'
import { diagnostic } from '../diagnostic/make.ts'
import { printDiagnostic } from '../diagnostic/print.ts'
import { ReadAhead } from '../host/ahead.ts'
import { placeOf } from '../host/origin.ts'
import type { Inventory } from '../inventory/types.ts'
import { watchMade, type Made } from '../tasks/unused.ts'
import { Fleet } from './fleet.ts'
import { HostRuns } from './host-runs.ts'
import type { PreparedPlay } from './prepare.ts'
import type { RunOptions } from './run-options.ts'
import { batches, failLimit } from './schedule.ts'

/** How a run went, beside what its events tell. */
export interface RunOutcome {
  readonly traffic: ReadonlyMap<string, { roundTrips: number; bytesSent: number }>
  /** Hosts that did not come to the end of all their plays. */
  readonly unfinished: readonly string[]
}

/** Lets a host put its first question on the wire before the next one begins to think: hosts then work while we do. */
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))

/** Runs prepared plays: reaches every host first, then play after play. */
export async function runPlays(plays: readonly PreparedPlay[], inventory: Inventory, options: RunOptions): Promise<RunOutcome> {
  return new Run(inventory, options).run(plays)
}

class Run {
  readonly #options: RunOptions
  readonly #fleet: Fleet
  readonly #hostRuns: HostRuns
  /** Hosts that take no further part. */
  readonly #out = new Set<string>()
  /** Plays that a host takes part in. */
  readonly #due = new Map<string, number>()
  /** Plays that a host is through with, and went well. */
  readonly #through = new Map<string, number>()
  /** Hosts on which it was taken back. */
  readonly #undone = new Set<string>()

  constructor(inventory: Inventory, options: RunOptions) {
    this.#options = options
    const ahead = options.ahead ?? new ReadAhead()
    this.#fleet = new Fleet(options.open, options.emit, ahead, options.userOf)
    this.#hostRuns = new HostRuns(inventory, options, this.#fleet, ahead, (name) => this.#undone.add(name))
  }

  async run(plays: readonly PreparedPlay[]): Promise<RunOutcome> {
    const wanted = plays.flatMap(({ play, hosts }) => hosts.map(({ host }) => ({ host, become: this.#options.become ?? play.become })))
    const distinct = new Map(wanted.map((each) => [this.#fleet.key(each.host, each.become), each]))
    const { forks, stop } = this.#options
    for (const { host } of wanted) this.#due.set(host.name, (this.#due.get(host.name) ?? 0) + 1)
    const made = watchMade()
    let unused: readonly Made[] = []
    try {
      await this.#fleet.connect([...distinct.values()], forks, () => stop.reason !== undefined)
      for (const { play, hosts } of plays) await this.#play({ play, hosts })
    } finally {
      unused = made.end()
      await this.#fleet.close()
    }
    this.#tellUnused(unused)
    return { traffic: this.#fleet.traffic(), unfinished: [...this.#due.keys()].filter((name) => !this.#isDone(name)) }
  }

  /** A role that came to its end and made a task for nobody has forgotten it, most likely. After a failure that says nothing. */
  #tellUnused(unused: readonly Made[]): void {
    if (this.#options.listing || this.#options.stop.reason !== undefined || ![...this.#due.keys()].every((name) => this.#isDone(name))) return
    const byPlace = new Map(unused.map(({ title, origin }) => {
      const at = placeOf(origin)
      return [JSON.stringify(at), diagnostic(`"${title}" was made and given to no host: nothing was done about it; host.ensure(…) takes tasks, host.run(…) actions`, at)]
    }))
    for (const each of [...byPlace.values()].slice(0, 10)) this.#options.emit({ type: 'warning', message: printDiagnostic(each) })
  }

  /** Through with all its plays. */
  #isDone(name: string): boolean {
    return !this.#undone.has(name) && (this.#through.get(name) ?? 0) >= (this.#due.get(name) ?? 0)
  }

  #isOut(name: string): boolean {
    return this.#out.has(name) || this.#fleet.isLost(name)
  }

  async #play({ play, hosts }: PreparedPlay): Promise<void> {
    const { emit, forks, stop } = this.#options
    const limit = failLimit({ ...play, ...(this.#options.maxFail !== undefined && { maxFail: this.#options.maxFail }) }, hosts.length)
    const failed = () => hosts.filter(({ host }) => this.#isOut(host.name)).length
    let stopped = false
    const started = new Set<string>()
    // After an interrupt whoever stopped has not failed, and nobody begins anyway.
    const isOver = () => stopped || stop.reason !== undefined
    const giveUp = () => {
      if (isOver() || failed() < limit || hosts.length === 0) return
      stopped = true
      const notStarted = hosts.filter(({ host }) => !this.#isOut(host.name) && !started.has(host.name)).map(({ host }) => host.name)
      if (limit < hosts.length || notStarted.length > 0)
        emit({ type: 'play-stopped', play: play.name, message: `${failed()} of ${hosts.length} hosts failed or cannot be reached; the limit is ${limit}`, notStarted })
    }
    giveUp()
    for (const batch of batches(hosts, this.#options.serial ?? play.serial)) {
      if (isOver()) break
      const able = batch.filter(({ host }) => !this.#isOut(host.name))
      if (able.length === 0) continue
      emit({ type: 'play', play: play.name, hosts: able.map(({ host }) => host.name) })
      const width = pLimit(forks)
      await Promise.all(
        able.map((prepared) =>
          width(async () => {
            await turn()
            if (isOver()) return
            started.add(prepared.host.name)
            const ok = await this.#hostRuns.through(play, prepared, () => stopped)
            if (ok) this.#through.set(prepared.host.name, (this.#through.get(prepared.host.name) ?? 0) + 1)
            else this.#out.add(prepared.host.name)
            if (this.#isDone(prepared.host.name)) this.#hostRuns.release(prepared.host.name)
            emit({ type: 'host-done', host: prepared.host.name, play: play.name, ok })
            giveUp()
          }),
        ),
      )
      // A batch of which nothing is left ends the play: the next one would fare no better.
      if (able.every(({ host }) => this.#isOut(host.name)) && !isOver() && (this.#options.serial ?? play.serial) !== undefined) {
        stopped = true
        const notStarted = hosts.filter(({ host }) => !started.has(host.name)).map(({ host }) => host.name)
        if (notStarted.length > 0) emit({ type: 'play-stopped', play: play.name, message: 'every host of a batch failed', notStarted })
      }
    }
    // Who was left out does not go on to the next play as if it had been through this one.
    if (stopped) for (const { host } of hosts) if (!started.has(host.name)) this.#out.add(host.name)
  }
}
