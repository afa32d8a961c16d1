import type { Fact } from '../../facts/fact.ts'
import type { Act, Acted, ActEvents, Link, Looked, StepOutput } from '../link.ts'
import type { Connection, LinkError } from '../connection.ts'
import { actProgram, describeStep } from './act-script.ts'
import { isPlain, lookedAt, lookScript, readLook } from './look-script.ts'
import { ShellSession, type Frame, type FrameOutcome, type SessionOptions } from './session.ts'
import { heldBy, lockScript, UNLOCK, unlocked } from './lock.ts'
import { areSafeguards, FOUND, foundSafeguards, ORPHANED, orphanedFor } from './safeguards.ts'
import { lacking, unpacks } from './tools.ts'

export interface ShellLinkOptions extends SessionOptions {
  /** Held from the first act on; without it the host is only looked at. */
  readonly lock?: { readonly owner: string; readonly waitSeconds: number }
  /** Milliseconds that a look may take, and an act beside what its commands may. Default: 120 000. */
  readonly patience?: number
  /** Read while the shell starts, in the same turn: the answer is in `ahead`. */
  readonly ahead?: readonly Fact<unknown>[]
}

export type LinkOpened = { readonly ok: true; readonly link: ShellLink } | { readonly ok: false; readonly error: LinkError | LockedError }

/** Another run holds the host. */
export interface LockedError {
  readonly reason: 'locked'
  readonly message: string
  readonly hint: string
  /** It is dead, and what holds the host is the timer of its safeguard: seconds until that begins to put back. */
  readonly orphaned?: number
}

/** Milliseconds that a look may take: it starts a handful of processes, but a disk or a daemon may be slow. */
export const PATIENCE = 120_000

/** Bytes of what a step prints, of each stream: of more the beginning and the end stay. */
export const KEPT_OUTPUT = 1024 * 1024

/** Bytes of an answer to a question of ours. */
const KEPT_ANSWER = 16 * 1024 * 1024

/** Milliseconds for what nobody has asked for yet: a wrong guess must not cost more. */
const LOOK_AHEAD = 30_000

/** A host behind a resident shell: one turn a look, one turn an act. */
export class ShellLink implements Link {
  readonly #connection: Connection
  readonly #session: ShellSession
  readonly #patience: number
  readonly target: string
  /** What the operator should know about this host; nothing stops. */
  readonly warnings: readonly string[]
  readonly ahead?: Promise<Looked>
  acted = false

  private constructor(connection: Connection, session: ShellSession, { ahead = [], patience = PATIENCE }: ShellLinkOptions, warnings: readonly string[]) {
    this.#connection = connection
    this.#session = session
    this.#patience = patience
    if (session.first) this.ahead = session.first.then((outcome) => readAnswer(ahead, outcome))
    this.target = connection.target
    this.warnings = warnings
  }

  /** Starts the shell and takes the lock, in one turn. */
  static async open(connection: Connection, options: ShellLinkOptions = {}): Promise<LinkOpened> {
    const { lock, ahead = [] } = options
    const prologue = lock && { prologue: lockScript(lock.owner, lock.waitSeconds), epilogue: UNLOCK, deadline: (options.deadline ?? 20_000) + lock.waitSeconds * 1000 }
    const first = guessFrame(ahead)
    const opened = await ShellSession.open(connection, { ...options, ...prologue, ...(first && { first }) })
    const error = opened.ok ? (lacking(opened.session.greeting, connection.target) ?? heldBy(opened.session.greeting, connection.target, lock?.owner)) : opened.error
    const told = opened.ok && areSafeguards(opened.session.greeting) ? await (error === undefined ? marks(opened.session, FOUND, 'act') : marks(opened.session, ORPHANED, 'ask')) : []
    if (opened.ok && error === undefined) return { ok: true, link: new ShellLink(connection, opened.session, options, [...unlocked(opened.session.greeting), ...foundSafeguards(told)]) }
    const orphaned = orphanedFor(told)
    if (opened.ok) await opened.session.close()
    await connection.close()
    return { ok: false, error: error?.reason === 'locked' && orphaned !== undefined ? { ...error, orphaned } : (error ?? { reason: 'lost', message: `${connection.target}: no shell` }) }
  }

