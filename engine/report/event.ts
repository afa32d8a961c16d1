import type { Place } from '../diagnostic/diagnostic.ts'

/**
 * Everything that can happen in a run, in one union. The engine emits, reporters read; nothing is printed anywhere else.
 * `task`, `failure` and `recap` are part of the contract with scripts (docs/events.md); the others may grow.
 */
export type Event =
  /** Once, first. */
  | { readonly type: 'run'; readonly playbook: string; readonly mode: Mode; readonly inventory: readonly string[]; readonly hosts: readonly string[]; readonly version: string }
  /** Something the operator should know about their input; nothing stops. */
  | { readonly type: 'warning'; readonly message: string }
  /** A host answered, and how long that took. */
  | { readonly type: 'connected'; readonly host: string; readonly target: string; readonly ms: number }
  /** A host that could not be reached, or not any more; it takes no further part. */
  | { readonly type: 'unreachable'; readonly host: string; readonly reason: string; readonly message: string; readonly hint?: string }
  /** A play begins on these hosts (of one batch, where it is serial). */
  | { readonly type: 'play'; readonly play: string; readonly hosts: readonly string[] }
  /** A role begins on a host. */
  | { readonly type: 'role'; readonly host: string; readonly role: string }
  /** A change is being made; its task will be told when it is seen to have worked. */
  | { readonly type: 'change'; readonly host: string; readonly role: string; readonly task: string; readonly change: string }
  /** A running command said something. `text` is whole lines, made visible and redacted. */
  | { readonly type: 'output'; readonly host: string; readonly task: string; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  /** A task came to its end. `changes` are what was done, or in check mode what would be. */
  | { readonly type: 'task'; readonly host: string; readonly role: string; readonly task: string; readonly status: TaskStatus; readonly changes: readonly string[]; readonly diffs?: readonly ShownDiff[]; readonly ms: number; readonly why?: string }
  /** Why a task failed, or is unknown. */
  | {
      readonly type: 'failure'
      readonly host: string
      readonly role: string
      readonly task: string
      readonly reason: FailureReason
      readonly message: string
      readonly place?: Place
      /** The last lines of what the command said. */
      readonly output?: string
      /** What is done and what is not. */
      readonly stands?: string
      readonly hint?: string
    }
  /** What changes from here on can be put back by the host itself (`host.guarded`), and how that ended. */
  | { readonly type: 'safeguard'; readonly host: string; readonly role: string; readonly safeguard: string; readonly status: SafeguardStatus; readonly message: string }
  /** A failure that the role caught: the host goes on. */
  | { readonly type: 'rescued'; readonly host: string; readonly role: string; readonly task: string }
  /** A sentence from a role to the operator. */
  | { readonly type: 'note'; readonly host: string; readonly role: string; readonly text: string }
  /** A host is through with a play, well or not. */
  | { readonly type: 'host-done'; readonly host: string; readonly play: string; readonly ok: boolean }
  /** A play was given up: too many hosts failed, or one where none may. */
  | { readonly type: 'play-stopped'; readonly play: string; readonly message: string; readonly notStarted: readonly string[] }
  /** Of a plan that is kept in a file: it was written, or the hosts were held against it. */
  | { readonly type: 'plan'; readonly file: string; readonly status: PlanStatus; readonly message: string; readonly differences: readonly PlanDifference[] }
  /** Ctrl-C or SIGTERM: steps that run are finished, nothing new is started. */
  | { readonly type: 'interrupted'; readonly signal: string }
  /** The engine itself is at fault. */
  | { readonly type: 'bug'; readonly message: string; readonly stack: string }
  /** Once, last. */
  | Recap

export interface Recap {
  readonly type: 'recap'
  readonly hosts: Readonly<Record<string, HostRecap>>
  readonly ok: number
  readonly changed: number
  readonly failed: number
  readonly unreachable: number
  readonly skipped: number
  readonly unknown: number
  readonly ms: number
  readonly mode: Mode
  /** Why a plan out of a file was not applied: nothing was changed. */
  readonly plan?: 'not-as-planned' | 'not-looked-at'
  readonly exit: number
}

export interface HostRecap {
  readonly ok: number
  readonly changed: number
  readonly failed: number
  readonly skipped: number
  readonly unknown: number
  readonly rescued: number
  /** 1 when the host could not be reached, or was lost. */
  readonly unreachable: number
  readonly roundTrips: number
  readonly bytesSent: number
  /** Where it stopped, when it did not come to the end. */
  readonly stoppedAt?: string
  readonly notReached?: boolean
}

export type Mode = 'apply' | 'check'

/** `skipped`: it was not asked for (a guard, a tag). `unknown`: it may or may not be as wished, and we say so. */
export type TaskStatus = 'ok' | 'changed' | 'failed' | 'skipped' | 'unknown'

/**
 * `armed`: before the first change. Then `cancelled` (it stays), or `putting-back` and, when that was seen, `put-back`; `not-put-back` (it went wrong) or
 * `unknown` (it could not be seen).
 */
export type SafeguardStatus = 'armed' | 'cancelled' | 'putting-back' | 'put-back' | 'not-put-back' | 'unknown'

export type FailureReason =
  | 'refused' // the task cannot do what it is asked
  | 'cannot-look' // a fact could not be read
  | 'command' // a step failed
  | 'timeout' // a step took too long
  | 'did-not-converge' // it was done, and the plan is still not empty
  | 'drifted' // somebody else changes the same things
  | 'lost' // the line went dead in the middle
  | 'locked-out' // no new connection could be used after the change, which was put back
  | 'not-put-back' // it was to be put back, and was not
  | 'params' // a task was given wrong params
  | 'assertion' // the role said so
  | 'not-awaited' // the role forgot an await
  | 'not-as-planned' // it is not what the plan says
  | 'stopped' // the play was given up
  | 'error' // the role threw something

export interface ShownDiff {
  readonly name: string
  /** Unified, redacted; or one sentence where the content is secret, binary or large. */
  readonly text: string
}

/**
 * `saved`, or `not-saved` because something failed. When one is applied: `as-planned`, and it is done; `not-as-planned`, or `not-looked-at` because something
 * failed, and nothing is.
 */
export type PlanStatus = 'saved' | 'not-saved' | 'as-planned' | 'not-as-planned' | 'not-looked-at'

/** One task or action that is not as it was planned, and how. */
export interface PlanDifference {
  readonly host: string
  readonly role: string
  readonly task: string
  readonly message: string
}

/** An event with its time, ISO 8601. */
export type Stamped = Event & { readonly at: string }

/** Where the engine puts events. */
export type Emit = (event: Event) => void

/** A reader of events. `end` is called once, after the recap, and waits until everything is written. */
export interface Reporter {
  report(event: Stamped): void
  end(): Promise<void>
}
