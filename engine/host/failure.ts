import type { Event } from '../report/event.ts'

/** Why a task came to nothing. */
export type Failure = Omit<Extract<Event, { readonly type: 'failure' }>, 'type'>

/**
 * What `ensure` and `run` throw when a task fails: `try … catch … finally` in a role is block, rescue and always.
 * A role that catches it goes on, and the report says "rescued"; one that does not has failed on this host.
 *
 * @example
 * try { await host.ensure(project) } catch (error) {
 *   if (!(error instanceof TaskFailed)) throw error
 *   await host.run(command({ argv: ['docker', 'logs', 'web'] }))
 * }
 */
export class TaskFailed extends Error {
  override readonly name = 'TaskFailed'
  readonly failure: Failure
  constructor(failure: Failure) {
    super(`${failure.host}: ${failure.task}: ${failure.message}`)
    this.failure = failure
  }
}

/** The line to a host is gone. Not to be rescued by a role: nothing can be done there any more. */
export class HostLost extends Error {
  override readonly name = 'HostLost'
  readonly host: string
  readonly reason: string
  readonly hint: string | undefined
  constructor(host: string, error: { readonly reason: string; readonly message: string; readonly hint?: string }) {
    super(error.message)
    this.host = host
    this.reason = error.reason
    this.hint = error.hint
  }
}

/** The play was given up, or the run interrupted: this host stops before its next step. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

/** It is not what the plan says, so it is not done, and nothing after it. Not to be rescued by a role: what it would do instead is not planned either. */
export class NotAsPlanned extends Stopped {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(`${failure.host}: ${failure.task}: ${failure.message}`)
    this.failure = failure
  }
}
