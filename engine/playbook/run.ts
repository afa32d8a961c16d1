import pLimit from 'p-limit'
import type { HostContext } from '../host/context.ts'
import { HostLost, Stopped, TaskFailed } from '../host/failure.ts'
import { Host, type RunAbout } from '../host/host.ts'
import { HostModel } from '../host/model.ts'
import { placeOf } from '../host/origin.ts'
import { readRoleVars } from '../inventory/role-vars.ts'
import type { Inventory, InventoryHost } from '../inventory/types.ts'
import type { Emit, Mode } from '../report/event.ts'
import { STORE_VARIABLE, StoreSettings } from '../secrets/settings.ts'
import { ParamsError } from '../tasks/task.ts'
import { Fleet, type OpenLink, type UserOf } from './fleet.ts'
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
  /** Default: two plays of which one becomes and the other does not have two lines. */
  readonly userOf?: UserOf
  readonly emit: Emit
  readonly stop: Stop
  /** Says no until the task comes where a run is to begin (`--start-at`). */
  readonly gate?: (host: string, title: string) => boolean
  /** Asked before anything is changed (`--step`); false stops the host there. */
  readonly confirm?: HostContext['confirm']
  /** Who is at work; asked by roles that record it. Default: nobody is named. */
  readonly about?: () => Promise<RunAbout>
  /** For the listing, which wants to see the tags that tasks have. */
  readonly onTags?: (tags: readonly string[]) => void
}

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
  readonly #inventory: Inventory
  readonly #options: RunOptions
  readonly #fleet: Fleet
  readonly #once = new Once()
  /** What is known of a host, whichever play asks; two users see the same host. */
  readonly #models = new Map<string, HostModel>()
  readonly #lines = new Map<string, { last: Promise<unknown> }>()
  /** Hosts that take no further part. */
  readonly #out = new Set<string>()
  /** Plays that a host is through with, and went well. */
  readonly #through = new Map<string, number>()

  constructor(inventory: Inventory, options: RunOptions) {
    this.#inventory = inventory
    this.#options = options
    this.#fleet = new Fleet(options.open, options.emit, options.userOf)
  }

  async run(plays: readonly PreparedPlay[]): Promise<RunOutcome> {
    const wanted = plays.flatMap(({ play, hosts }) => hosts.map(({ host }) => ({ host, become: this.#options.become ?? play.become })))
    const distinct = new Map(wanted.map((each) => [this.#fleet.key(each.host, each.become), each]))
    const { forks, stop } = this.#options
    try {
      await this.#fleet.connect([...distinct.values()], forks, () => stop.reason !== undefined)
      for (const { play, hosts } of plays) await this.#play({ play, hosts })
    } finally {
      await this.#fleet.close()
    }
    const due = new Map<string, number>()
    for (const { host } of wanted) due.set(host.name, (due.get(host.name) ?? 0) + 1)
    return { traffic: this.#fleet.traffic(), unfinished: [...due].flatMap(([name, plays]) => ((this.#through.get(name) ?? 0) < plays ? [name] : [])) }
  }

  /** One step at a time on a line, whoever asks: a role of this host, or one of another that does something here. */
  #lineOf(key: string): { last: Promise<unknown> } {
    const line = this.#lines.get(key) ?? { last: Promise.resolve() }
    this.#lines.set(key, line)
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
            await turn()
            if (stopped || stop.reason !== undefined) return
            started.add(prepared.host.name)
            const ok = await this.#host(play, prepared, () => stopped)
            if (ok) this.#through.set(prepared.host.name, (this.#through.get(prepared.host.name) ?? 0) + 1)
            else this.#out.add(prepared.host.name)
            emit({ type: 'host-done', host: prepared.host.name, play: play.name, ok })
            giveUp()
          }),
        ),
      )
      // A batch of which nothing is left ends the play: the next one would fare no better.
      if (able.every(({ host }) => this.#isOut(host.name)) && !stopped && (this.#options.serial ?? play.serial) !== undefined) {
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
  async #watched({ watch }: Host, host: string, role: string, work: () => Promise<void>): Promise<void> {
    const { emit } = this.#options
    try {
      await work()
    } finally {
      // What it asked for and did not wait for is still at work.
      await watch.settled()
    }
    const [forgotten] = watch.forgotten
    if (forgotten !== undefined) {
      const place = placeOf(forgotten)
      const failure = { host, role, task: role, reason: 'not-awaited', message: 'something was asked of the host and not awaited', ...(place && { place }), hint: 'write `await` before it' } as const
      emit({ type: 'failure', ...failure })
      throw new TaskFailed(failure)
    }
    for (const caught of watch.caught) emit({ type: 'rescued', host: caught.host, role: caught.role, task: caught.task })
  }

  #tell(host: string, role: string, error: unknown): void {
    const { emit } = this.#options
    // A task's failure was told when it happened, on the host where it did.
    if (error instanceof TaskFailed && error.failure.host === host) return
    if (error instanceof HostLost) {
      this.#fleet.lose(error.host, error)
      if (error.host === host) return
    }
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
      reconnect: () => this.#fleet.again(host, become, context.link),
      checkStopped: () => {
        stop.check()
        if (playStopped()) throw new Stopped('the play was given up because of other hosts')
      },
    }
    const services = {
      selected: (title: string, own: readonly string[]) => {
        this.#options.onTags?.(own)
        return isSelected(own, this.#options.tags) && (this.#options.gate?.(host.name, title) ?? true)
      },
      once: <T>(key: string, name: string, work: () => Promise<T>) => this.#once.do(key, name, work),
      about: this.#options.about ?? (() => Promise.resolve({ by: '', revision: '' })),
      other: async (name: string, role: string) => {
        const other = this.#inventory.hosts.get(name)
        if (!other) throw new Error(`there is no host "${name}" in the inventory`)
        return (await this.#handle(other, become, tags, playStopped)).as(role, tags)
      },
    }
    return new Host({ name: host.name, address: host.connection.address, groups: host.groups, store: storeOf(host) }, context, services, '', tags, this.#lineOf(this.#fleet.key(host, become)))
  }
}

/** That it can be read is known: it was checked before anybody was contacted. */
function storeOf(host: InventoryHost): StoreSettings | undefined {
  if ((host.vars.value[STORE_VARIABLE] ?? undefined) === undefined) return undefined
  const read = readRoleVars(host, STORE_VARIABLE, StoreSettings)
  return read.ok ? read.value : undefined
}
