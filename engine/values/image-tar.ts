import { member, textOf, textsOf } from '../facts/json.ts'
import { readReference } from './image-reference.ts'
import type { Content } from './content.ts'

/** What `docker save` packed: the tags, and under which ids the image may stand on a host (the classic store and containerd's name it differently). */
export interface ImageTar {
  readonly tags: readonly string[]
  readonly ids: readonly string[]
}

const BLOCK = 512
/** The tables of contents are small; a larger one is none. */
const LARGEST = 4 * 1024 * 1024

/**
 * Reads the table of contents of an image, so that it is known before whether a host has it.
 *
 * @throws Error when it is no image of `docker save`: a compressed one, or a file tree for `docker import`.
 */
export function readImageTar(tar: Content): ImageTar {
  const manifest = parsed(entries(tar, ['manifest.json', 'index.json']))
  const packed = manifest['manifest.json']
  if (!Array.isArray(packed)) throw new Error('this is no image as `docker save` packs it: give the .tar itself, not compressed')
  const configs = packed.map((each: unknown) => textOf(each, 'Config').replace(/^.*\//, '').replace(/\.json$/, ''))
  const index = member(manifest['index.json'], 'manifests')
  const digests = Array.isArray(index) ? index.map((each: unknown) => textOf(each, 'digest')) : []
  return { tags: packed.flatMap((each: unknown) => textsOf(each, 'RepoTags')), ids: [...configs.map((id) => `sha256:${id}`), ...digests] }
}

/** True when the image would be called so once it is loaded. */
export function isTagged({ tags }: ImageTar, reference: string): boolean {
  const wished = readReference(reference)
  return tags.map(readReference).some(({ name, tag }) => name === wished.name && tag === wished.tag)
}

function parsed(files: ReadonlyMap<string, Buffer>): Record<string, unknown> {
  return Object.fromEntries([...files].map(([name, bytes]) => [name, JSON.parse(bytes.toString())]))
}

/** The named files of a tar, which is read in pieces and never held whole. */
function entries(tar: Content, names: readonly string[]): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  const reader = new Pieces(tar.chunks())
  for (;;) {
    const header = reader.take(BLOCK)
    if (header.length < BLOCK || header[0] === 0) return found
    const name = header.toString('utf8', 0, 100).replace(/\0.*$/s, '').replace(/^\.\//, '')
    const size = Number.parseInt(header.toString('latin1', 124, 136), 8)
    if (!Number.isSafeInteger(size) || header.toString('latin1', 257, 262) !== 'ustar') return found
    if (names.includes(name) && size <= LARGEST) found.set(name, reader.take(size))
    else reader.skip(size)
    reader.skip((BLOCK - (size % BLOCK)) % BLOCK)
    if (found.size === names.length) return found
  }
}

class Pieces {
  readonly #chunks: Iterator<Uint8Array>
  #rest = Buffer.alloc(0)

  constructor(chunks: Iterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.iterator]()
  }

  take(size: number): Buffer {
    while (this.#rest.length < size && this.#more());
    const taken = this.#rest.subarray(0, size)
    this.#rest = this.#rest.subarray(taken.length)
    return Buffer.from(taken)
  }

  skip(size: number): void {
    let left = size
    while (left > this.#rest.length) {
      left -= this.#rest.length
      this.#rest = Buffer.alloc(0)
      if (!this.#more()) return
    }
    this.#rest = this.#rest.subarray(left)
  }

  #more(): boolean {
    const next = this.#chunks.next()
    if (next.done === true) return false
    this.#rest = this.#rest.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.#rest, next.value])
    return true
  }
}
