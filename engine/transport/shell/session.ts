import { randomBytes } from 'node:crypto'
import type { Content } from '../../values/content.ts'
import type { Secret } from '../../values/secret.ts'
import type { Connection, Ended, LinkError, RemoteProcess } from '../connection.ts'
import { firstFrame, residentProgram, SHELL_COMMAND, sudoCommand } from './bootstrap.ts'
import { timerMs } from '../../values/timer.ts'
import { Collector, type Section } from './collector.ts'
import { greet } from './greet.ts'
import { MarkScanner } from './scanner.ts'
import { sweep } from './sweep.ts'

/** What one turn asks of the host. */
export interface Frame {
  readonly script: string
  /**
   * `act` may change the host; `ask` only looks; `look` also needs no subshell: it neither exits nor leaves anything behind but variables of
   * its own, takes no blobs, and its stderr comes as stdout. Default: act.
   */
  readonly how?: 'act' | 'ask' | 'look'
  /** Contents that the script takes from its input with `hw_take`, in this order. */
  readonly blobs?: readonly Content[]
  /** Milliseconds until the line is given up. */
  readonly deadline: number
  /** What is heard, while it is heard; bytes with the mark that they stand under. */
  readonly on?: { mark?(mark: string): void; bytes?(stream: 'stdout' | 'stderr', bytes: Buffer, mark: string): void }
  /** How many bytes of output are kept of a section under this mark, of each stream. Default: 16 MiB; of more the beginning and the end stay, and `cut` tells. */
  readonly keep?: (mark: string) => number
}

export type FrameOutcome =
  | { readonly kind: 'done'; readonly status: number; readonly sections: readonly Section[] }
  /** The line went dead, or silent for too long, after the frame was sent: what it did is not known beyond its last mark. */
  | { readonly kind: 'lost'; readonly error: LinkError; readonly sections: readonly Section[] }

export interface SessionOptions {
  /** Become this user by sudo. */
  readonly become?: { readonly user: string; readonly password?: Secret }
  /** Milliseconds for the shell to say that it is there. Default: 20 000. */
  readonly deadline?: number
  /** Run in the resident shell before it says that it is there, in the same turn: the lock. What it says is in `greeting`. */
  readonly prologue?: string
  /** A first frame, without blobs, that goes with the greeting and takes no turn of its own: its outcome is in `first`. */
  readonly first?: Frame
  /** Run in the resident shell when its input has ended: after its last frame, also where we are long gone. */
  readonly epilogue?: string
}

type Opened = { readonly ok: true; readonly session: ShellSession } | { readonly ok: false; readonly error: LinkError }

/** A resident shell on a host: one process, one turn a frame, frames one after the other. */
export class ShellSession {
  readonly #process: RemoteProcess
  readonly #nonce: string
  readonly #ended: Promise<Ended>
  readonly #stdout: MarkScanner
  readonly #stderr: MarkScanner
  #over: Ended | undefined
  /** Turns taken so far, for the report and for tests that count. */
  turns = 0
  bytesSent = 0
  /** What the prologue said: its marks, and the text after them. */
  greeting = ''
  /** What became of the frame that went with the greeting. */
  first: Promise<FrameOutcome> | undefined

  private constructor(process: RemoteProcess, nonce: string) {
    this.#process = process
    this.#nonce = nonce
    this.#ended = process.ended
    this.#stdout = new MarkScanner(nonce, NOBODY)
    this.#stderr = new MarkScanner(nonce, NOBODY)
    void process.ended.then((ended) => {
      this.#over ??= ended
    })
  }

  static async open(connection: Connection, options: SessionOptions = {}): Promise<Opened> {
    const { become } = options
    const started = await connection.start(become ? sudoCommand(become.user, become.password !== undefined) : SHELL_COMMAND)
    if (!started.ok) return started
    const session = new ShellSession(started.process, randomBytes(16).toString('hex'))
    const error = await session.#greet(connection.target, options)
    if (error === undefined) return { ok: true, session }
    started.process.destroy()
    return { ok: false, error }
  }

  async #greet(target: string, { become, deadline = 20_000, prologue = '', epilogue = '', first }: SessionOptions): Promise<LinkError | undefined> {
    const hello = residentProgram(this.#nonce, prologue, epilogue, first && firstFrame(first.how ?? 'act', newId(), first.script))
    const collector = first && collectorOf(first)
    const { said, error } = await greet({
      target, become, deadline, process: this.#process, stdout: this.#stdout, stderr: this.#stderr,
      hello: () => void this.#send(hello),
      say: (line) => void this.#send(line),
      ready: (stream) => {
        if (!collector) return
        if (stream === 'stderr' || first.how === 'look') this.#stderr.sink = collector.stderr
        if (stream === 'stderr') return
        this.#stdout.sink = collector.stdout
        this.turns++
        this.first = this.#outcome(collector, first.deadline)
      },
    })
    this.greeting = said
    return error
  }

