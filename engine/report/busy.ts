interface Span {
  readonly from: number
  readonly to: number
}

/**
 * How long hosts were at work. `ms` of a task counts from the beginning of its batch, so that tasks which were done together all have the time of
 * all of them, and a safeguard that of all below it: each is given what it adds to the time of its host, and their sum is what really passed.
 */
export class Busy {
  /** By host: when it was at work, one span after the other. */
  readonly #spans = new Map<string, Span[]>()

  /** What a task that ended `at` a time, after so many milliseconds, adds. Never more than these, also where the clock of `at` is set meanwhile. */
  add(host: string, at: string, ms: number): number {
    const spans = this.#spans.get(host) ?? []
    this.#spans.set(host, spans)
    const to = Date.parse(at)
    let from = to - ms
    let added = ms
    for (let last = spans.at(-1); last !== undefined && last.to > from; last = spans.at(-1)) {
      added -= Math.min(last.to, to) - Math.max(last.from, to - ms)
      from = Math.min(last.from, from)
      spans.pop()
    }
    spans.push({ from, to })
    return Math.max(0, added)
  }
}
