import pLimit from 'p-limit'
import type { HostContext } from '../host/context.ts'
import { HostLost, Stopped, TaskFailed } from '../host/failure.ts'
import { Host } from '../host/host.ts'
import { HostModel } from '../host/model.ts'
import { placeOf } from '../host/origin.ts'
import type { Inventory, InventoryHost } from '../inventory/types.ts'
import type { Emit, Mode } from '../report/event.ts'
import { ParamsError } from '../tasks/task.ts'
import type { Link } from '../transport/link.ts'
import { Fleet, type OpenLink } from './fleet.ts'
import { Once } from './once.ts'
import type { Serial } from './playbook.ts'
import type { PreparedHost, PreparedPlay } from './prepare.ts'
import { batches, failLimit } from './schedule.ts'
import type { Stop } from './stop.ts'
import { isSelected, type TagChoice } from './tags.ts'

export interface RunOptions {
  readonly mode: Mode
  readonly diff: boolean
  /** Hosts at a time. */
  readonly forks: number
  /** Stronger than the plays'. */
  readonly serial?: Serial
  readonly maxFail?: number | `${number}%`
  readonly become?: boolean
  readonly tags: TagChoice
  readonly open: OpenLink
  readonly emit: Emit
  readonly stop: Stop
  /** Says no until the task comes where a run is to begin (`--start-at`). */
  readonly gate?: (host: string, title: string) => boolean
  /** Asked before anything is changed (`--step`); false stops the host there. */
  readonly confirm?: HostContext['confirm']
  /** For the listing, which wants to see the tags that tasks have. */
  readonly onTags?: (tags: readonly string[]) => void
}

/** How a run went, beside what its events tell. */
export interface RunOutcome {
  readonly traffic: ReadonlyMap<string, { roundTrips: number; bytesSent: number }>
  /** Hosts that did not come to the end of all their plays. */
  readonly unfinished: readonly string[]
}

/** Runs prepared plays: reaches every host first, then play after play. */
export async function runPlays(plays: readonly PreparedPlay[], inventory: Inventory, options: RunOptions): Promise<RunOutcome> {
  return new Run(inventory, options).run(plays)
}

class Run {
  readonly #inventory: Inventory
  readonly #options: RunOptions
  readonly #fleet: Fleet
  readonly #once = new Once()
  /** What is known of a host, whichever play asks; two users see the same host. */
  readonly #models = new Map<string, HostModel>()
  readonly #lines = new Map<Link, { last: Promise<unknown> }>()
  readonly #out = new Set<string>()

  constructor(inventory: Inventory, options: RunOptions) {
    this.#inventory = inventory
    this.#options = options
    this.#fleet = new Fleet(options.open, options.emit)
  }

