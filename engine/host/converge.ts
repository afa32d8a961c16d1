import type { Fact } from '../facts/fact.ts'
import type { Change } from '../tasks/change.ts'
import type { Task } from '../tasks/task.ts'
import type { Act, Acted, Guard } from '../transport/link.ts'
import { unreachable } from '../values/unreachable.ts'
import { withContent } from './bring.ts'
import type { HostContext } from './context.ts'
import { shownDiffs } from './diffs.ts'
import { HostLost, Stopped } from './failure.ts'
import { saidHint } from './failure-hints.ts'
import { ensureAlive, findAgain, learn } from './learn.ts'
import { liveOutput } from './live-output.ts'
import { lastLines, Outcomes, standing, type Diffs, type Ready, type TaskResult } from './outcomes.ts'
import { factsOf, planTask, type Planned } from './plan.ts'

/** How often a batch may start over because the host moved under it, or because the line broke. */
const RESTARTS = 1

/** Called before each act, when all that it needs is at hand. Gives what must hold when any of its tasks is started. */
export type BeforeChange = () => Promise<readonly Guard[]>

type Blocked = Exclude<Planned, { kind: 'changes' | 'unknown' }>

/**
 * Look, plan, act, look again: a batch of tasks on one host.
 *
 *        ┌────────── the rest, after a change whose side effects must be seen first ─────────┐
 *        ▼                                                                                   │
 *   look (1 turn) ──▶ plan ──▶ nothing to do: done                                           │
 *        ▲               └──▶ act, and look again (1 turn) ──▶ plan again: empty ──▶ done ───┘
 *        │                       └─ drifted, line lost: once ──┐       └─ not empty: did not converge
 *        └─────────────────────────────────────────────────────┘
 */
export async function converge(context: HostContext, role: string, tasks: readonly Task[], beforeChange: BeforeChange = async () => []): Promise<TaskResult[]> {
  return new Batch(context, role, tasks, beforeChange).run()
}

class Batch {
  readonly #context: HostContext
  readonly #tasks: readonly Task[]
  readonly #role: string
  readonly #outcomes: Outcomes
  readonly #beforeChange: BeforeChange
  #restarts = 0
  /** The tasks that were being done when the line broke: mostly one. */
  #begun: readonly Ready[] = []

  constructor(context: HostContext, role: string, tasks: readonly Task[], beforeChange: BeforeChange) {
    this.#context = context
    this.#beforeChange = beforeChange
    this.#role = role
    this.#tasks = tasks
    this.#outcomes = new Outcomes(context, role)
  }

  async run(): Promise<TaskResult[]> {
    const { results } = this.#outcomes
    while (results.length < this.#tasks.length) {
      this.#context.checkStopped()
      this.#outcomes.begin()
      await learn(this.#context, factsOf(this.#tasks.slice(results.length)))
      await this.#segment()
    }
    return results
  }

  /** Plans as far as can be seen, does it, and settles the results. */
  async #segment(): Promise<void> {
    const { model, mode, listing } = this.#context
    const { results } = this.#outcomes
    const ready: Ready[] = []
    let blocked: Blocked | undefined
    let next = results.length
    for (; next < this.#tasks.length; next++) {
      const task = this.#tasks[next]
      const doubt = task && model.doubtAbout(task)
      const risked = mode === 'apply' && doubt !== undefined
      if (task === undefined || (risked && !model.isDoubtGuarded(task))) break
      const planned = planTask(task, model)
      // Nothing to do as the host is now: nothing would be compared, so it has to be looked at again.
      if (risked && (planned.kind !== 'changes' || planned.changes.length === 0)) break
      if (planned.kind === 'changes') {
        const begun = this.#begun.find(({ index }) => index === next)?.planned.changes
        ready.push({ index: next, task, planned, risked, ...(begun && { begun }), ...(!risked && doubt !== undefined && { doubt }) })
        for (const change of planned.changes) model.suspect(change.touches, `${task.title} decides it`)
      } else if (planned.kind === 'unknown') ready.push(foretoldUnknown(next, task, planned.why))
      // What cannot be done as the host is now may be possible once that has run.
      else if (mode === 'check' && doubt !== undefined) ready.push(foretoldUnknown(next, task, `${planned.message}, unless it is otherwise by then: ${doubt}`))
      else if (listing) ready.push(foretoldUnknown(next, task, planned.message))
      else {
        blocked = planned
        break
      }
    }
    const changing = ready.filter(({ planned }) => planned.changes.length > 0)
    if (mode === 'check' || changing.length === 0) this.#outcomes.settle(ready, await this.#diffs(ready))
    else await this.#act(ready, changing)
    // Only when everything before the blocked task is settled is it the next one.
    const task = this.#tasks[results.length]
    if (blocked && task && results.length === next) this.#failBlocked(task, blocked)
  }

