import type { Content } from '../../values/content.ts'
import { packed } from '../../values/packed.ts'
import { PouredFiles } from './poured.ts'

/** Bytes of packed contents that an act holds in memory at most; what is more goes as it is. */
const MOST = 16 * 1024 * 1024

/** What goes along with the script of an act, in the order in which the script takes it. */
export class Sent {
  readonly blobs: Content[] = []
  readonly poured = new PouredFiles()
  readonly #unpacks: boolean
  #packed = 0

  /** `unpacks`: the host has gzip. */
  constructor(unpacks: boolean) {
    this.#unpacks = unpacks
  }

  /** How many bytes the script has to take, and whether they are packed. */
  add(content: Content): { readonly size: number; readonly unpack: boolean } {
    const small = this.#unpacks && this.#packed < MOST ? packed(content) : undefined
    this.#packed += small?.size ?? 0
    this.blobs.push(small ?? content)
    return { size: (small ?? content).size, unpack: small !== undefined }
  }
}
