import type { Fact } from '../facts/fact.ts'
import type { Looked } from '../transport/link.ts'

/** How long an answer that nobody has asked for yet is worth something, in milliseconds. */
const FRESH = 60_000

/**
 * Reading ahead: facts repeat from run to run, so what a run asked a host the last time is asked again while the line to it is opened,
 * before any role has begun. A wrong guess costs bytes, never correctness: an answer counts until the run begins to change something,
 * anywhere, and for a minute at most; from then on every question is put to the host again.
 *
 * One for a run; {@link Ahead} is a host's part.
 */
export class ReadAhead {
  readonly #guesses: ReadonlyMap<string, readonly Fact<unknown>[]>
  readonly #hosts = new Map<string, Ahead>()
  #over = false

  /** `guesses`: what to ask, by host. */
  constructor(guesses: ReadonlyMap<string, readonly Fact<unknown>[]> = new Map()) {
    this.#guesses = guesses
  }

  guess(host: string): readonly Fact<unknown>[] {
    return this.#guesses.get(host) ?? []
  }

  of(host: string): Ahead {
    const known = this.#hosts.get(host) ?? new Ahead(() => this.#over, () => (this.#over = true))
    this.#hosts.set(host, known)
    return known
  }

  /** What roles asked of each host in this run, whoever knew the answer: the next run's guess. */
  get asked(): ReadonlyMap<string, readonly Fact<unknown>[]> {
    return new Map([...this.#hosts].map(([host, { asked }]) => [host, asked]))
  }
}

export class Ahead {
  readonly #isOver: () => boolean
  /** Something is about to be changed or done. */
  readonly acts: () => void
  readonly #asked = new Map<string, Fact<unknown>>()
  #answer: Promise<Looked> | undefined
  #since = 0

  constructor(isOver: () => boolean, acts: () => void) {
    this.#isOver = isOver
    this.acts = acts
  }

  /** An answer is on its way. */
  expect(answer: Promise<Looked> | undefined): void {
    this.#answer = answer
    this.#since = performance.now()
  }

  /** Notes what is asked, and gives those answers that are there and still count. */
  async take(facts: readonly Fact<unknown>[]): Promise<ReadonlyMap<string, unknown>> {
    for (const fact of facts) this.#asked.set(fact.key, fact)
    const counts = () => !this.#isOver() && performance.now() - this.#since < FRESH
    const looked = counts() ? await this.#answer : undefined
    return looked?.kind === 'seen' && counts() ? looked.values : new Map()
  }

  get asked(): readonly Fact<unknown>[] {
    return [...this.#asked.values()]
  }
}
