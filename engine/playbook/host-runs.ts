import { z } from 'zod'
import { sentences } from '../diagnostic/zod.ts'
import type { ReadAhead } from '../host/ahead.ts'
import type { HostContext } from '../host/context.ts'
import { HostLost, NotAsPlanned, Stopped, TaskFailed } from '../host/failure.ts'
import { Host } from '../host/host.ts'
import { HostModel } from '../host/model.ts'
import { placeOf } from '../host/origin.ts'
import { selectHosts } from '../inventory/pattern.ts'
import { readRoleVars } from '../inventory/role-vars.ts'
import type { Inventory, InventoryHost } from '../inventory/types.ts'
import { STORE_VARIABLE, StoreSettings } from '../secrets/settings.ts'
import { ParamsError } from '../tasks/task.ts'
import type { Fleet } from './fleet.ts'
import { Once } from './once.ts'
import { withPatience } from './patience.ts'
import type { PreparedHost, PreparedPlay } from './prepare.ts'
import type { RunOptions } from './run-options.ts'
import { isSelected } from './tags.ts'

/** The way of one host through a play: its roles, what they are given of the run, and what becomes of their failures. */
export class HostRuns {
  readonly #inventory: Inventory
  readonly #options: RunOptions
  readonly #fleet: Fleet
  readonly #ahead: ReadAhead
  readonly #once = new Once()
  /** What is known of a host, whichever play asks; two users see the same host. */
  readonly #models = new Map<string, HostModel>()
  readonly #lines = new Map<string, { last: Promise<unknown> }>()
  /** Hosts that a role of another host works on: when it is through with them, nobody knows. */
  readonly #borrowed = new Set<string>()

  readonly #onUndone: (host: string) => void

  constructor(inventory: Inventory, options: RunOptions, fleet: Fleet, ahead: ReadAhead, onUndone: (host: string) => void) {
    this.#onUndone = onUndone
    this.#ahead = ahead
    this.#inventory = inventory
    this.#options = options
    this.#fleet = fleet
  }

