import pLimit from 'p-limit'
import type { InventoryHost } from '../inventory/types.ts'
import type { Emit } from '../report/event.ts'
import type { Link } from '../transport/link.ts'

/** How a host is reached: given to the engine from outside, so that tests and listings can give a host in memory. */
export type OpenLink = (host: InventoryHost, options: { readonly become: boolean | undefined; readonly again: boolean }) => Promise<Opened>

export type Opened =
  | { readonly ok: true; readonly link: Link; readonly warnings?: readonly string[] }
  | { readonly ok: false; readonly error: { readonly reason: string; readonly message: string; readonly hint?: string } }

/** The hosts of a run and the lines to them: opened once, kept, counted, closed. */
export class Fleet {
  readonly #open: OpenLink
  readonly #emit: Emit
  readonly #links = new Map<string, Link>()
  readonly #all: { host: string; link: Link }[] = []
  readonly #lost = new Set<string>()

  constructor(open: OpenLink, emit: Emit) {
    this.#open = open
    this.#emit = emit
  }

  /** Reaches all these hosts, `width` at a time. Those that cannot be reached are told, and are `lost` from then on. */
  async connect(hosts: readonly { readonly host: InventoryHost; readonly become: boolean | undefined }[], width: number): Promise<void> {
    const limit = pLimit(width)
    await Promise.all(hosts.map(({ host, become }) => limit(() => this.link(host, become))))
  }

  /** The line to a host; undefined when it cannot be reached. Two plays that become differently have two lines. */
  async link(host: InventoryHost, become: boolean | undefined): Promise<Link | undefined> {
    const key = lineKey(host, become)
    const known = this.#links.get(key)
    if (known) return known
    if (this.#lost.has(host.name)) return undefined
    const started = performance.now()
    const opened = await this.#open(host, { become, again: false })
    if (!opened.ok) {
      this.lose(host.name, opened.error)
      return undefined
    }
    for (const message of opened.warnings ?? []) this.#emit({ type: 'warning', message: `${host.name}: ${message}` })
    this.#keep(host, key, opened.link)
    this.#emit({ type: 'connected', host: host.name, target: opened.link.target, ms: Math.round(performance.now() - started) })
    return opened.link
  }

  /** A new line after the old one broke. Quiet: whoever asks knows what to say. */
  async again(host: InventoryHost, become: boolean | undefined): Promise<Link | undefined> {
    const key = lineKey(host, become)
    await this.#links.get(key)?.close()
    this.#links.delete(key)
    const opened = await this.#open(host, { become, again: true })
    if (!opened.ok) return undefined
    this.#keep(host, key, opened.link)
    return opened.link
  }

  #keep(host: InventoryHost, key: string, link: Link): void {
    this.#links.set(key, link)
    this.#all.push({ host: host.name, link })
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

  async close(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.close()))
  }
}

const lineKey = (host: InventoryHost, become: boolean | undefined) => `${host.name} ${String(become ?? host.connection.become ?? false)}`
