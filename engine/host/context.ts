import type { Ahead } from './ahead.ts'
import type { Ledger } from './ledger.ts'
import type { HostModel } from './model.ts'
import type { Emit, Mode } from '../report/event.ts'
import type { Link } from '../transport/link.ts'

/** What batches and actions on one host share during a run. */
export interface HostContext {
  readonly host: string
  readonly mode: Mode
  /** Check mode on an empty host, to see which tasks there are: one that is refused there may well be done on a real one, and ends nothing. */
  readonly listing?: boolean
  /** Show what changes inside files. */
  readonly diff: boolean
  readonly model: HostModel
  /** What was read before anybody asked. */
  readonly ahead?: Ahead
  readonly emit: Emit
  /** The way to the host; replaced when a lost line was found again. */
  link: Link
  /** Tries to reach the host again after the line was lost. The new link holds the lock, so nothing of ours still runs there. */
  reconnect(): Promise<Link | undefined>
  /**
   * Opens a second line to the host beside the first, with a login of its own, as the run opens any; it holds no lock. Whoever asks closes it.
   */
  beside(): Promise<Beside>
  /** Throws {@link Stopped} when the play was given up or the run interrupted. */
  checkStopped(): void
  /** Asked before anything is changed (`--step`); false stops the host there. */
  readonly confirm?: (host: string, what: readonly { readonly task: string; readonly changes: readonly string[] }[]) => Promise<boolean>
  /** Where a plan is kept in a file: it hears what is done, and has a word before it is. */
  readonly ledger?: Ledger
}

export type Beside = { readonly ok: true; readonly link: Link } | { readonly ok: false; readonly error: { readonly reason: string; readonly message: string; readonly hint?: string } }
