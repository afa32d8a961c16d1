import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'

/** `npm run test:long`: what is random is tried far more often. */
const LONG = process.env['HOSTWRIGHT_LONG'] === '1'

/** As many cases, or milliseconds, as usual; or as many as `npm run test:long` takes. Or which cases: there they are all of them. */
export const cases = <T>(usual: T, long: T): T => (LONG ? long : usual)

/** More than any of these tests needs, however many cases it sees. */
const MOST_MB = 1024

/**
 * Begins to measure; at the end of a test it says how many inputs were seen, how fast, and the most memory that the process ever held.
 *
 * @throws AssertionError when that was more than 1 GB.
 * @example
 * const measured = gauge(t)
 * fc.assert(property, { numRuns: COUNT })
 * measured(COUNT)
 */
export function gauge(t: TestContext): (count: number) => void {
  const began = performance.now()
  return (count) => {
    const seconds = (performance.now() - began) / 1000
    const most = Math.round(process.resourceUsage().maxRSS / 1024)
    t.diagnostic(`${count} in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} a second, at most ${most} MB`)
    assert.ok(most < MOST_MB, `${most} MB of memory`)
  }
}
