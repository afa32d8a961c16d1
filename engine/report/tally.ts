import type { Event, HostRecap, Mode, Recap } from './event.ts'
import { HostTally, LOCKED, type Traffic } from './host-tally.ts'

/**
 * The arithmetic of the recap: a fold over the events of a run, nothing else.
 *
 * Exit code, the worst wins: 7 outcome unknown (not in check mode: there `unknown` is a prediction) · 1 bug · 130 interrupted ·
 * 2 a task failed, or a plan does not hold · 4 unreachable · 5 locked · 2 not confirmed · 6 changes pending (check mode, where asked) · 0.
 */
export class Tally {
  readonly #hosts = new Map<string, HostTally>()
  #bug = false
  #interrupted = false
  #stopped = false
  #plan: Recap['plan']
  #unsaved = false

  add(event: Event): void {
    if (event.type === 'run') for (const host of event.hosts) this.#host(host)
    if (event.type === 'play') for (const host of event.hosts) this.#host(host).begin()
    if (event.type === 'play-stopped') for (const host of event.notStarted) this.#host(host).leave(event.play)
    if (event.type === 'play-stopped' || (event.type === 'failure' && event.reason === 'stopped')) this.#stopped = true
    if (event.type === 'plan' && (event.status === 'not-as-planned' || event.status === 'not-looked-at')) this.#plan = event.status
    if (event.type === 'plan' && event.status === 'not-saved') this.#unsaved = true
    if (event.type === 'interrupted') this.#interrupted = true
    if (event.type === 'bug') this.#bug = true
    if ('host' in event) this.#host(event.host).add(event)
  }

  /** @param options `unfinished`: hosts that are not through with all their plays; an interrupt in between leaves no other trace of them. */
  recap(mode: Mode, ms: number, options: { readonly detailedExitcode: boolean; readonly traffic: ReadonlyMap<string, Traffic>; readonly unfinished?: readonly string[] }): Recap {
    const unfinished = new Set(options.unfinished)
    const tallies = [...this.#hosts.values()]
    const hosts = [...this.#hosts].map(([name, host]): [string, HostRecap] => [name, host.recap(this.#interrupted, unfinished.has(name), options.traffic.get(name))])
    const sum = (key: 'ok' | 'changed' | 'failed' | 'unreachable' | 'skipped' | 'unknown'): number => hosts.reduce((all, [, host]) => all + host[key], 0)
    const totals = { ok: sum('ok'), changed: sum('changed'), failed: sum('failed'), unreachable: sum('unreachable'), skipped: sum('skipped'), unknown: sum('unknown') }
    const worstFirst: readonly (readonly [exit: number, applies: boolean])[] = [
      [7, mode === 'apply' && totals.unknown > 0],
      [1, this.#bug],
      [130, this.#interrupted],
      [2, totals.failed > 0 || this.#plan === 'not-as-planned'],
      [4, tallies.some((host) => host.away === 'unreachable')],
      [5, tallies.some((host) => host.away === LOCKED)],
      // Because of another host, whose reason says more; or somebody said no to it (`--step`).
      [2, this.#stopped || this.#unsaved],
      [6, mode === 'check' && options.detailedExitcode && totals.changed > 0],
    ]
    const exit = worstFirst.find(([, applies]) => applies)?.[0] ?? 0
    return { type: 'recap', hosts: Object.fromEntries(hosts), ...totals, ms, mode, ...(this.#plan !== undefined && { plan: this.#plan }), exit }
  }

  #host(name: string): HostTally {
    const known = this.#hosts.get(name) ?? new HostTally()
    this.#hosts.set(name, known)
    return known
  }
}
