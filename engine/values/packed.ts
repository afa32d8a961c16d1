import { gzipSync } from 'node:zlib'
import type { Content } from './content.ts'

/** Bytes below which nothing is won, and above which it would be held in memory. */
const LEAST = 16 * 1024
const MOST = 8 * 1024 * 1024
/** What has to be left of it at most; a sample is tried first. */
const SHRINKS = 0.75
const SAMPLE = 64 * 1024

/** What is kept for the next host, in bytes; with more, all of it is dropped. */
const KEPT = 2 * MOST
let known = new WeakMap<Content, { readonly small: Content | undefined }>()
let kept = 0

/**
 * The content as `gzip -dc` reads it, where that is worth it: not too small, not too large, and it shrinks. Undefined otherwise. Secrets are never
 * packed: how much a text shrinks tells something about it. What comes out on the host is held against the digest of the content as ever.
 */
export function packed(content: Content): Content | undefined {
  if (content.secret || content.size < LEAST || content.size > MOST) return undefined
  const before = known.get(content)
  if (before) return before.small
  const small = pack(content)
  kept += small?.size ?? 0
  if (kept > KEPT) {
    known = new WeakMap()
    kept = small?.size ?? 0
  }
  known.set(content, { small })
  return small
}

function pack({ size, chunks }: Content): Content | undefined {
  const whole = Buffer.alloc(size)
  let filled = 0
  for (const chunk of chunks()) {
    const piece = chunk.subarray(0, size - filled)
    whole.set(piece, filled)
    filled += piece.length
  }
  const middle = Math.max(0, Math.floor((size - SAMPLE) / 2))
  const sample = whole.subarray(middle, middle + SAMPLE)
  if (gzipSync(sample, { level: 1 }).length > sample.length * SHRINKS) return undefined
  const bytes = gzipSync(whole, { level: 1 })
  return bytes.length > size * SHRINKS ? undefined : { digest: '', size: bytes.length, secret: false, text: undefined, chunks: () => [bytes] }
}
