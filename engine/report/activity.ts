import { count } from './text/words.ts'
import { cut } from './text/columns.ts'
import type { Stamped } from './event.ts'

/** What is under way on each host right now, for the spinner. */
export class Activity {
  readonly #now = new Map<string, string>()
  #check = false

  add(event: Stamped): void {
    if (event.type === 'run') this.#check = event.mode === 'check'
    if (event.type === 'run') for (const host of event.hosts) this.#now.set(host, 'connecting')
    if (event.type === 'connected') this.#now.set(event.host, 'connected')
    if (event.type === 'role') this.#now.set(event.host, event.role)
    if (event.type === 'task') this.#now.set(event.host, event.role)
    if (event.type === 'change') this.#now.set(event.host, `${event.role} › ${event.change}`)
    if (event.type === 'host-done' || event.type === 'unreachable') this.#now.delete(event.host)
  }

  /** One line of at most so many columns, those that change something first; empty when nothing is under way. */
  text(columns: number): string {
    const busy = [...this.#now].sort(([, a], [, b]) => Number(b.includes('›')) - Number(a.includes('›')))
    if (busy.length === 0) return ''
    const said = busy.map(([host, what]) => `${host} ${what}`).join('  ·  ')
    const prefix = `${this.#check ? 'checking ' : ''}${busy.length > 1 ? `${count(busy.length, 'host')}: ` : ''}`
    return cut(`${prefix}${said}`, columns)
  }
}