  async run(plays: readonly PreparedPlay[]): Promise<RunOutcome> {
    const wanted = plays.flatMap(({ play, hosts }) => hosts.map(({ host }) => ({ host, become: this.#options.become ?? play.become })))
    const distinct = new Map(wanted.map((each) => [`${each.host.name} ${String(each.become)}`, each]))
    try {
      await this.#fleet.connect([...distinct.values()], this.#options.forks)
      for (const { play, hosts } of plays) await this.#play({ play, hosts })
    } finally {
      await this.#fleet.close()
    }
    const all = new Set(wanted.map(({ host }) => host.name))
    return { traffic: this.#fleet.traffic(), unfinished: [...all].filter((name) => this.#isOut(name) || this.#options.stop.reason !== undefined) }
  }

  /** One step at a time on a line, whoever asks: a role of this host, or one of another that does something here. */
  #lineOf(link: Link): { last: Promise<unknown> } {
    const line = this.#lines.get(link) ?? { last: Promise.resolve() }
    this.#lines.set(link, line)
    return line
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
    const giveUp = () => {
      if (stopped || failed() < limit || hosts.length === 0) return
      stopped = true
      const notStarted = hosts.filter(({ host }) => !this.#isOut(host.name) && !started.has(host.name)).map(({ host }) => host.name)
      if (limit < hosts.length || notStarted.length > 0)
        emit({ type: 'play-stopped', play: play.name, message: `${failed()} of ${hosts.length} hosts failed or cannot be reached; the limit is ${limit}`, notStarted })
    }
    giveUp()
    for (const batch of batches(hosts, this.#options.serial ?? play.serial)) {
      if (stopped || stop.reason !== undefined) break
      const able = batch.filter(({ host }) => !this.#isOut(host.name))
      if (able.length === 0) continue
      emit({ type: 'play', play: play.name, hosts: able.map(({ host }) => host.name) })
      const width = pLimit(forks)
      await Promise.all(
        able.map((prepared) =>
          width(async () => {
            if (stopped || stop.reason !== undefined) return
            started.add(prepared.host.name)
            const ok = await this.#host(play, prepared, () => stopped)
            if (!ok) this.#out.add(prepared.host.name)
            emit({ type: 'host-done', host: prepared.host.name, play: play.name, ok })
            giveUp()
          }),
        ),
      )
      // A batch of which nothing is left ends the play: the next one would fare no better.
      if (able.every(({ host }) => this.#isOut(host.name)) && !stopped && this.#options.serial === undefined && play.serial !== undefined) {
        stopped = true
        const notStarted = hosts.filter(({ host }) => !started.has(host.name)).map(({ host }) => host.name)
        if (notStarted.length > 0) emit({ type: 'play-stopped', play: play.name, message: 'every host of a batch failed', notStarted })
      }
    }
    // Who was left out does not go on to the next play as if it had been through this one.
    if (stopped) for (const { host } of hosts) if (!started.has(host.name)) this.#out.add(host.name)
  }

  /** All of a play on one host. True when it went well. */
  async #host(play: PreparedPlay['play'], { host, roles }: PreparedHost, playStopped: () => boolean): Promise<boolean> {
    const { emit } = this.#options
    let role = play.name
    try {
      const base = await this.#handle(host, this.#options.become ?? play.become, play.tags ?? [], playStopped)
      for (const { use, params } of roles) {
        role = use.role.name
        emit({ type: 'role', host: host.name, role })
        const handle = base.as(role, [...(play.tags ?? []), role, ...use.role.tags])
        await this.#watched(handle, host.name, role, () => use.run(handle, params))
      }
      const { run } = play
      if (run) {
        role = play.name
        const handle = base.as(play.name, play.tags ?? [])
        await this.#watched(handle, host.name, role, () => run(handle))
      }
      return true
    } catch (error) {
      this.#tell(host.name, role, error)
      return false
    }
  }

  /** Runs a role, then sees to what it left behind: failures it caught, and awaits it forgot. */
  async #watched(handle: Host, host: string, role: string, work: () => Promise<void>): Promise<void> {
    const { emit } = this.#options
    await work()
    for (const task of handle.caught) emit({ type: 'rescued', host, role, task })
    const [forgotten] = await handle.forgotten()
    if (forgotten === undefined) return
    const place = placeOf(forgotten)
    const failure = { host, role, task: role, reason: 'not-awaited', message: 'something was asked of the host and not awaited', ...(place && { place }), hint: 'write `await` before it' } as const
    emit({ type: 'failure', ...failure })
    throw new TaskFailed(failure)
  }

  #tell(host: string, role: string, error: unknown): void {
    const { emit } = this.#options
    // A task's failure was told when it happened, on the host where it did.
    if (error instanceof TaskFailed && error.failure.host === host) return
    if (error instanceof HostLost) return this.#fleet.lose(host, error)
    if (error instanceof Stopped) return emit({ type: 'failure', host, role, task: role, reason: 'stopped', message: error.message })
    const thrown = error instanceof Error ? error : new Error(String(error))
    const place = placeOf(thrown)
    const reason = error instanceof ParamsError ? 'params' : 'error'
    emit({ type: 'task', host, role, task: role, status: 'failed', changes: [], ms: 0 })
    emit({ type: 'failure', host, role, task: role, reason, message: thrown.message, ...(place && { place }) })
  }

  async #handle(host: InventoryHost, become: boolean | undefined, tags: readonly string[], playStopped: () => boolean): Promise<Host> {
    const { mode, diff, emit, stop } = this.#options
    const link = await this.#fleet.link(host, become)
    if (!link) throw new Stopped(`${host.name} cannot be reached`)
    const model = this.#models.get(host.name) ?? new HostModel()
    this.#models.set(host.name, model)
    const context: HostContext = {
      host: host.name, mode, diff, emit, link, model,
      ...(this.#options.confirm && { confirm: this.#options.confirm }),
      reconnect: () => this.#fleet.again(host, become),
      checkStopped: () => {
        stop.check()
        if (playStopped()) throw new Stopped('the play was given up because of other hosts')
      },
    }
    const services = {
      selected: (title: string | undefined, own: readonly string[]) => {
        this.#options.onTags?.(own)
        return isSelected(own, this.#options.tags) && (title === undefined || (this.#options.gate?.(host.name, title) ?? true))
      },
      once: <T>(key: string, name: string, work: () => Promise<T>) => this.#once.do(key, name, work),
      other: async (name: string, role: string) => {
        const other = this.#inventory.hosts.get(name)
        if (!other) throw new Error(`there is no host "${name}" in the inventory`)
        return (await this.#handle(other, become, tags, playStopped)).as(role, tags)
      },
    }
    return new Host({ name: host.name, address: host.connection.address, groups: host.groups }, context, services, '', tags, this.#lineOf(link))
  }
}
