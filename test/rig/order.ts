import assert from 'node:assert/strict'
import type fc from 'fast-check'

/** Turns of the event loop within which what goes on by itself comes to what the scheduler decides: a host waits one before it begins. */
const TURNS = 2

/** After so many without anything to decide nobody does anything any more: hosts of which nothing is asked take one each. */
const MOST = 100

/**
 * Takes work to its end while the scheduler decides what goes on next. It is asked only when nothing moves by itself any more: all that could be
 * next is there to be chosen from.
 *
 * @throws AssertionError when nothing is left to go on, and the work has not ended.
 */
export async function orderedBy<T>(scheduler: fc.Scheduler, work: Promise<T>): Promise<T> {
  let over = false
  const ended = () => void (over = true)
  work.then(ended, ended)
  for (;;) {
    for (let turn = 0; !over && (turn < TURNS || scheduler.count() === 0); turn++) {
      assert.ok(turn < MOST, 'it waits for something that nobody does')
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (over) return work
    await scheduler.waitNext(1)
  }
}
