import type { ShownDiff, TaskStatus } from '../report/event.ts'
import type { Change } from '../tasks/change.ts'
import type { Task } from '../tasks/task.ts'
import type { Acted } from '../transport/link.ts'
import { unreachable } from '../values/unreachable.ts'
import type { HostContext } from './context.ts'
import { shownDiffs } from './diffs.ts'
import { HostLost, Stopped, TaskFailed, type Failure } from './failure.ts'
import { liveOutput } from './live-output.ts'
import { placeOf } from './origin.ts'
import { missingFacts, planTask, stateOf, type Planned } from './plan.ts'

/** What became of a task. */
export interface TaskResult<out S = unknown> {
  readonly status: TaskStatus
  /** Something was done, or in check mode would be. */
  readonly changed: boolean
  readonly changes: readonly string[]
  /** What the task tells of what it left; undefined when it was skipped, or in check mode when it cannot be known. */
  readonly state: S | undefined
}

/** A task that is ready to be done: its place in the batch and its changes. */
interface Ready {
  readonly index: number
  readonly task: Task
  readonly planned: Extract<Planned, { kind: 'changes' }>
}

/** How often a batch may start over because the host moved under it, or because the line broke. */
const RESTARTS = 1

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
export async function converge(context: HostContext, role: string, tasks: readonly Task[]): Promise<TaskResult[]> {
  return new Batch(context, role, tasks).run()
}

class Batch {
  readonly #context: HostContext
  readonly #role: string
  readonly #tasks: readonly Task[]
  readonly #results: TaskResult[] = []
  #restarts = 0
  #started = performance.now()

  constructor(context: HostContext, role: string, tasks: readonly Task[]) {
    this.#context = context
    this.#role = role
    this.#tasks = tasks
  }

  async run(): Promise<TaskResult[]> {
    while (this.#results.length < this.#tasks.length) {
      this.#context.checkStopped()
      this.#started = performance.now()
      await this.#look(this.#tasks.slice(this.#results.length))
      await this.#segment()
    }
    return this.#results
  }

