/**
 * Output of which no more than a limit is held in memory: of more, its beginning and its end stay, with a line between them that tells how
 * much is left out. A command that fails says why at its end.
 */
export class Kept {
  readonly #half: number
  readonly #head: Buffer[] = []
  readonly #tail: Buffer[] = []
  #headSize = 0
  #tailSize = 0
  #size = 0

  constructor(limit: number) {
    this.#half = Math.ceil(limit / 2)
  }

  push(bytes: Buffer): void {
    this.#size += bytes.length
    const room = this.#half - this.#headSize
    const first = bytes.subarray(0, room)
    if (first.length > 0) {
      // Copied: a slice would hold the whole chunk it was cut from.
      this.#head.push(Buffer.from(first))
      this.#headSize += first.length
    }
    const rest = bytes.subarray(first.length).subarray(-this.#half)
    if (rest.length === 0) return
    this.#tail.push(Buffer.from(rest))
    this.#tailSize += rest.length
    // Dropped in whole pieces, down to no less than the limit.
    while (this.#tailSize - (this.#tail[0]?.length ?? 0) >= this.#half) this.#tailSize -= this.#tail.shift()?.length ?? 0
  }

  /** Bytes that are in memory. */
  get held(): number {
    return this.#headSize + this.#tailSize
  }

  /** Bytes that are left out. */
  get cut(): number {
    return Math.max(0, this.#size - this.#headSize - this.#half)
  }

  bytes(): Buffer {
    const tail = Buffer.concat(this.#tail).subarray(-this.#half)
    const gap = this.cut > 0 ? [Buffer.from(`\n[… ${this.cut} bytes left out …]\n`)] : []
    return Buffer.concat([...this.#head, ...gap, tail])
  }
}
