import { Expected } from './expected.ts'
import type { Failure, HostLost, Stopped } from './failure.ts'

/** What a role has asked for, on its own host and on others: when it has ended, the engine asks what became of it. */
export class Watch {
  readonly #expected: Expected<unknown>[] = []
  readonly #failures: Failure[] = []
  readonly #endings: (HostLost | Stopped)[] = []
  #pending = 0
  #idleSince = performance.now()

  /** Somebody should await this. */
  track<T>(promise: Promise<T>): Expected<T> {
    const expected = new Expected(promise, new Error('not awaited'))
    this.#expected.push(expected)
    this.#pending++
    void expected.settled().then(() => {
      this.#pending--
      this.#idleSince = performance.now()
    })
    return expected
  }

  /** For how many milliseconds nothing has been asked for: the role is at something of its own. */
  get idleMs(): number {
    return this.#pending > 0 ? 0 : performance.now() - this.#idleSince
  }

  failed(failure: Failure): void {
    this.#failures.push(failure)
  }

  /** What no role may rescue: a host is gone, or the run is to end. */
  ended(error: HostLost | Stopped): void {
    this.#endings.push(error)
  }

  get endings(): readonly (HostLost | Stopped)[] {
    return this.#endings
  }

  /** Resolves when nothing of it is at work any more. */
  async settled(): Promise<void> {
    // What was asked for last may have asked for more.
    for (let seen = 0; seen < this.#expected.length; ) {
      seen = this.#expected.length
      await Promise.all(this.#expected.map((each) => each.settled()))
    }
  }

  /** Where promises were made that nobody awaited. */
  get forgotten(): readonly Error[] {
    return this.#expected.filter(({ awaited }) => !awaited).map(({ origin }) => origin)
  }

  /** Tasks that failed. When the role came to its end all the same, it caught them. */
  get caught(): readonly Failure[] {
    return this.#failures
  }
}
