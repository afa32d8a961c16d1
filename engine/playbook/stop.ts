import { Stopped } from '../host/failure.ts'

/** Tells everything that works on hosts to come to rest at its next step. */
export class Stop {
  #reason: string | undefined

  /** Asks to stop. The first reason stays. */
  request(reason: string): void {
    this.#reason ??= reason
  }

  get reason(): string | undefined {
    return this.#reason
  }

  /** @throws Stopped when asked to stop. */
  check(): void {
    if (this.#reason !== undefined) throw new Stopped(this.#reason)
  }
}
