import type { Fact } from '../facts/fact.ts'
import type { Change } from '../tasks/change.ts'
import type { LinkError } from './connection.ts'

/**
 * A host as the engine works with it: it can be looked at, and acted upon. `shell-link.ts` does both over a resident shell
 * (SSH or local); `memory/` does it on a Map.
 */
export interface Link {
  readonly target: string
  /** The answer to what was asked while the line was opened, where something was. */
  readonly ahead?: Promise<Looked>
  /** Reads facts. Changes nothing. One turn. */
  look(facts: readonly Fact<unknown>[]): Promise<Looked>
  /** Does work in order, stops at the first that fails, reads the facts named at the end. One turn. */
  act(act: Act, on?: ActEvents): Promise<Acted>
  /** Turns taken so far. */
  readonly turns: number
  readonly bytesSent: number
  /** Work was sent: the host may be otherwise than it was. */
  readonly acted: boolean
  readonly alive: boolean
  close(): Promise<void>
}

export type Looked = { readonly kind: 'seen'; readonly values: ReadonlyMap<string, unknown> } | { readonly kind: 'lost'; readonly error: LinkError }

/** The work of one turn: tasks with their changes, in order. */
export interface Act {
  readonly tasks: readonly { readonly title: string; readonly changes: readonly Change[]; readonly guards: readonly Guard[] }[]
  /** Read again when all is done. */
  readonly facts: readonly Fact<unknown>[]
}

/** What must still be as it was seen, or the task is not started. */
export interface Guard {
  readonly fact: Fact<unknown>
  readonly value: unknown
}

/** How far the act came: task and change by index. */
export interface ActEvents {
  started?(task: number, change: number): void
  output?(task: number, change: number, stream: 'stdout' | 'stderr', bytes: Buffer): void
  finished?(task: number, change: number): void
}

export type Acted =
  | { readonly kind: 'done'; readonly values: ReadonlyMap<string, unknown>; readonly outputs: readonly (readonly StepOutput[])[] }
  /** A step failed; everything before it is done, nothing after it was started. */
  | { readonly kind: 'failed'; readonly task: number; readonly change: number; readonly failure: StepFailure }
  /** Somebody changed something since the look; this task and those after it were not started. */
  | { readonly kind: 'drifted'; readonly task: number }
  /**
   * The line went dead. Changes before `change` of `task` are done; that one may be, be half, or not; nothing after it was, but for small files that go live
   * one after the other and count as done together: then `last` is the last task that was begun, and those up to it may be done or not as well.
   */
  | { readonly kind: 'lost'; readonly task: number; readonly change: number; readonly last?: number; readonly error: LinkError }

/** What the steps of a change said, and the exit code of the last one. */
export interface StepOutput {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: Buffer
  /** Bytes left out of the middle of stdout, where it was more than is kept. */
  readonly cut?: number
}

export interface StepFailure extends StepOutput {
  /** The step, as a person would type it; secrets cannot be in it. */
  readonly command: string
  readonly timedOut: boolean
}
