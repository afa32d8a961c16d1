import pLimit from 'p-limit'
import type { Fact } from '../facts/fact.ts'
import type { ReadAhead } from '../host/ahead.ts'
import type { InventoryHost } from '../inventory/types.ts'
import type { Emit } from '../report/event.ts'
import type { Link } from '../transport/link.ts'

/** How a host is reached: given to the engine from outside, so that tests and listings can give a host in memory. */
export type OpenLink = (host: InventoryHost, options: OpenOptions) => Promise<Opened>

export interface OpenOptions {
  readonly become: boolean | undefined
  /** In place of a line that broke. */
  readonly again: boolean
  /** A second line, while the first holds the host: it takes no lock. */
  readonly beside: boolean
  /** To be read while the line is opened. */
  readonly ahead: readonly Fact<unknown>[]
}

export type Opened =
  | { readonly ok: true; readonly link: Link; readonly warnings?: readonly string[] }
  | { readonly ok: false; readonly error: { readonly reason: string; readonly message: string; readonly hint?: string } }

/** Whom a host is worked on as: plays that work there as the same user share a line. Two lines of one user would lock each other out. */
export type UserOf = (host: InventoryHost, become: boolean | undefined) => string

/** The hosts of a run and the lines to them: opened once, kept, counted, closed. */
export class Fleet {
  readonly #open: OpenLink
  readonly #userOf: UserOf
  readonly #emit: Emit
  readonly #ahead: ReadAhead
  readonly #links = new Map<string, Promise<Link | undefined>>()
  readonly #all: { host: string; key: string; link: Link }[] = []
  readonly #lost = new Set<string>()
  /** Lines of hosts that were let go, by their keys. */
  readonly #leaving = new Map<string, Promise<void>>()
  readonly #guessed = new Set<string>()

  constructor(open: OpenLink, emit: Emit, ahead: ReadAhead, userOf: UserOf = (host, become) => String(become ?? host.connection.become ?? false)) {
    this.#ahead = ahead
    this.#open = open
    this.#emit = emit
    this.#userOf = userOf
  }

  /** Tells two lines apart. */
  key(host: InventoryHost, become: boolean | undefined): string {
    return `${host.name} ${this.#userOf(host, become)}`
  }

  /** Reaches all these hosts, `width` at a time. Those that cannot be reached are told, and are `lost` from then on. Begins none when the run is to stop. */
  async connect(hosts: readonly { readonly host: InventoryHost; readonly become: boolean | undefined }[], width: number, stopped: () => boolean): Promise<void> {
    const limit = pLimit(width)
    await Promise.all(hosts.map(({ host, become }) => limit(() => (stopped() ? undefined : this.link(host, become)))))
  }

  /** The line to a host; undefined when it cannot be reached. */
  link(host: InventoryHost, become: boolean | undefined): Promise<Link | undefined> {
    const key = this.key(host, become)
    const link = this.#links.get(key) ?? (this.#lost.has(host.name) ? Promise.resolve(undefined) : this.#connect(host, become))
    this.#links.set(key, link)
    return link
  }

  async #connect(host: InventoryHost, become: boolean | undefined): Promise<Link | undefined> {
    const started = performance.now()
    // The first line to a host asks for all that is guessed.
    const ahead = this.#guessed.has(host.name) ? [] : this.#ahead.guess(host.name)
    this.#guessed.add(host.name)
    // Until the line that was let go is closed, it holds the host's lock: our own would be refused.
    await this.#leaving.get(this.key(host, become))
    const opened = await this.#open(host, { become, again: false, beside: false, ahead })
    if (!opened.ok) {
      this.lose(host.name, opened.error)
      return undefined
    }
    if (ahead.length > 0) this.#ahead.of(host.name).expect(opened.link.ahead)
    for (const message of opened.warnings ?? []) this.#emit({ type: 'warning', message: `${host.name}: ${message}` })
    this.#hold(host, become, opened.link)
    this.#emit({ type: 'connected', host: host.name, target: opened.link.target, ms: Math.round(performance.now() - started) })
    return opened.link
  }

  /** A new line in place of one that broke, unless somebody else has opened it already. Quiet: whoever asks knows what to say. */
  async again(host: InventoryHost, become: boolean | undefined, broken: Link): Promise<Link | undefined> {
    const key = this.key(host, become)
    const current = await this.#links.get(key)
    // Who was told to be gone takes no further part, whoever asks.
    if (this.#lost.has(host.name)) return undefined
    if (current && current !== broken && current.alive) return current
    const reopened = this.#reopen(host, become, current ?? broken)
    this.#links.set(key, reopened)
    return reopened
  }

  async #reopen(host: InventoryHost, become: boolean | undefined, broken: Link): Promise<Link | undefined> {
    await broken.close()
    const opened = await this.#open(host, { become, again: true, beside: false, ahead: [] })
    if (!opened.ok) return undefined
    this.#hold(host, become, opened.link)
    return opened.link
  }

  /** Another line beside the one that is kept: its traffic is counted, and whoever asked for it closes it. */
  async beside(host: InventoryHost, become: boolean | undefined): Promise<Opened> {
    const opened = await this.#open(host, { become, again: false, beside: true, ahead: [] })
    if (opened.ok) this.#hold(host, become, opened.link)
    return opened
  }

  /** From now on it is counted, and closed at the end. */
  #hold(host: InventoryHost, become: boolean | undefined, link: Link): void {
    this.#all.push({ host: host.name, key: this.key(host, become), link })
  }

  lose(host: string, error: { readonly reason: string; readonly message: string; readonly hint?: string | undefined }): void {
    this.#lost.add(host)
    this.#emit({ type: 'unreachable', host, reason: error.reason, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) })
  }

  isLost(host: string): boolean {
    return this.#lost.has(host)
  }

  /** Turns and bytes a host, over all its lines. */
  traffic(): Map<string, { roundTrips: number; bytesSent: number }> {
    const traffic = new Map<string, { roundTrips: number; bytesSent: number }>()
    for (const { host, link } of this.#all) {
      const sum = traffic.get(host) ?? { roundTrips: 0, bytesSent: 0 }
      traffic.set(host, { roundTrips: sum.roundTrips + link.turns, bytesSent: sum.bytesSent + link.bytesSent })
    }
    return traffic
  }

  /**
   * Lets go of a host that nobody is expected to come back to: others may have it, and we need not keep its line. False, and all stays as it is,
   * where something was done: that host is ours until the run ends, so that what was done can be taken back before anybody builds on it.
   */
  release(host: string): boolean {
    const lines = this.#all.filter((line) => line.host === host)
    if (lines.some(({ link }) => link.acted)) return false
    for (const { key, link } of lines) {
      this.#links.delete(key)
      this.#leaving.set(key, link.close())
    }
    return true
  }

  async close(): Promise<void> {
    await Promise.all([...this.#leaving.values(), ...[...this.#links.values()].map(async (link) => (await link)?.close())])
  }
}
