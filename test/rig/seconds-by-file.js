import { relative } from 'node:path'

/**
 * A reporter of `node --test`: when all are through, a line a file, with the seconds that its tests took. What `npm test` tells of the slowest
 * comes from it. JavaScript: Node 20 loads its reporters before tsx.
 *
 * @param {AsyncIterable<import('node:test/reporters').TestEvent>} events
 */
export default async function* secondsByFile(events) {
  const seconds = new Map()
  for await (const { type, data } of events) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.nesting > 0 || data.file === undefined) continue
    const file = relative(process.cwd(), data.file)
    seconds.set(file, (seconds.get(file) ?? 0) + data.details.duration_ms / 1000)
  }
  for (const [file, taken] of seconds) yield `${taken.toFixed(1)} ${file}\n`
}
