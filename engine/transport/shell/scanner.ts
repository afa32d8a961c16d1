/** Takes what a scanner cuts. */
export interface Sink {
  bytes(bytes: Buffer): void
  mark(mark: string): void
}

/** Bytes. Ours are a few words. */
const LONGEST_MARK = 64 * 1024

/**
 * Cuts what a resident shell says into the bytes that commands wrote and the marks between them. A mark is `NONCE words\n`, anywhere in
 * the stream; the nonce is 128 random bits that no command is told. Bytes are handed on as they come, held back only while they could
 * be the beginning of a mark.
 */
export class MarkScanner {
  readonly #nonce: Buffer
  /** Who listens; a mark may hand over to somebody else, who then gets what comes after it. */
  sink: Sink
  #held: Buffer = Buffer.alloc(0)

  constructor(nonce: string, sink: Sink) {
    this.#nonce = Buffer.from(`${nonce} `)
    this.sink = sink
  }

  push(chunk: Buffer): void {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    for (;;) {
      const at = rest.indexOf(this.#nonce)
      if (at === -1) break
      if (at > 0) this.sink.bytes(rest.subarray(0, at))
      const end = rest.subarray(at, at + LONGEST_MARK).indexOf(10) + at
      if (end < at && rest.length - at < LONGEST_MARK) {
        this.#held = Buffer.from(rest.subarray(at))
        return
      }
      if (end < at) {
        // No mark of ours: somebody on the host has read the nonce, and must not make us hold what never ends.
        this.sink.bytes(rest.subarray(at, at + this.#nonce.length))
        rest = rest.subarray(at + this.#nonce.length)
        continue
      }
      const mark = rest.subarray(at + this.#nonce.length, end).toString()
      rest = rest.subarray(end + 1)
      this.sink.mark(mark)
    }
    const keep = this.#couldBegin(rest)
    if (rest.length > keep) this.sink.bytes(rest.subarray(0, rest.length - keep))
    this.#held = Buffer.from(rest.subarray(rest.length - keep))
  }

  /** How many of the last bytes are a beginning of the nonce. */
  #couldBegin(bytes: Buffer): number {
    for (let at = Math.max(0, bytes.length - this.#nonce.length + 1); at < bytes.length; at++)
      if (bytes[at] === this.#nonce[0] && this.#nonce.subarray(0, bytes.length - at).equals(bytes.subarray(at))) return bytes.length - at
    return 0
  }
}
