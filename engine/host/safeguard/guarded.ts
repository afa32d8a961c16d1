import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ABSENT } from '../../facts/foretold.ts'
import { path } from '../../facts/path.ts'
import { isSafeguardState, safeguardPath, safeguardState, type SafeguardState } from '../../facts/safeguard.ts'
import type { Task } from '../../tasks/task.ts'
import type { Guard } from '../../transport/link.ts'
import type { Beside, HostContext } from '../context.ts'
import { converge } from '../converge.ts'
import { HostLost, TaskFailed } from '../failure.ts'
import { lastLines, type TaskResult } from '../outcomes.ts'
import { Held } from './held.ts'
import { arm, cancel, TOO_LATE } from './program.ts'
import { actOf, putBack, type Armed } from './put-back.ts'
import type { Safeguard } from './safeguard.ts'
import { Verdict, type Cause } from './verdict.ts'

/**
 * A batch under a safeguard: before its first change the host is armed, and it stays only when a new connection could be opened and used afterwards.
 *
 *   look, plan ──▶ nothing to do: as any batch
 *        └──▶ arm ──▶ act, look again ──▶ a new connection ──▶ cancel over it: it stays
 *               │          └─ failed         └─ none ──┐  └─ too late ──┐
 *               └─ the line is lost ──▶ put back, and see that it is ◀──┘
 */
export async function ensureGuarded(context: HostContext, role: string, safeguard: Safeguard, tasks: readonly Task[]): Promise<TaskResult[]> {
  return new Guarded(context, role, safeguard).ensure(tasks)
}

/** The host began to put back while we were still at work. */
class TooLate extends Error {}

const tooLate = ({ within }: Safeguard, then = ''): Cause => ({
  reason: 'timeout',
  message: `it was not all done, and no new connection was there, within ${within} s: the host was first${then === '' ? '' : `, and then ${then}`}`,
  hint: 'find out what took so long, or give it more time (`within`), then run again',
})

const notFired = (id: string): readonly Guard[] => [{ fact: path(`${safeguardPath(id)}/fired`), value: ABSENT }]

/** How often a new connection is tried where nobody listens: a server that reloads is gone for a moment. */
const TRIES = 3

class Guarded {
  readonly #context: HostContext
  readonly #role: string
  readonly #safeguard: Safeguard
  readonly #held: Held
  readonly #verdict: Verdict
  #armed: Armed | undefined

  constructor(context: HostContext, role: string, safeguard: Safeguard) {
    this.#context = context
    this.#role = role
    this.#safeguard = safeguard
    this.#held = new Held(context.emit)
    this.#verdict = new Verdict(context, role, safeguard, this.#held)
  }

