import { redact } from '../values/redact.ts'

/** Where text leaves the process: a terminal, a pipe. Files of reports have their own small door, `file.ts`. */
export interface Out {
  /** Writes a whole text. Secrets are found within one call, not across two. */
  write(text: string): void
  readonly isTTY: boolean
  /** As wide as the terminal is now; 80 where there is none. */
  readonly columns: number
  /**
   * Resolves when all is written or nobody reads any more; waits at most 10 seconds for a reader that does not read.
   * Rejects when the text could not be written for another reason (disk full).
   */
  flush(): Promise<void>
}

/** As much of a Node stream as the sink needs: `process.stdout` is one. */
export interface Stream {
  write(text: string, done: (error?: Error | null) => void): boolean
  on(event: 'error', listener: (error: Error) => void): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

const FLUSH_LIMIT_MS = 10_000

/** The one sink: every known secret is redacted here, in every encoding, whatever was done about it before. */
export function makeSink(stream: Stream): Out {
  let pending = 0
  let fault: NodeJS.ErrnoException | undefined
  let settle: (() => void) | undefined

  // A stream without a listener would end the process on EPIPE: `hostwright … | head` is no crash.
  stream.on('error', (error) => {
    fault ??= error
    settle?.()
  })

  return {
    write(text) {
      if (fault !== undefined || text === '') return
      pending += 1
      stream.write(redact(text), () => {
        pending -= 1
        if (pending === 0) settle?.()
      })
    },
    get isTTY() {
      return stream.isTTY === true
    },
    get columns() {
      // A terminal that was never told its size says 0.
      return stream.columns === undefined || stream.columns < 1 ? 80 : stream.columns
    },
    async flush() {
      if (pending > 0 && fault === undefined) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, FLUSH_LIMIT_MS)
          settle = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      if (fault !== undefined && !NOBODY_READS.has(fault.code)) throw fault
    },
  }
}

/** The reader went away, or the terminal was closed: no fault of the run, and nobody to tell. */
const NOBODY_READS = new Set<string | undefined>(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'])
