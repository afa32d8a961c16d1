import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planTask } from '../../engine/host/plan.ts'
import type { Change } from '../../engine/tasks/change.ts'
import type { Task } from '../../engine/tasks/task.ts'
import { leftAfter, modelOf, planOf, type Given } from './plan.ts'

/** A case of a plan table: what it shows, params, what is known of the host, and the sentences (or one "refused: …"). */
export type PlanRow<P> = readonly [what: string, params: P, facts: readonly Given[], changes: readonly string[]]

/** A case that must not even make a task, and what the message says. */
export type BadRow<P> = readonly [what: string, params: P, message: RegExp]

/** One test a row. What a task foretells must leave nothing to do: planned on its own prediction, it is empty. */
export function planRows<P>(name: string, make: (params: P) => Task, rows: readonly PlanRow<P>[], bad: readonly BadRow<P>[] = []): void {
  for (const [what, params, facts, changes] of rows)
    test(`${name}: ${what}`, () => {
      const task = make(params)
      assert.deepEqual(planOf(task, facts), changes)
      if (!changes[0]?.startsWith('refused')) assert.deepEqual(leftAfter(task, facts), [])
    })
  for (const [what, params, message] of bad) test(`${name} takes no ${what}`, () => void assert.throws(() => make(params), message))
}

/** The changes themselves, on a host of which this is known; everything else is as on an empty host. */
export function changesOf(task: Task, facts: readonly Given[] = []): readonly Change[] {
  const planned = planTask(task, modelOf(task, facts))
  if (planned.kind !== 'changes') throw new Error(planned.kind === 'unknown' ? planned.why : planned.message)
  return planned.changes
}