  async ensure(tasks: readonly Task[]): Promise<TaskResult[]> {
    let results: TaskResult[]
    try {
      results = await converge(this.#whileArmed(), this.#role, tasks, () => this.#arm())
    } catch (error) {
      if (!this.#armed) throw error
      throw await this.#takeBack(this.#armed, this.#causeOf(error, this.#armed))
    }
    if (!this.#armed) return results
    const refused = await this.#cancel(this.#armed)
    if (refused) throw await this.#takeBack(this.#armed, refused)
    this.#held.keep()
    this.#verdict.tell('cancelled', 'a new connection works: it stays')
    return results
  }

  /** The host as the batch sees it: once armed, what tasks say is held back, and a line that breaks is not opened again to go on as if nothing were. */
  #whileArmed(): HostContext {
    const context = this.#context
    return {
      ...context,
      get link() {
        return context.link
      },
      set link(link) {
        context.link = link
      },
      emit: (event) => (this.#armed && (event.type === 'task' || event.type === 'failure') ? this.#held.hold(event) : context.emit(event)),
      reconnect: () => (this.#armed ? Promise.resolve(undefined) : context.reconnect()),
    }
  }

  /** Gives what holds as long as the host has not begun to put back: no task of ours is started after that. */
  async #arm(): Promise<readonly Guard[]> {
    const { host, link } = this.#context
    if (this.#armed) {
      if ((await this.#state(this.#armed.id))?.kind !== 'armed') throw new TooLate()
      return notFired(this.#armed.id)
    }
    const id = randomBytes(8).toString('hex')
    const acted = await link.act(actOf(this.#safeguard.title, arm(this.#safeguard, id)))
    // Nothing was changed yet: at worst the host puts back what is as it was.
    if (acted.kind === 'lost') throw new HostLost(host, acted.error)
    if (acted.kind === 'failed') {
      const output = lastLines(acted.failure.stderr, acted.failure.stdout)
      throw this.#verdict.fail({ reason: acted.failure.timedOut ? 'timeout' : 'command', message: 'the host could not be armed', output, stands: 'nothing was changed' })
    }
    this.#armed = { safeguard: this.#safeguard, id, due: performance.now() + this.#safeguard.within * 1000 }
    this.#verdict.tell('armed', `the host puts back what changes from here on, in ${this.#safeguard.within} s, unless a new connection works`)
    return notFired(id)
  }

  /** Over a new connection. Undefined when the timer is cancelled, else why not. */
  async #cancel({ id, safeguard }: Armed): Promise<Cause | undefined> {
    await sleep(safeguard.settle * 1000)
    const opened = await this.#openAnew()
    if (!opened.ok) return { reason: 'locked-out', message: `no new connection can be opened: ${opened.error.message}`, hint: `mend what shut us out, then run again${opened.error.hint === undefined ? '' : ` (${opened.error.hint})`}` }
    const acted = await opened.link.act(actOf(safeguard.title, cancel(id)))
    await opened.link.close()
    if (acted.kind === 'done') return undefined
    if (acted.kind === 'failed' && acted.failure.code === TOO_LATE) return tooLate(safeguard)
    // The cancel was on its way when the new connection broke: the old line knows whether it arrived.
    if (acted.kind === 'lost' && (await this.#state(id))?.kind === 'none') return undefined
    const why = acted.kind === 'lost' ? acted.error.message : acted.kind === 'failed' ? lastLines(acted.failure.stderr, acted.failure.stdout) : 'the host did not run it'
    return { reason: 'locked-out', message: `a new connection can be opened, and not be used: ${why}`, hint: 'mend that, then run again' }
  }

  async #openAnew(): Promise<Beside> {
    for (let attempt = 1; ; attempt++) {
      const opened = await this.#context.beside()
      if (opened.ok || attempt === TRIES || !['refused', 'no-route', 'lost'].includes(opened.error.reason)) return opened
      await sleep(1000)
    }
  }

  /** What fails when the host has begun to put back fails because of that. */
  #causeOf(error: unknown, { due, safeguard }: Armed): Cause {
    if (error instanceof TooLate) return tooLate(safeguard)
    if (error instanceof TaskFailed && performance.now() > due) return tooLate(safeguard, `${error.failure.task} failed: ${error.failure.message}`)
    return error instanceof Error ? error : new Error(String(error))
  }

  /** Over the old line; undefined when it is dead. */
  async #state(id: string): Promise<SafeguardState | undefined> {
    const fact = safeguardState(id)
    const looked = await this.#context.link.look([fact])
    const state = looked.kind === 'seen' ? looked.values.get(fact.key) : undefined
    return isSafeguardState(state) ? state : undefined
  }

  /** Whether we are let in again. */
  async #tryAnew(): Promise<Beside> {
    const opened = await this.#openAnew()
    if (opened.ok) await opened.link.close()
    return opened
  }

  /** Has it put back, tells how that went, and gives what the role is to be thrown. */
  async #takeBack(armed: Armed, cause: Cause): Promise<Error> {
    const late = performance.now() > armed.due
    this.#verdict.tell('putting-back', cause.message)
    const ended = await putBack(this.#context, armed)
    this.#context.model.forget('everything')
    switch (ended.kind) {
      case 'back':
        return this.#verdict.wasPutBack(ended, cause, cause instanceof Error || ended.over === 'a new connection' ? undefined : await this.#tryAnew(), late)
      case 'not-back':
        return this.#verdict.wasNot(armed, ended, cause)
      case 'unknown':
        return this.#verdict.isUnknown(ended, cause)
    }
  }
}
