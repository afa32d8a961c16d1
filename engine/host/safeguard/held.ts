import type { Emit, Event } from '../../report/event.ts'
import type { Failure } from '../failure.ts'

type Told = Extract<Event, { readonly type: 'task' | 'failure' }>

/** What tasks said while their safeguard was armed: told when it is known whether it stays. */
export class Held {
  readonly #emit: Emit
  readonly #told: Told[] = []

  constructor(emit: Emit) {
    this.#emit = emit
  }

  hold(event: Told): void {
    this.#told.push(event)
  }

  /** All that was done and would be undone, in order. */
  get changes(): readonly string[] {
    return this.#told.flatMap((event) => (event.type === 'task' && event.status === 'changed' ? event.changes : []))
  }

  /** It stays: as it was said. */
  keep(): void {
    for (const event of this.#told) this.#emit(event)
  }

  /**
   * It does not stay: what changed is not told as changed, for it is not any more, and of what failed the operator hears how it stands. Gives the
   * failure that was told, if one was; none is where it only follows from what happened to all.
   */
  undone(stands: string, failures: 'told' | 'not told' = 'told'): Failure | undefined {
    let failure: Failure | undefined
    for (const event of this.#told) {
      if (failures === 'not told' && (event.type === 'failure' || event.status === 'failed')) continue
      if (event.type === 'failure') {
        const { type, ...rest } = event
        failure = { ...rest, stands }
        this.#emit({ type, ...failure })
      } else if (event.status !== 'changed') this.#emit(event.status === 'unknown' ? { ...event, status: 'failed', changes: [] } : event)
    }
    return failure
  }

  /** Nobody knows whether it stays. That the line was lost is told of the safeguard itself, once. */
  unknown(why: string): void {
    for (const event of this.#told) {
      if (event.type === 'failure' && event.reason === 'lost') continue
      if (event.type === 'failure') this.#emit({ ...event, stands: `not known: ${why}` })
      else this.#emit(event.status === 'changed' ? { ...event, status: 'unknown', why } : event)
    }
  }
}
