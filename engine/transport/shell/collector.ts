import { Kept } from './kept.ts'
import type { Sink } from './scanner.ts'

/** What was said between two marks; the first has the mark "". */
export interface Section {
  readonly mark: string
  readonly stdout: Buffer
  readonly stderr: Buffer
  /** Bytes that were more than was kept, of both streams. */
  readonly cut: number
  /** The same of stdout alone. */
  readonly cutOut: number
}

export interface Listening {
  /** What is heard, while it is heard; bytes with the mark that they stand under. */
  readonly on?: { mark?(mark: string): void; bytes?(stream: 'stdout' | 'stderr', bytes: Buffer, mark: string): void } | undefined
  /** Bytes kept of a section under this mark, of each stream. Default: 16 MiB. */
  readonly keep?: ((mark: string) => number) | undefined
  /** The most marks that an answer can have. Default: 10 000. */
  readonly marks?: number | undefined
}

/** Bytes that one frame may hold in memory. A host that says more than this answers no question of ours. */
const MOST_BYTES = 64 * 1024 * 1024

/** Gathers what is said during one frame, per mark, from both streams. */
export class Collector {
  readonly stdout: Sink
  readonly stderr: Sink
  /** Resolves with the status when the streams have come to the end of the frame. */
  readonly done: Promise<number>
  /** Resolves when more was said than is held: nothing of it is to be believed then. */
  readonly tooMuch: Promise<void>
  readonly #keep: (mark: string) => number
  readonly #marks: number
  readonly #sections: { readonly mark: string; readonly stdout: Kept }[] = []
  /** Marks that stand in both streams stand there once. */
  readonly #stderr = new Map<string, Kept>()

  /** `streams`: how many of them say that they have come to the end. */
  constructor({ on, keep = () => 16 * 1024 * 1024, marks = 10_000 }: Listening, streams = 2) {
    this.#keep = keep
    this.#marks = marks
    let finish = (_: number) => {}
    this.done = new Promise((resolve) => (finish = resolve))
    let ends = 0
    const end = (mark: string): boolean => {
      if (!mark.startsWith('end ')) return false
      if (++ends === streams) finish(Number(mark.slice(4)))
      return true
    }
    let overflow = () => {}
    this.tooMuch = new Promise((resolve) => (overflow = resolve))
    let held = 0
    const hold = (kept: Kept, bytes: Buffer) => {
      if (held > MOST_BYTES) return
      const before = kept.held
      kept.push(bytes)
      held += kept.held - before
      if (held > MOST_BYTES) overflow()
    }
    const begin = (mark: string): Kept => {
      const stdout = new Kept(keep(mark))
      if (this.#sections.length <= marks) this.#sections.push({ mark, stdout })
      else overflow()
      return stdout
    }
    let [out, outMark] = [begin(''), '']
    let [err, errMark] = [this.#stderrOf(''), '']
    this.stdout = {
      mark: (mark) => {
        if (end(mark)) return
        out = begin(mark)
        outMark = mark
        on?.mark?.(mark)
      },
      bytes: (bytes) => {
        on?.bytes?.('stdout', bytes, outMark)
        hold(out, bytes)
      },
    }
    this.stderr = {
      mark: (mark) => {
        if (end(mark)) return
        err = this.#stderrOf(mark)
        errMark = mark
      },
      bytes: (bytes) => {
        on?.bytes?.('stderr', bytes, errMark)
        hold(err, bytes)
      },
    }
  }

  #stderrOf(mark: string): Kept {
    const known = this.#stderr.get(mark) ?? new Kept(this.#keep(mark))
    if (this.#stderr.size <= this.#marks) this.#stderr.set(mark, known)
    return known
  }

  /** In the order in which stdout came to their marks. */
  sections(): Section[] {
    return this.#sections.map(({ mark, stdout }) => {
      const stderr = this.#stderr.get(mark)
      return { mark, stdout: stdout.bytes(), stderr: stderr?.bytes() ?? Buffer.alloc(0), cut: stdout.cut + (stderr?.cut ?? 0), cutOut: stdout.cut }
    })
  }
}
