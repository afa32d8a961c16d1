import type { Fact } from '../../facts/fact.ts'
import type { Act, Acted, ActEvents, Link, Looked, StepOutput } from '../link.ts'
import type { Connection, LinkError } from '../connection.ts'
import { actProgram, describeStep } from './act-script.ts'
import { lookScript, readLook } from './look-script.ts'
import { ShellSession, type FrameOutcome, type SessionOptions } from './session.ts'
import { heldBy, lockScript } from './lock.ts'

export interface ShellLinkOptions extends SessionOptions {
  /** Held from the first act on; without it the host is only looked at. */
  readonly lock?: { readonly owner: string; readonly waitSeconds: number }
}

export type LinkOpened = { readonly ok: true; readonly link: ShellLink } | { readonly ok: false; readonly error: LinkError | LockedError }

/** Another run holds the host. */
export interface LockedError {
  readonly reason: 'locked'
  readonly message: string
  readonly hint: string
}

/** Milliseconds that a look may take: it starts a handful of processes, but a disk or a daemon may be slow. */
const LOOK = 120_000

/** A host behind a resident shell: one turn a look, one turn an act. */
export class ShellLink implements Link {
  readonly #connection: Connection
  readonly #session: ShellSession
  readonly target: string

  private constructor(connection: Connection, session: ShellSession) {
    this.#connection = connection
    this.#session = session
    this.target = connection.target
  }

  /** Starts the shell and takes the lock, in one turn. */
  static async open(connection: Connection, options: ShellLinkOptions = {}): Promise<LinkOpened> {
    const { lock } = options
    const prologue = lock && { prologue: lockScript(lock.owner, lock.waitSeconds), deadline: (options.deadline ?? 20_000) + lock.waitSeconds * 1000 }
    const opened = await ShellSession.open(connection, { ...options, ...prologue })
    const error = opened.ok ? heldBy(opened.session.greeting, connection.target) : opened.error
    if (opened.ok && error === undefined) return { ok: true, link: new ShellLink(connection, opened.session) }
    if (opened.ok) opened.session.close()
    await connection.close()
    return { ok: false, error: error ?? { reason: 'lost', message: `${connection.target}: no shell` } }
  }

  async look(facts: readonly Fact<unknown>[]): Promise<Looked> {
    const outcome = await this.#session.run({ script: lookScript(facts), deadline: LOOK })
    return outcome.kind === 'lost' ? outcome : { kind: 'seen', values: readLook(facts, outcome.sections) }
  }

  async act(act: Act, on: ActEvents = {}): Promise<Acted> {
    const program = actProgram(act)
    let at: [number, number] | undefined
    const outcome = await this.#session.run({
      ...program,
      keep: 1024 * 1024,
      on: {
        mark: (mark) => {
          const [word, task, change] = mark.split(' ')
          const place: [number, number] = [Number(task), Number(change)]
          if (word === 'do') on.started?.(...(at = place))
          else {
            at = undefined
            if (word === 'did') on.finished?.(...place)
          }
        },
        bytes: (stream, bytes) => at && on.output?.(...at, stream, bytes),
      },
    })
    return readAct(act, outcome)
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

  async close(): Promise<void> {
    this.#session.close()
    await this.#connection.close()
  }
}

const NOTHING = Buffer.alloc(0)

function readAct(act: Act, outcome: FrameOutcome): Acted {
  const { sections } = outcome
  const output = (task: number, change: number, code: number): StepOutput => {
    const section = sections.find(({ mark }) => mark === `do ${task} ${change}`)
    return { code, stdout: section?.stdout ?? NOTHING, stderr: section?.stderr ?? NOTHING }
  }
  const outputs: StepOutput[][] = act.tasks.map(() => [])
  let next: [number, number] = [0, 0]
  for (const { mark } of sections) {
    const [word, ...numbers] = mark.split(' ')
    const [task = 0, change = 0, third = 0, code = 0] = numbers.map(Number)
    if (word === 'drift') return { kind: 'drifted', task }
    if (word === 'do') next = [task, change]
    if (word === 'did') {
      outputs[task]?.push(output(task, change, third))
      next = change + 1 < (act.tasks[task]?.changes.length ?? 0) ? [task, change + 1] : [task + 1, 0]
    }
    if (word === 'fail') {
      const step = act.tasks[task]?.changes[change]?.steps[third]
      const timedOut = step?.kind === 'run' && step.timeout > 0 && (code === 124 || code === 137)
      return { kind: 'failed', task, change, failure: { ...output(task, change, code), command: step ? describeStep(step) : '', timedOut } }
    }
  }
  if (outcome.kind === 'lost') return { kind: 'lost', task: next[0], change: next[1], error: outcome.error }
  if (next[0] < act.tasks.length)
    return { kind: 'lost', task: next[0], change: next[1], error: { reason: 'lost', message: `the shell gave up on the program (status ${outcome.status})` } }
  return { kind: 'done', values: readLook(act.facts, sections), outputs }
}