  async #act(ready: readonly Ready[], changing: readonly Ready[]): Promise<void> {
    const { model, emit, host } = this.#context
    const diffs = await this.#diffs(changing)
    const objection = this.#context.ledger?.objection(host, changing.map((each) => this.#outcomes.workOf(each)))
    const objected = objection && changing[objection.index]
    if (objected) this.#outcomes.refuse(objected.task, objection.message)
    const asked = changing.map(({ task, planned }) => ({ task: task.title, changes: planned.changes.map(({ summary }) => summary) }))
    if (this.#context.confirm && !(await this.#context.confirm(host, asked))) throw new Stopped('not confirmed')
    await ensureAlive(this.#context)
    const tasks = await Promise.all(changing.map((each) => this.#ready(each)))
    // What comes after this segment is asked in the same turn.
    const rest = factsOf(this.#tasks.slice(this.#outcomes.results.length + ready.length)).filter((fact) => model.willNeed(fact))
    const facts = [...factsOf(changing.map(({ task }) => task)), ...rest]
    const live = liveOutput((task, stream, text) => emit({ type: 'output', host, task, stream, text }))
    this.#context.ahead?.acts()
    const conditions = await this.#beforeChange()
    const acted = await this.#context.link.act(
      { tasks: conditions.length === 0 ? tasks : tasks.map((task) => ({ ...task, guards: [...task.guards, ...conditions] })), facts },
      {
        started: (t, c) => {
          const { task, planned } = changing[t] ?? {}
          if (task) emit({ type: 'change', host, role: this.#role, task: task.title, change: planned?.changes[c]?.summary ?? '' })
        },
        output: (t, _c, stream, bytes) => live.hear(changing[t]?.task.title ?? '', stream, bytes),
      },
    )
    live.end()
    // The host has the word now: what was foretold is dropped, what may have been touched is asked again when it is needed.
    model.forgetPredictions()
    model.forgetFacts(facts)
    model.forgetSuspected()
    await this.#conclude(acted, ready, changing, facts, diffs)
  }

  /** A task as the act takes it, with all its content at hand. */
  async #ready({ task, planned }: Ready): Promise<Act['tasks'][number]> {
    try {
      return { title: task.title, guards: planned.guards, changes: await withContent(planned.changes) }
    } catch (error) {
      return this.#outcomes.fail(task, { reason: 'command', message: error instanceof Error ? error.message : String(error), stands: 'nothing of this batch was done' })
    }
  }

  async #conclude(acted: Acted, ready: readonly Ready[], changing: readonly Ready[], facts: readonly Fact<unknown>[], diffs: Diffs): Promise<void> {
    switch (acted.kind) {
      case 'done':
        for (const fact of facts) this.#context.model.observe(fact, acted.values.get(fact.key))
        return this.#settleDone(ready, changing, diffs)
      case 'failed': {
        const failed = changing[acted.task]
        if (!failed) throw new Error('a task failed that was not sent')
        this.#outcomes.settle(before(ready, failed), diffs)
        const { failure } = acted
        const output = lastLines(failure.stderr, failure.stdout)
        return this.#outcomes.fail(failed.task, {
          reason: failure.timedOut ? 'timeout' : 'command',
          message: failure.timedOut ? `${failure.command} did not end in time and was stopped` : `${failure.command} ended with status ${failure.code}`,
          output,
          ...saidHint(output),
          stands: standing(changing.slice(0, acted.task), failed.planned.changes.slice(0, acted.change), changing.slice(acted.task + 1)),
        })
      }
      case 'drifted': {
        const drifted = changing[acted.task]
        await this.#settleSoFar(ready, changing, acted.task, diffs)
        if (drifted && drifted.risked !== true && this.#restarts++ >= RESTARTS)
          this.#outcomes.fail(drifted.task, { reason: 'drifted', message: 'what it is about changes while we look at it', hint: 'find out what else works on this host, and run again' })
        return
      }
      case 'lost': {
        const begun = changing.slice(acted.task, (acted.last ?? acted.task) + 1)
        if (this.#restarts++ < RESTARTS && (await findAgain(this.#context))) {
          this.#begun = begun
          return this.#settleSoFar(ready, changing, acted.task, diffs)
        }
        const [lost] = begun
        this.#outcomes.settle(lost ? before(ready, lost) : ready, diffs)
        for (const { task, planned } of begun) this.#outcomes.leaveUnknown(task, planned.changes, acted.error.message)
        throw new HostLost(this.#context.host, acted.error)
      }
      default:
        return unreachable(acted)
    }
  }

  /** The act broke off before this task: what was done before it is looked at, and settled; the rest begins anew. */
  async #settleSoFar(ready: readonly Ready[], changing: readonly Ready[], stoppedAt: number, diffs: Diffs): Promise<void> {
    const stopped = changing[stoppedAt]
    const done = changing.slice(0, stoppedAt)
    await learn(this.#context, factsOf(done.map(({ task }) => task)))
    this.#settleDone(stopped ? before(ready, stopped) : ready, done, diffs)
  }

  /** The plan after the act must be empty. */
  #settleDone(ready: readonly Ready[], changed: readonly Ready[], diffs: Diffs): void {
    const { model } = this.#context
    for (const each of changed) {
      const { task } = each
      const again = planTask(task, model)
      if (again.kind === 'changes' && again.changes.length === 0) continue
      const left = again.kind === 'changes' ? again.changes.map(({ summary }) => summary).join('; ') : again.kind === 'unknown' ? again.why : again.message
      this.#outcomes.settle(before(ready, each), diffs)
      model.forgetPredictions()
      model.forgetFacts(factsOf([task]))
      this.#outcomes.fail(task, { reason: 'did-not-converge', message: `it was done, and this is still to do: ${left}`, hint: 'another task, or a program on the host, undoes it; or its change does not do what its effects say, if the task is your own' })
    }
    this.#outcomes.settle(ready, diffs)
  }

  async #diffs(ready: readonly Ready[]): Promise<Diffs> {
    if (!this.#context.diff) return new Map()
    const all = await shownDiffs(this.#context, ready.map(({ planned }) => planned.changes))
    return new Map(ready.map(({ index }, position) => [index, all[position] ?? []]))
  }

  #failBlocked(task: Task, blocked: Blocked): never {
    return this.#outcomes.fail(task, { reason: blocked.kind, message: blocked.message, ...(blocked.kind === 'refused' ? blocked.hint !== undefined && { hint: blocked.hint } : saidHint(blocked.message)) })
  }
}

const NO_CHANGES: readonly Change[] = []

/** In check mode: a task that depends on what cannot be foretold keeps its place in the order of results. */
const foretoldUnknown = (index: number, task: Task, unknown: string): Ready => ({ index, task, unknown, planned: { kind: 'changes', changes: NO_CHANGES, guards: [] } })

const before = (ready: readonly Ready[], each: Ready): readonly Ready[] => ready.slice(0, ready.indexOf(each))