  async #look(tasks: readonly Task[]): Promise<void> {
    const { model } = this.#context
    const missing = missingFacts(tasks, model)
    if (missing.length === 0) return
    let looked = await this.#context.link.look(missing)
    // A look changes nothing, so a lost one is simply asked again.
    if (looked.kind === 'lost' && (await this.#reconnect())) looked = await this.#context.link.look(missing)
    if (looked.kind === 'lost') throw new HostLost(looked.error.reason, looked.error.message, looked.error.hint)
    for (const fact of missing) model.observe(fact, looked.values.get(fact.key))
  }

  /** Plans as far as can be seen, does it, and settles the results. */
  async #segment(): Promise<void> {
    const { model, mode } = this.#context
    const ready: Ready[] = []
    let blocked: Exclude<Planned, { kind: 'changes' }> | undefined
    const doubtful = new Set<string>()
    let next = this.#results.length
    for (; next < this.#tasks.length; next++) {
      const task = this.#tasks[next]
      if (task === undefined || (mode === 'apply' && this.#mustLookFirst(task, doubtful))) break
      const planned = planTask(task, model)
      if (planned.kind === 'unknown') this.#foretellUnknown(ready, next, task, planned.why)
      else if (planned.kind === 'changes') ready.push({ index: next, task, planned })
      else {
        blocked = planned
        break
      }
      if (planned.kind === 'changes') for (const change of planned.changes) for (const kind of touched(change)) doubtful.add(kind)
    }
    const changing = ready.filter(({ planned }) => planned.changes.length > 0)
    if (mode === 'check' || changing.length === 0) await this.#settle(ready)
    else await this.#act(ready, changing, doubtful)
    // Only when everything before the blocked task is settled is it the next one.
    const task = this.#tasks[this.#results.length]
    if (blocked && task && this.#results.length === next) this.#failBlocked(task, blocked)
  }

  /** In check mode: a task that depends on what cannot be foretold keeps its place in the order of results. */
  #foretellUnknown(ready: Ready[], index: number, task: Task, why: string): void {
    ready.push({ index, task, planned: { kind: 'changes', changes: [], guards: [] } })
    this.#unknown.set(index, why)
  }
  readonly #unknown = new Map<number, string>()

  #mustLookFirst(task: Task, doubtful: ReadonlySet<string>): boolean {
    if (doubtful.size === 0) return false
    return Object.values(task.facts).some((fact) => (doubtful.has('*') || doubtful.has(fact.kind.name)) && !this.#context.model.isPredicted(fact))
  }

  async #act(ready: readonly Ready[], changing: readonly Ready[], doubtful: ReadonlySet<string>): Promise<void> {
    const { model, emit, host } = this.#context
    const diffs = await this.#diffs(changing)
    const asked = changing.map(({ task, planned }) => ({ task: task.title, changes: planned.changes.map(({ summary }) => summary) }))
    if (this.#context.confirm && !(await this.#context.confirm(host, asked))) throw new Stopped('not confirmed')
    const facts = changing.flatMap(({ task }) => Object.values(task.facts))
    const live = liveOutput((task, stream, text) => emit({ type: 'output', host, task, stream, text }))
    const acted = await this.#context.link.act(
      { tasks: changing.map(({ task, planned }) => ({ title: task.title, ...planned })), facts },
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
    for (const kind of doubtful) model.forget(kind === '*' ? 'everything' : [kind])
    await this.#conclude(acted, ready, changing, diffs)
  }

  async #conclude(acted: Acted, ready: readonly Ready[], changing: readonly Ready[], diffs: ReadonlyMap<number, readonly ShownDiff[]>): Promise<void> {
    const before = (t: number) => ready.filter(({ index }) => index < (changing[t]?.index ?? Infinity))
    switch (acted.kind) {
      case 'done':
        for (const { task } of changing) for (const fact of Object.values(task.facts)) this.#context.model.observe(fact, acted.values.get(fact.key))
        this.#verify(ready, changing, diffs)
        return this.#settle(ready, diffs)
      case 'failed': {
        await this.#settle(before(acted.task), diffs)
        const { task, planned } = changing[acted.task] ?? {}
        if (!task) throw new Error('a task failed that was not sent')
        const { failure } = acted
        return this.#fail(task, {
          reason: failure.timedOut ? 'timeout' : 'command',
          message: failure.timedOut ? `${failure.command} did not end in time and was stopped` : `${failure.command} ended with status ${failure.code}`,
          output: lastLines(failure.stderr, failure.stdout),
          stands: this.#stands(acted.task, changing, planned?.changes.slice(0, acted.change) ?? []),
        })
      }
      case 'drifted': {
        await this.#settle(before(acted.task), diffs)
        const task = changing[acted.task]?.task
        if (task && this.#restarts++ >= RESTARTS)
          this.#fail(task, { reason: 'drifted', message: 'what it is about changes while we look at it', hint: 'find out what else works on this host, and run again' })
        if (task) this.#context.model.forgetFacts(Object.values(task.facts))
        return
      }
      case 'lost': {
        await this.#settle(before(acted.task), diffs)
        if (this.#restarts++ < RESTARTS && (await this.#reconnect())) return
        const { task, planned } = changing[acted.task] ?? {}
        if (task) this.#notKnown(task, planned?.changes ?? [], acted.error.message)
        throw new HostLost(acted.error.reason, acted.error.message, acted.error.hint)
      }
      default:
        return unreachable(acted)
    }
  }

  async #reconnect(): Promise<boolean> {
    const link = await this.#context.reconnect()
    if (link) this.#context.link = link
    return link !== undefined
  }

  /** The plan after the act must be empty. */
  #verify(ready: readonly Ready[], changing: readonly Ready[], diffs: ReadonlyMap<number, readonly ShownDiff[]>): void {
    for (const { task, index } of changing) {
      const again = planTask(task, this.#context.model)
      if (again.kind === 'changes' && again.changes.length === 0) continue
      const left = again.kind === 'changes' ? again.changes.map(({ summary }) => summary).join('; ') : again.kind === 'unknown' ? again.why : again.message
      this.#settleNow(ready.filter((each) => each.index < index), diffs)
      this.#context.model.forgetPredictions()
      this.#context.model.forgetFacts(Object.values(task.facts))
      this.#fail(task, { reason: 'did-not-converge', message: `it was done, and this is still to do: ${left}`, hint: 'another task, or a program on the host, undoes it' })
    }
  }

