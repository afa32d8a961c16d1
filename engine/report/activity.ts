import type { Stamped } from './event.ts'
import { cut } from './text/columns.ts'
import { count } from './text/words.ts'

/** What a host is at, and how much a watcher wants to know it: 0 most. */
interface Doing {
  readonly what: string
  readonly rank: 0 | 1 | 2
}

/** What is under way on each host right now, for the spinner. */
export class Activity {
  readonly #now = new Map<string, Doing>()
  #check = false

  add(event: Stamped): void {
    if (event.type === 'run') this.#check = event.mode === 'check'
    if (event.type === 'run') for (const host of event.hosts) this.#now.set(host, { what: 'connecting', rank: 2 })
    if (event.type === 'connected') this.#now.set(event.host, { what: 'waiting', rank: 2 })
    if (event.type === 'role' || event.type === 'task') this.#now.set(event.host, { what: event.role, rank: 1 })
    if (event.type === 'change') this.#now.set(event.host, { what: `${event.role} › ${event.change}`, rank: 0 })
    if (event.type === 'safeguard') this.#now.set(event.host, { what: `${event.safeguard} ${event.status}`, rank: 0 })
    if (event.type === 'host-done' || event.type === 'unreachable') this.#now.delete(event.host)
    if (event.type === 'play-stopped') for (const host of event.notStarted) this.#now.delete(host)
  }

  /** One line of at most so many columns, those that change something first; empty when nothing is under way. */
  text(columns: number): string {
    const busy = [...this.#now].sort(([, a], [, b]) => a.rank - b.rank)
    if (busy.length === 0) return ''
    const said = busy.map(([host, { what }]) => `${host} ${what}`).join('  ·  ')
    const prefix = `${this.#check ? 'checking ' : ''}${busy.length > 1 ? `${count(busy.length, 'host')}: ` : ''}`
    return cut(`${prefix}${said}`, columns)
  }
}
