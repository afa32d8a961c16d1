import type { Change } from '../tasks/change.ts'
import type { Guard } from '../transport/link.ts'

/** What a task or an action is about to do; in check mode, what it would do. */
export interface Work {
  readonly role: string
  readonly task: string
  readonly changes: readonly Change[]
  /** What was seen of the facts that it rests on. */
  readonly seen: readonly Guard[]
  /** Check mode: why it cannot be told beforehand. */
  readonly unknown?: string
  /** Check mode: what is planned before it may move what was seen, and how that is called. */
  readonly doubt?: string
}

/** Whoever keeps book of a run: a plan that is being made, or one that the run is held to. */
export interface Ledger {
  /** It was done; in check mode, it would be. */
  settled(host: string, work: Work): void
  /** Asked before each act: what about it is not as planned, and of which of them. Undefined when all of it is. */
  objection(host: string, works: readonly Work[]): Objection | undefined
}

export interface Objection {
  /** Of the works that were asked about. */
  readonly index: number
  readonly message: string
}