  /** One turn. Never rejects. */
  async run(frame: Frame): Promise<FrameOutcome> {
    const { script, how = 'act', blobs = [], deadline } = frame
    if (this.first) await this.first // what it says must not be taken for an answer to this one
    if (this.#over) return { kind: 'lost', error: lost(this.#over), sections: [] }
    const collector = collectorOf(frame)
    this.#stdout.sink = collector.stdout
    this.#stderr.sink = collector.stderr
    this.turns++
    const size = blobs.reduce((sum, blob) => sum + blob.size, 0)
    const head = `${this.#nonce} ${how} ${Buffer.byteLength(script)} ${size} ${newId()}\n`
    const sent = this.#send(head + script).then(async () => {
      for (const blob of blobs) await this.#sendExactly(blob)
    })
    const outcome = await this.#outcome(collector, deadline)
    // A script that ended early drained its blobs, so the sending is over too, or the process is.
    if (outcome.kind === 'done') await Promise.race([sent, this.#ended])
    return outcome
  }

  /** The end of a frame that is on its way, of the line, or of our patience. */
  async #outcome(collector: Collector, deadline: number): Promise<FrameOutcome> {
    let timer: NodeJS.Timeout | undefined
    const giveUp = (error: LinkError): FrameOutcome => {
      this.#over ??= { kind: 'lost', error }
      this.#process.destroy()
      return { kind: 'lost', error, sections: collector.sections() }
    }
    const late = new Promise<FrameOutcome>((resolve) => {
      const silent = () => (collector.sections().some(({ mark }) => mark !== '') ? '' : 'the shell on the host does not answer: ')
      timer = setTimeout(() => resolve(giveUp({ reason: 'timeout', message: `${silent()}no end after ${Math.round(deadline / 1000)} s` })), timerMs(deadline))
    })
    const flooded = collector.tooMuch.then(() => giveUp({ reason: 'lost', message: 'the host says more than any answer has: given up', hint: 'somebody has changed what /bin/sh or sshd is there' }))
    const over = this.#ended.then((ended): FrameOutcome => ({ kind: 'lost', error: lost(ended), sections: collector.sections() }))
    const done = collector.done.then((status): FrameOutcome => ({ kind: 'done', status, sections: collector.sections() }))
    const outcome = await Promise.race([done, over, late, flooded])
    clearTimeout(timer)
    return outcome
  }

  /** As many bytes as were announced, whatever became of the file meanwhile: the digest tells the host that they are the wrong ones. */
  async #sendExactly({ size, chunks }: Content): Promise<void> {
    let left = size
    try {
      for (const chunk of chunks()) {
        if (left === 0 || this.#over) return
        const piece = chunk.subarray(0, left)
        left -= piece.length
        await this.#send(piece)
        sweep(piece.length)
      }
    } catch {
      // It cannot be read (any more): as where it shrank.
    }
    for (; left > 0 && !this.#over; left -= Math.min(left, PADDING.length)) await this.#send(PADDING.subarray(0, left))
  }

  async #send(bytes: string | Uint8Array): Promise<void> {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    this.bytesSent += buffer.length
    await this.#process.write(buffer)
  }

  get alive(): boolean {
    return this.#over === undefined
  }

  /**
   * Lets the shell end by itself, so that it has given back its lock when this resolves. Waits two seconds at most. `leave`: does not wait; the
   * shell ends all the same, and who wants the lock at that very moment waits for it ({@link lockScript}).
   */
  async close(how?: 'leave'): Promise<void> {
    this.#process.end()
    if (how === 'leave') return
    let timer: NodeJS.Timeout | undefined
    await Promise.race([this.#ended, new Promise((resolve) => (timer = setTimeout(resolve, 2000)))])
    clearTimeout(timer)
  }
}

const PADDING = Buffer.alloc(64 * 1024)

/** Before the greeting nothing is heard. */
const NOBODY = { bytes: () => {}, mark: () => {} }

/** A look says that it has come to its end on stdout only. Each mark of an answer was asked for with more than a letter. */
const collectorOf = (frame: Frame) => new Collector({ ...frame, marks: 10_000 + frame.script.length }, frame.how === 'look' ? 1 : 2)

/** A word that nobody on the host can foresee: temporary files and lines of ours have it. */
const newId = () => randomBytes(8).toString('hex')

function lost(ended: Ended): LinkError {
  switch (ended.kind) {
    case 'lost':
      return ended.error
    case 'exited':
      return { reason: 'lost', message: `the shell on the host ended with status ${ended.code}` }
    case 'killed':
      return { reason: 'lost', message: `the shell on the host was killed by ${ended.signal}` }
  }
}