  async look(facts: readonly Fact<unknown>[]): Promise<Looked> {
    return readAnswer(facts, await this.#session.run({ ...lookFrame(facts), deadline: this.#patience }))
  }

  async act(act: Act, on: ActEvents = {}): Promise<Acted> {
    this.acted = true
    let began = 0
    let took = 0
    const outcome = await this.#session.run({
      ...actProgram(act, { unpacks: unpacks(this.#session.greeting), patience: this.#patience }),
      keep: (mark) => (mark.startsWith('do ') ? KEPT_OUTPUT : KEPT_ANSWER),
      on: {
        mark: (mark) => {
          const [word, ...place] = mark.split(' ')
          const [task = 0, change = 0] = place.map(Number)
          if (word === 'do') on.started?.(task, change)
          if (word === 'did') on.finished?.(task, change)
          if (word === 'do') began = performance.now()
          if (word === 'fail') took = (performance.now() - began) / 1000
        },
        bytes: (stream, bytes, mark) => {
          const [word, task, change] = mark.split(' ')
          if (word === 'do') on.output?.(Number(task), Number(change), stream, bytes)
        },
      },
    })
    return readAct(act, outcome, took)
  }

  get turns(): number {
    return this.#session.turns
  }
  get bytesSent(): number {
    return this.#session.bytesSent
  }
  get alive(): boolean {
    return this.#session.alive
  }

  /** Where nothing was done, nobody has to hear that the shell has ended: a turn less. */
  async close(): Promise<void> {
    const how = this.acted ? undefined : 'leave'
    await this.#session.close(how)
    await this.#connection.close(how)
  }
}

/** One turn about something unusual, while the line is opened. */
const marks = async (session: ShellSession, script: string, how: 'act' | 'ask') => (await session.run({ script, how, deadline: LOOK_AHEAD })).sections.map(({ mark }) => mark)

const lookFrame = (facts: readonly Fact<unknown>[]) => ({ script: lookScript(facts), how: isPlain(facts) ? 'look' : 'ask' }) as const

/** Guesses may be old: what its kind cannot make sh of any more is not asked, and no reason to fail. */
function guessFrame(ahead: readonly Fact<unknown>[]): Frame | undefined {
  try {
    return ahead.length === 0 ? undefined : { ...lookFrame(ahead), deadline: LOOK_AHEAD }
  } catch {
    return undefined
  }
}

function readAnswer(facts: readonly Fact<unknown>[], outcome: FrameOutcome): Looked {
  if (outcome.kind === 'done') return { kind: 'seen', values: readLook(facts, outcome.sections) }
  const { error, sections } = outcome
  const at = error.reason === 'timeout' ? lookedAt(facts, sections) : undefined
  return { kind: 'lost', error: at === undefined ? error : { ...error, message: `${error.message}, in the look at ${at}` } }
}

const NOTHING = Buffer.alloc(0)

/** `timeout` says 124, or 128 and the signal it ended the command with; busybox says only the latter. Others may say so too, but not so late. */
const STOPPED_BY_TIMEOUT: readonly number[] = [124, 137, 143]

/** `took`: seconds that the change which failed was at work. */
function readAct(act: Act, outcome: FrameOutcome, took: number): Acted {
  const { sections } = outcome
  const output = (task: number, change: number, code: number): StepOutput => {
    const section = sections.find(({ mark }) => mark === `do ${task} ${change}`)
    return { code, stdout: section?.stdout ?? NOTHING, stderr: section?.stderr ?? NOTHING, ...(section !== undefined && section.cutOut > 0 && { cut: section.cutOut }) }
  }
  const outputs: StepOutput[][] = act.tasks.map(() => [])
  let next: readonly [number, number] = [0, 0]
  /** Begun, and not said to be done: files that went live together are, all at once. */
  const begun: (readonly [number, number])[] = []
  for (const { mark } of sections) {
    const [word, ...numbers] = mark.split(' ')
    const [task = 0, change = 0, third = 0, code = 0] = numbers.map(Number)
    if (word === 'drift') return { kind: 'drifted', task }
    if (word === 'do') begun.push([task, change])
    if (word === 'did') {
      outputs[task]?.push(output(task, change, third))
      begun.shift()
      next = change + 1 < (act.tasks[task]?.changes.length ?? 0) ? [task, change + 1] : [task + 1, 0]
    }
    if (word === 'fail') {
      const { steps, summary = '' } = act.tasks[task]?.changes[change] ?? {}
      const step = steps?.[third]
      const timedOut = step?.kind === 'run' && step.timeout > 0 && STOPPED_BY_TIMEOUT.includes(code) && took > step.timeout - 0.5
      return { kind: 'failed', task, change, failure: { ...output(task, change, code), command: step ? describeStep(step, summary) : '', timedOut } }
    }
  }
  if (outcome.kind === 'lost') {
    const [task, change] = begun[0] ?? next
    const last = begun.at(-1)?.[0] ?? task
    return { kind: 'lost', task, change, ...(last > task && { last }), error: outcome.error }
  }
  if (next[0] < act.tasks.length)
    return { kind: 'lost', task: next[0], change: next[1], error: { reason: 'lost', message: `the shell gave up on the program (status ${outcome.status})` } }
  return { kind: 'done', values: readLook(act.facts, sections), outputs }
}
