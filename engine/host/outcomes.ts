import type { ShownDiff, TaskStatus } from '../report/event.ts'
import type { Change } from '../tasks/change.ts'
import type { Task } from '../tasks/task.ts'
import type { HostContext } from './context.ts'
import { NotAsPlanned, TaskFailed, type Failure } from './failure.ts'
import type { Work } from './ledger.ts'
import { placeOf } from './origin.ts'
import { stateOf, type Planned } from './plan.ts'

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
export interface Ready {
  readonly index: number
  readonly task: Task
  readonly planned: Extract<Planned, { kind: 'changes' }>
  /** Check mode: why it cannot be told what it would do. */
  readonly unknown?: string
  /** What runs before it may move what it is about: if it did, the act stops there, and that is nobody's interference. */
  readonly risked?: boolean
  /** What was being done when the line broke: where nothing of it is left to do, that is what was done. */
  readonly begun?: readonly Change[]
  /** Check mode: what is planned before it may decide it anew. */
  readonly doubt?: string
}

export type Diffs = ReadonlyMap<number, readonly ShownDiff[]>

/** What became of the tasks of a batch: told to the operator, and kept for the role. In order, each once. */
export class Outcomes {
  readonly results: TaskResult[] = []
  readonly #context: HostContext
  readonly #role: string
  #started = performance.now()

  constructor(context: HostContext, role: string) {
    this.#context = context
    this.#role = role
  }

  /** From now on it counts what the next tasks take. */
  begin(): void {
    this.#started = performance.now()
  }

  /** Done, or nothing to do. */
  settle(ready: readonly Ready[], diffs: Diffs): void {
    const ms = this.#ms
    for (const each of ready) {
      const { index, task, unknown } = each
      if (index < this.results.length) continue
      const changes = doneOf(each).map(({ summary }) => summary)
      const status = unknown !== undefined ? 'unknown' : changes.length > 0 ? 'changed' : 'ok'
      this.results.push({ status, changed: changes.length > 0, changes, state: unknown === undefined ? stateOf(task, this.#context.model) : undefined })
      if (status !== 'ok') this.#context.ledger?.settled(this.#context.host, this.workOf(each))
      this.#tell(task, status, changes, { why: unknown, diffs: diffs.get(index), ms })
    }
  }

  /** A task as the ledger hears of it. */
  workOf(ready: Ready): Work {
    const { task, planned, unknown, doubt } = ready
    return { role: this.#role, task: task.title, changes: doneOf(ready), seen: planned.guards, ...(unknown !== undefined && { unknown }), ...(doubt !== undefined && { doubt }) }
  }

  /** @throws TaskFailed always: nothing after it is started. */
  fail(task: Task, about: Pick<Failure, 'reason' | 'message'> & Partial<Failure>): never {
    throw new TaskFailed(this.#failed(task, about))
  }

  /** @throws NotAsPlanned always: nothing more is done on this host. */
  refuse(task: Task, message: string): never {
    throw new NotAsPlanned(this.#failed(task, { reason: 'not-as-planned', message, ...NOT_AS_PLANNED }))
  }

  #failed(task: Task, about: Pick<Failure, 'reason' | 'message'> & Partial<Failure>): Failure {
    const { host, emit } = this.#context
    const place = placeOf(task.origin)
    const failure: Failure = { host, role: this.#role, task: task.title, ...(place && { place }), ...about }
    this.#tell(task, 'failed', [])
    emit({ type: 'failure', ...failure })
    return failure
  }

  /** The line was lost while it was being done. */
  leaveUnknown(task: Task, changes: readonly Change[], message: string): void {
    const { host, emit } = this.#context
    const place = placeOf(task.origin)
    this.#tell(task, 'unknown', changes.map(({ summary }) => summary), { why: message })
    emit({
      type: 'failure', host, role: this.#role, task: task.title, reason: 'lost', message: `the line was lost while this was done: ${message}`,
      ...(place && { place }),
      stands: 'not known: it may be done, in part or not at all; a single file is old or new, never a part of both',
      hint: 'run again when the host answers: the run looks first and does what is left',
    })
  }

  /** Milliseconds since the batch began: tasks of a batch are done together, and each has its time. */
  get #ms(): number {
    return Math.round(performance.now() - this.#started)
  }

  #tell(task: Task, status: TaskStatus, changes: readonly string[], { why, diffs = [], ms = this.#ms }: { readonly why?: string | undefined; readonly diffs?: readonly ShownDiff[] | undefined; readonly ms?: number } = {}): void {
    const { emit, host } = this.#context
    emit({
      type: 'task', host, role: this.#role, task: task.title, status, changes,
      ...(diffs.length > 0 && { diffs }),
      ...(why !== undefined && { why }),
      ms,
    })
  }
}

/** What is to be done, or, where nothing is left of it, what was begun when the line broke. */
const doneOf = ({ planned, begun = [] }: Ready): readonly Change[] => (planned.changes.length > 0 ? planned.changes : begun)

/** Of what a plan forbids. */
export const NOT_AS_PLANNED = { stands: 'nothing of this was done; what was done before it was as planned', hint: 'find out why it is otherwise by now, then make a new plan' } as const

/** What is done and what is not, when a task of a batch failed: the changes before it, those of its own that worked, the tasks after it. */
export function standing(before: readonly Ready[], within: readonly Change[], after: readonly Ready[]): string {
  const done = [...before.flatMap(({ planned }) => planned.changes), ...within].map(({ summary }) => summary)
  const left = after.map(({ task }) => task.title)
  return [done.length > 0 ? `done: ${done.join('; ')}` : 'nothing of this batch was done', ...(left.length > 0 ? [`not started: ${left.join('; ')}`] : [])].join('\n')
}

/**
 * The end of what a command said: what it printed, then what it complained about, for many a program says its reason on stdout. What one of them
 * does not need of the lines is the other's.
 */
export function lastLines(stderr: Buffer, stdout: Buffer, count = 60): string {
  const [printed, complained] = [linesOf(stdout), linesOf(stderr)]
  const share = (other: readonly string[]): number => Math.max(Math.ceil(count / 2), count - other.length)
  return [...printed.slice(-share(complained)), ...complained.slice(-share(printed))].join('\n')
}

function linesOf(output: Buffer): string[] {
  const text = output.toString().trimEnd()
  return text === '' ? [] : text.split('\n')
}
