import { redact } from '../values/redact.ts'
import { visible } from '../values/visible.ts'

/**
 * An event with every text in it fit to be shown: secrets redacted first, then control characters made visible (the other
 * way round, a secret with a control character in it would no longer be found). Each reporter starts from this, so that no
 * formatter has to remember; the sink redacts once more what is finally written.
 */
export function clean<T>(value: T): T
export function clean(value: unknown): unknown {
  if (typeof value === 'string') return visible(redact(value))
  if (Array.isArray(value)) return value.map((each) => clean(each))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, each]) => (typeof each === 'string' && OURS.has(key) ? [key, visible(each)] : [visible(redact(key)), clean(each)]))
  return Object.fromEntries(entries)
}

/** Words of the engine's own: a secret that happens to be "failed" must not turn a status into something no reporter knows here (the sink redacts it in what is written). */
const OURS = new Set(['type', 'at', 'mode', 'status', 'reason', 'stream', 'signal'])
