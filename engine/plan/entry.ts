import { z } from 'zod'
import { GIVEN, Unreadable } from '../facts/fact.ts'
import type { Work } from '../host/ledger.ts'
import { clean } from '../report/clean.ts'
import type { Guard } from '../transport/link.ts'
import { stepAsSent, type Digest } from './digest.ts'

const Mark = z.string().regex(/^[0-9a-f]{32}$/, 'a digest is 32 hexadecimal digits')

/** One task or action of a plan: what people read of it, and digests of all that must be the same when it is applied. */
export const Entry = z.strictObject({
  role: z.string(),
  task: z.string(),
  /** The sentences, and a digest of what each would send. */
  changes: z.array(z.strictObject({ says: z.string(), steps: Mark })),
  /** What was seen of the facts it rests on, by fact. */
  seen: z.record(z.string(), Mark),
  /** Why nobody can tell beforehand what it will do. */
  unknown: z.string().optional(),
  /** What is planned before it may move what was seen. */
  doubt: z.string().optional(),
})
export type Entry = Readonly<z.output<typeof Entry>>

/** Secrets are redacted in what is to be read, and are in what is digested. */
export function entryOf({ role, task, changes, seen, unknown, doubt }: Work, digest: Digest): Entry {
  return {
    role: clean(role),
    task: clean(task),
    changes: changes.map(({ summary, steps }) => ({ says: clean(summary), steps: digest(['steps', steps.map(stepAsSent)]) })),
    seen: Object.fromEntries(seen.filter(isOfTheHost).map(({ fact, value }) => [clean(fact.key), digest(['seen', fact.key, settled(value)])])),
    ...(unknown !== undefined && { unknown: clean(unknown) }),
    ...(doubt !== undefined && { doubt: clean(doubt) }),
  }
}

const isOfTheHost = ({ fact, value }: Guard): boolean => fact.kind !== GIVEN && !(value instanceof Unreadable)

/** Of what stands at a path, how large it is moves by itself: a directory grows with what is in it. What a file holds is a fact of its own. */
function settled(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('size' in value && 'mode' in value)) return value
  const { size: _, ...rest } = value
  return rest
}
