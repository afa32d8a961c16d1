import type { SafeguardStatus } from '../../report/event.ts'
import { safeguardPath } from '../../facts/safeguard.ts'
import type { Beside, HostContext } from '../context.ts'
import { HostLost, TaskFailed, type Failure } from '../failure.ts'
import { placeOf } from '../origin.ts'
import type { Held } from './held.ts'
import type { Armed, PutBack } from './put-back.ts'
import type { Safeguard } from './safeguard.ts'

/** Why what was done does not stay: something about the safeguard itself, or what a task or the run came to. */
export type Cause = { readonly reason: 'locked-out' | 'timeout'; readonly message: string; readonly hint: string } | Error

/** What became of a safeguard: told to the operator, and as what the role is thrown. */
export class Verdict {
  readonly #context: HostContext
  readonly #role: string
  readonly #safeguard: Safeguard
  readonly #held: Held
  readonly #started = performance.now()

  constructor(context: HostContext, role: string, safeguard: Safeguard, held: Held) {
    this.#context = context
    this.#role = role
    this.#safeguard = safeguard
    this.#held = held
  }

  /** `again`: a new connection that was tried afterwards. `late`: the host had begun by itself when it came to this. */
  wasPutBack({ at, over }: Extract<PutBack, { kind: 'back' }>, cause: Cause, again: Beside | undefined, late: boolean): Error {
    const reachable = again === undefined ? '' : again.ok ? '; a new connection works again' : `; a new connection still fails: ${again.error.message}`
    const seen = `seen to be so over ${over}${reachable}`
    this.tell('put-back', `put back at ${at}, and ${seen}`)
    const undone = this.#held.changes
    const stands = [
      `everything was put back at ${at}${late ? ` (the ${this.#safeguard.within} s were over)` : ''}, and ${seen}`,
      ...(undone.length > 0 ? [`undone: ${undone.join('; ')}`] : []),
    ].join('\n')
    const failure = this.#held.undone(stands, cause instanceof Error ? 'told' : 'not told')
    if (!(cause instanceof Error)) return this.fail({ reason: cause.reason, message: cause.message, stands, hint: cause.hint })
    return failure ? new TaskFailed(failure) : cause
  }

  wasNot({ id }: Armed, { why, log }: Extract<PutBack, { kind: 'not-back' }>, cause: Cause): Error {
    const folder = safeguardPath(id)
    this.tell('not-put-back', `NOT PUT BACK: ${why}`)
    this.#held.undone(`not all of it could be put back: ${why}`)
    return this.fail({
      reason: 'not-put-back',
      message: `the host was NOT put back as it was: ${why}; it was to be because ${cause.message}`,
      ...(log !== '' && { output: log }),
      stands: `what was there before lies in ${folder}/was and ${folder}/state, for root; what is there now is of both`,
      hint: `mend what the output names, then on the host: sh ${folder}/safeguard.sh now; when all is well: rm -rf ${folder}`,
    })
  }

  isUnknown({ why }: Extract<PutBack, { kind: 'unknown' }>, cause: Cause): Error {
    const message = `whether the host has put everything back is not known: ${why}`
    const hint = 'the host puts back by itself; look at it by other means, and run again when it answers: the run tells what became of it'
    this.tell('unknown', message)
    this.#held.unknown(why)
    this.fail({ reason: 'lost', message: `${cause.message}; ${message}`, hint }, 'unknown')
    return new HostLost(this.#context.host, { reason: 'lost', message, hint })
  }

  /** The safeguard itself is told as the task that failed. */
  fail(about: Pick<Failure, 'reason' | 'message'> & Partial<Failure>, status: 'failed' | 'unknown' = 'failed'): TaskFailed {
    const { host, emit } = this.#context
    const place = placeOf(this.#safeguard.origin)
    const failure: Failure = { host, role: this.#role, task: this.#safeguard.title, ...(place && { place }), ...about }
    emit({ type: 'task', host, role: this.#role, task: this.#safeguard.title, status, changes: [], ms: Math.round(performance.now() - this.#started) })
    emit({ type: 'failure', ...failure })
    return new TaskFailed(failure)
  }

  tell(status: SafeguardStatus, message: string): void {
    const { host, emit } = this.#context
    emit({ type: 'safeguard', host, role: this.#role, safeguard: this.#safeguard.title, status, message })
  }
}
