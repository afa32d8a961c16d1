import type { Content } from './content.ts'

/** What `tar -x` makes of it. Names and targets are one character a byte (latin1). */
export interface TarEntry {
  readonly name: string
  /** Four octal digits. */
  readonly mode: string
  /** A number; a name where the number is not known: then the host looks it up. */
  readonly uid: number | string
  readonly gid: number | string
  readonly what: { readonly kind: 'directory' } | { readonly kind: 'link'; readonly target: string } | { readonly kind: 'file'; readonly content: Content }
}

const BLOCK = 512
const padded = (size: number) => Math.ceil(size / BLOCK) * BLOCK

/** A tar archive without times (unpack it with `-m`), made while it is sent; of no file more than a piece is held. Names longer than a header as GNU writes them, which busybox reads too. */
export function tarOf(entries: readonly TarEntry[]): Content {
  const size = entries.reduce((sum, entry) => sum + headersOf(entry).length + padded(sizeOf(entry)), 2 * BLOCK)
  return { digest: '', size, secret: false, text: undefined, chunks: () => gathered(archive(entries)) }
}

const sizeOf = ({ what }: TarEntry) => (what.kind === 'file' ? what.content.size : 0)

function* archive(entries: readonly TarEntry[]): Iterable<Uint8Array> {
  for (const entry of entries) {
    yield headersOf(entry)
    if (entry.what.kind !== 'file') continue
    // As many bytes as were announced, whatever became of the file meanwhile: the digest tells the host that they are the wrong ones.
    let left = entry.what.content.size
    for (const chunk of entry.what.content.chunks()) {
      if (left === 0) break
      const piece = chunk.subarray(0, left)
      left -= piece.length
      yield piece
    }
    for (; left > 0; left -= Math.min(left, ZEROS.length)) yield ZEROS.subarray(0, left)
    yield ZEROS.subarray(0, padded(sizeOf(entry)) - sizeOf(entry))
  }
  yield ZEROS.subarray(0, 2 * BLOCK)
}

const ZEROS = Buffer.alloc(64 * 1024)

/** In pieces of a size that is worth a write. */
function* gathered(pieces: Iterable<Uint8Array>): Iterable<Uint8Array> {
  const whole = Buffer.allocUnsafe(128 * 1024)
  let filled = 0
  for (const piece of pieces)
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + whole.length - filled)
      whole.set(part, filled)
      at += part.length
      filled += part.length
      if (filled < whole.length) continue
      yield whole
      filled = 0
    }
  if (filled > 0) yield whole.subarray(0, filled)
}

const TYPES = { file: '0', link: '2', directory: '5' } as const

function headersOf(entry: TarEntry): Buffer {
  const { name, what } = entry
  const target = what.kind === 'link' ? what.target : ''
  const common = { mode: entry.mode, uid: entry.uid, gid: entry.gid }
  return Buffer.concat([
    ...(name.length > 100 ? [long('L', name)] : []),
    ...(target.length > 100 ? [long('K', target)] : []),
    header({ ...common, name, target, size: sizeOf(entry), type: TYPES[what.kind] }),
  ])
}

/** What does not fit into a header stands before it, as the content of an entry of its own. */
function long(type: 'L' | 'K', text: string): Buffer {
  const bytes = Buffer.alloc(padded(text.length + 1))
  bytes.write(text, 'latin1')
  return Buffer.concat([header({ name: '././@LongLink', target: '', mode: '0644', uid: 0, gid: 0, size: text.length + 1, type }), bytes])
}

interface Header {
  readonly name: string
  readonly target: string
  readonly mode: string
  readonly uid: number | string
  readonly gid: number | string
  readonly size: number
  readonly type: string
}

function header({ name, target, mode, uid, gid, size, type }: Header): Buffer {
  const block = Buffer.alloc(BLOCK)
  block.write(name.slice(0, 100), 0, 'latin1')
  number(block, 100, 8, Number.parseInt(mode, 8))
  number(block, 108, 8, typeof uid === 'number' ? uid : 0)
  number(block, 116, 8, typeof gid === 'number' ? gid : 0)
  number(block, 124, 12, size)
  number(block, 136, 12, 0)
  block.write('        ', 148)
  block.write(type, 156)
  block.write(target.slice(0, 100), 157, 'latin1')
  block.write('ustar  \0', 257, 'latin1')
  if (typeof uid === 'string') block.write(uid, 265)
  if (typeof gid === 'string') block.write(gid, 297)
  block.write(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** In octal; in base 256 where that does not fit, as GNU and busybox have it. */
function number(block: Buffer, at: number, width: number, value: number): void {
  const octal = value.toString(8)
  if (octal.length < width) return void block.write(`${octal.padStart(width - 1, '0')}\0`, at)
  block[at] = 0x80
  block.writeUIntBE(value, at + width - 6, 6)
}
