/**
 * A promise that knows whether anybody waits for it. A forgotten `await` in a role would let the next step overtake this one, so the
 * engine asks, when the role has ended, which of its promises were never awaited.
 */
export class Expected<T> implements PromiseLike<T> {
  readonly #promise: Promise<T>
  /** Where it was made. */
  readonly origin: Error
  awaited = false

  constructor(promise: Promise<T>, origin: Error) {
    this.#promise = promise
    this.origin = origin
    // Whoever forgot to await must not bring the process down by an unhandled rejection.
    promise.catch(() => {})
  }

  then<A = T, B = never>(onValue?: ((value: T) => A | PromiseLike<A>) | null, onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<A | B> {
    this.awaited = true
    return this.#promise.then(onValue, onError)
  }

  /** Resolves when it is settled, without counting as awaited. */
  settled(): Promise<void> {
    return this.#promise.then(
      () => {},
      () => {},
    )
  }
}
