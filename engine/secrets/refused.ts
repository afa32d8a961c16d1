import type { StoreError } from './store.ts'

/** Within a store: why it gives no answer. It leaves the store as a value. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly reason: StoreError['reason']
  readonly hint: string | undefined

  constructor(reason: StoreError['reason'], message: string, hint?: string) {
    super(message)
    this.reason = reason
    this.hint = hint
  }
}