  async #settle(ready: readonly Ready[], diffs?: ReadonlyMap<number, readonly ShownDiff[]>): Promise<void> {
    this.#settleNow(ready, diffs ?? (await this.#diffs(ready)))
  }

  #settleNow(ready: readonly Ready[], diffs: ReadonlyMap<number, readonly ShownDiff[]>): void {
    for (const { index, task, planned } of ready) {
      if (index < this.#results.length) continue
      const why = this.#unknown.get(index)
      const changes = planned.changes.map(({ summary }) => summary)
      const status = why !== undefined ? 'unknown' : changes.length > 0 ? 'changed' : 'ok'
      this.#results.push({ status, changed: changes.length > 0, changes, state: stateOf(task, this.#context.model) })
      this.#emitTask(task, status, changes, why, diffs.get(index))
    }
  }

  async #diffs(ready: readonly Ready[]): Promise<Map<number, readonly ShownDiff[]>> {
    const shown = new Map<number, readonly ShownDiff[]>()
    if (!this.#context.diff) return shown
    const all = await shownDiffs(this.#context, ready.map(({ planned }) => planned.changes))
    for (const [position, { index }] of ready.entries()) shown.set(index, all[position] ?? [])
    return shown
  }

  #emitTask(task: Task, status: TaskStatus, changes: readonly string[], why?: string, diffs: readonly ShownDiff[] = []): void {
    const { emit, host } = this.#context
    emit({
      type: 'task', host, role: this.#role, task: task.title, status, changes,
      ...(diffs.length > 0 && { diffs }),
      ...(why !== undefined && { why }),
      ms: Math.round(performance.now() - this.#started),
    })
  }

  #failBlocked(task: Task, blocked: Exclude<Planned, { kind: 'changes' }>): never {
    if (blocked.kind === 'unknown') throw new Error('an unknown task does not block')
    return this.#fail(task, { reason: blocked.kind, message: blocked.message, ...(blocked.kind === 'refused' && blocked.hint !== undefined && { hint: blocked.hint }) })
  }

  #fail(task: Task, about: Pick<Failure, 'reason' | 'message'> & Partial<Failure>): never {
    const place = placeOf(task.origin)
    const failure: Failure = { host: this.#context.host, role: this.#role, task: task.title, ...(place && { place }), ...about }
    this.#emitTask(task, 'failed', [])
    this.#context.emit({ type: 'failure', ...failure })
    throw new TaskFailed(failure)
  }

  #notKnown(task: Task, changes: readonly Change[], message: string): void {
    const { host, emit } = this.#context
    const place = placeOf(task.origin)
    this.#emitTask(task, 'unknown', changes.map(({ summary }) => summary), message)
    emit({
      type: 'failure', host, role: this.#role, task: task.title, reason: 'lost', message: `the line was lost while this was done: ${message}`,
      ...(place && { place }),
      stands: 'not known: it may be done, in part or not at all; a single file is old or new, never a part of both',
      hint: 'run again when the host answers: the run looks first and does what is left',
    })
  }

  #stands(t: number, changing: readonly Ready[], within: readonly Change[]): string {
    const done = [...changing.slice(0, t).flatMap(({ planned }) => planned.changes), ...within].map(({ summary }) => summary)
    const left = changing.slice(t + 1).map(({ task }) => task.title)
    return [done.length > 0 ? `done: ${done.join('; ')}` : 'nothing of this batch was done', ...(left.length > 0 ? [`not started: ${left.join('; ')}`] : [])].join('\n')
  }
}

function touched({ touches }: Change): readonly string[] {
  return touches === 'everything' ? ['*'] : touches
}

/** The end of what a command said: what it complained about first, else what it printed. */
export function lastLines(stderr: Buffer, stdout: Buffer, count = 20): string {
  const text = stderr.toString().trim() === '' ? stdout.toString() : stderr.toString()
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
