import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { Secret } from './secret.ts'

/**
 * Bytes that are to stand in a file on a host, or to be fed to a command: known by their digest, handed out in pieces.
 * Made by {@link contentOf} (text, a secret, bytes) or {@link contentOfFile} (a file of the controller, never held in memory whole).
 */
export interface Content {
  /** SHA-256, hex. */
  readonly digest: string
  /** Bytes. */
  readonly size: number
  /** Never shown: not in a diff, not in a report. */
  readonly secret: boolean
  /** The text, for diffs and for small inline transfer; undefined when it is not UTF-8 text, holds NUL, or lies in a file. */
  readonly text: string | undefined
  /** A piece is good until the next is asked for: its memory may be used again. */
  chunks(): Iterable<Uint8Array>
  /** For content that lies elsewhere: brings it here. Called only when it will be sent, before anything of that batch is done. */
  readonly load?: () => Promise<Content>
}

/** Content from text, from a secret, from bytes, or from text with secrets in it (a rendered `.env`): then all of it counts as secret. */
export function contentOf(value: string | Secret | Uint8Array): Content {
  const secret = value instanceof Secret
  const bytes = typeof value === 'string' ? Buffer.from(value) : secret ? Buffer.from(value.reveal()) : Buffer.from(value)
  return { digest: sha256(bytes), size: bytes.length, secret, text: typeof value === 'string' ? ownText(value, bytes) : asText(bytes), chunks: () => [bytes] }
}

/**
 * Content of a file on the controller. Read once for its digest now, and again in pieces when it must be sent.
 *
 * @throws the file system's own error when the file cannot be read.
 */
export function contentOfFile(file: string | Buffer): Content {
  const size = statSync(file).size
  const hash = createHash('sha256')
  for (const chunk of pieces(file)) hash.update(chunk)
  return { digest: hash.digest('hex'), size, secret: false, text: undefined, chunks: () => pieces(file) }
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The bytes as text when they are text (UTF-8, no NUL). */
export function asText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined
  try {
    return UTF8.decode(bytes)
  } catch {
    return undefined
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Half a surrogate pair becomes another character on its way to bytes. */
const ownText = (text: string, bytes: Uint8Array) => (/[\p{Surrogate}\0]/u.test(text) ? asText(bytes) : text)

const PIECE = 256 * 1024

function* pieces(file: string | Buffer): Iterable<Uint8Array> {
  const descriptor = openSync(file, 'r')
  // One piece of memory for all: a new one each would pile up until the garbage is collected.
  const piece = Buffer.allocUnsafe(PIECE)
  try {
    for (;;) {
      const read = readSync(descriptor, piece)
      if (read === 0) return
      yield piece.subarray(0, read)
    }
  } finally {
    closeSync(descriptor)
  }
}
