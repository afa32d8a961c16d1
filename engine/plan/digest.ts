import { createHash, createHmac } from 'node:crypto'
import type { Step } from '../tasks/change.ts'
import { sha256, type Content } from '../values/content.ts'
import { Secret } from '../values/secret.ts'

/** Tells whether two values are the same, and nothing else about them to who does not have the key: a bare SHA-256 of a password can be guessed. */
export type Digest = (value: unknown) => string

/** @param key of this project, hex. */
export const keyedDigest = (key: string): Digest => (value) => createHmac('sha256', Buffer.from(key, 'hex')).update(canonical(value)).digest('hex').slice(0, 32)

/** A step with all that would be sent of it, down to the content of files. */
export function stepAsSent(step: Step): unknown {
  return step.kind === 'write' ? { ...step, content: bytesOf(step.content) } : { ...step, ...(step.stdin && { stdin: bytesOf(step.stdin) }) }
}

/** What is made while it is sent has no digest of its own. */
function bytesOf({ digest, size, chunks }: Content): { readonly digest: string; readonly size: number } {
  if (digest !== '') return { digest, size }
  const hash = createHash('sha256')
  for (const chunk of chunks()) hash.update(chunk)
  return { digest: hash.digest('hex'), size }
}

/** The same text for the same value, in whatever order its keys came. What is undefined is not there. */
export function canonical(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Secret) return `secret(${JSON.stringify(value.reveal())})`
  if (value instanceof Uint8Array) return `bytes(${sha256(value)})`
  if (value instanceof Map) return `map(${pairs([...value].map(([key, each]) => [canonical(key), each]))})`
  if (value instanceof Set) return `set(${[...value].map(canonical).sort().join()})`
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  return `{${pairs(Object.entries(value).flatMap(([key, each]) => (each === undefined ? [] : [[JSON.stringify(key), each]])))}}`
}

const pairs = (entries: readonly (readonly [string, unknown])[]): string => entries.map(([key, each]) => `${key}:${canonical(each)}`).sort().join()
