import { relative } from 'node:path'

/**
 * A reporter of `node --test`: when all are through, one line of JSON, with the counts, the seconds of each file, and each failure in full. What `npm test`
 * says in the end is made of it, by {@link ./summary.js}. JavaScript: Node 20 loads its reporters before tsx.
 *
 * @typedef {{ file: string, name: string, why: string }} Failure
 * @typedef {{ counts: Record<string, number>, seconds: Record<string, number>, failures: Failure[] }} Tally
 * @param {AsyncIterable<import('node:test/reporters').TestEvent>} events
 */
export default async function* tally(events) {
  /** @type {Tally} */
  const { counts, seconds, failures } = { counts: {}, seconds: {}, failures: [] }
  for await (const { type, data } of events) {
    if (type === 'test:diagnostic') {
      const [, what, count] = /^(tests|pass|fail|cancelled|skipped|todo) (\d+)$/.exec(data.message) ?? []
      if (what !== undefined && data.nesting === 0) counts[what] = Number(count)
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const file = data.file === undefined ? '' : relative(process.cwd(), data.file)
    if (data.nesting === 0) seconds[file] = (seconds[file] ?? 0) + data.details.duration_ms / 1000
    if (type === 'test:fail' && data.details.error.failureType !== 'subtestsFailed') failures.push({ file, name: data.name, why: reason(data.details.error) })
  }
  yield `${JSON.stringify({ counts, seconds, failures })}\n`
}

/** Why a test failed, with where it says so: the runner wraps what was thrown. */
function reason(error) {
  const cause = error.cause ?? error
  return String(cause.stack ?? cause.message ?? cause)
}