  /** All of a play on one host. True when it went well. */
  async through(play: PreparedPlay['play'], { host, roles }: PreparedHost, playStopped: () => boolean): Promise<boolean> {
    const { emit, stop } = this.#options
    const checkStopped = () => {
      stop.check()
      if (playStopped()) throw new Stopped('the play was given up because of other hosts')
    }
    let role = play.name
    try {
      const base = await this.#handle(host, this.#options.become ?? play.become, play.tags ?? [], checkStopped)
      for (const { use, params } of roles) {
        checkStopped()
        role = use.role.name
        emit({ type: 'role', host: host.name, role })
        const handle = base.as(role, [...(play.tags ?? []), role, ...use.role.tags])
        await this.#watched(handle, host.name, role, () => use.run(handle, params))
      }
      const { run } = play
      if (run) {
        checkStopped()
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

  /** No play needs this host any more. Whoever asks for it all the same finds it anew: it may be another one by then. */
  release(host: string): void {
    if (!this.#borrowed.has(host) && this.#fleet.release(host)) this.#models.delete(host)
  }

  /** Runs a role, then sees to what it left behind: failures it caught, and awaits it forgot. */
  async #watched({ watch }: Host, host: string, role: string, work: () => Promise<void>): Promise<void> {
    const { emit } = this.#options
    try {
      await withPatience(watch, work, {
        limitMs: this.#options.patienceMs,
        warn: (seconds) => emit({ type: 'warning', message: `${host}: the role ${role} has been waiting for ${seconds} s, for something that is no task` }),
      })
    } finally {
      // What it asked for and did not wait for is still at work.
      await watch.settled()
      // `catch { … }` in a role catches these too. They stay what they are: nothing more was done here, and nobody may call it done.
      for (const ending of watch.endings) if (ending instanceof HostLost && ending.host !== host) this.#fleet.lose(ending.host, ending)
      const own = watch.endings.find((ending) => !(ending instanceof HostLost) || ending.host === host)
      if (own !== undefined) throw own
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
    if ((error instanceof TaskFailed || error instanceof NotAsPlanned) && error.failure.host === host) return
    if (error instanceof HostLost) {
      this.#fleet.lose(error.host, error)
      if (error.host === host) return
    }
    if (error instanceof Stopped) return emit({ type: 'failure', host, role, task: role, reason: 'stopped', message: error.message })
    const thrown = error instanceof Error ? error : new Error(String(error))
    const place = placeOf(thrown)
    const reason = error instanceof ParamsError || error instanceof z.ZodError ? 'params' : 'error'
    // The message of such an error is JSON.
    const message = error instanceof z.ZodError ? sentences(error) : thrown.message
    emit({ type: 'task', host, role, task: role, status: 'failed', changes: [], ms: 0 })
    emit({ type: 'failure', host, role, task: role, reason, message, ...(place && { place }) })
  }

  async #handle(host: InventoryHost, become: boolean | undefined, tags: readonly string[], checkStopped: () => void): Promise<Host> {
    const { mode, diff, emit } = this.#options
    const link = await this.#fleet.link(host, become)
    if (!link) throw new Stopped(`${host.name} cannot be reached`)
    const model = this.#models.get(host.name) ?? new HostModel()
    this.#models.set(host.name, model)
    const context: HostContext = {
      host: host.name, mode, diff, emit, link, model,
      ahead: this.#ahead.of(host.name),
      ...(this.#options.listing && { listing: true }),
      ...(this.#options.confirm && { confirm: this.#options.confirm }),
      ...(this.#options.ledger && { ledger: this.#options.ledger }),
      reconnect: () => this.#fleet.again(host, become, context.link),
      beside: () => this.#fleet.beside(host, become),
      checkStopped,
    }
    const services = {
      selected: (title: string, own: readonly string[], role: string) => {
        this.#options.onTags?.(own)
        return isSelected(own, this.#options.tags) && (this.#options.gate?.(host.name, title, role) ?? true)
      },
      once: <T>(key: string, name: string, work: () => Promise<T>) => this.#once.do(key, name, work),
      store: () => storeOf(host),
      undone: () => this.#onUndone(host.name),
      about: this.#options.about ?? (() => Promise.resolve({ by: '', revision: '' })),
      inventory: (pattern: string) => {
        const found = selectHosts(this.#inventory, pattern, 'host.inventory')
        if (!found.ok) throw new Error(found.error.map(({ message, hint }) => `${message}${hint === undefined ? '' : ` (${hint})`}`).join('; '))
        const meant = new Set(found.value)
        return [...this.#inventory.hosts.values()].filter((each) => meant.has(each)).map(({ name, connection, groups }) => ({ name, address: connection.address, groups }))
      },
      other: async (name: string, role: string) => {
        const other = this.#inventory.hosts.get(name)
        if (!other) throw new Error(`there is no host "${name}" in the inventory`)
        checkStopped()
        this.#borrowed.add(name)
        return (await this.#handle(other, become, tags, checkStopped)).as(role, tags)
      },
    }
    return new Host({ name: host.name, address: host.connection.address, groups: host.groups }, context, services, '', tags, this.#lineOf(this.#fleet.key(host, become)))
  }

  /** One step at a time on a line, whoever asks: a role of this host, or one of another that does something here. */
  #lineOf(key: string): { last: Promise<unknown> } {
    const line = this.#lines.get(key) ?? { last: Promise.resolve() }
    this.#lines.set(key, line)
    return line
  }
}

/** That it can be read is known: it was checked before anybody was contacted. */
function storeOf(host: InventoryHost): StoreSettings | undefined {
  if ((host.vars.value[STORE_VARIABLE] ?? undefined) === undefined) return undefined
  const read = readRoleVars(host, STORE_VARIABLE, StoreSettings)
  return read.ok ? read.value : undefined
}
