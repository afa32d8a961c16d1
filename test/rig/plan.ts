import { HostModel } from '../../engine/host/model.ts'
import { planTask } from '../../engine/host/plan.ts'
import type { Task } from '../../engine/tasks/task.ts'
import type { Given } from '../../engine/testing/given.ts'

export { given, type Given } from '../../engine/testing/given.ts'

/**
 * What a task would do on a host of which this is known; everything else is as on an empty host.
 * Gives the sentences of its changes, or `refused: …`.
 */
export function planOf(task: Task, facts: readonly Given[] = []): string[] {
  const planned = planTask(task, modelOf(task, facts))
  return planned.kind === 'changes' ? planned.changes.map(({ summary }) => summary) : [`${planned.kind}: ${'message' in planned ? planned.message : planned.why}`]
}

/** Plans, then plans again on what the first plan foretells: what a task leaves to do after itself. Must be empty. */
export function leftAfter(task: Task, facts: readonly Given[] = []): string[] {
  const model = modelOf(task, facts)
  planTask(task, model)
  const again = planTask(task, model)
  return again.kind === 'changes' ? again.changes.map(({ summary }) => summary) : [again.kind]
}

/** A host of which this is known; everything else is as on an empty host. */
export function modelOf(task: Task, facts: readonly Given[]): HostModel {
  const model = new HostModel()
  for (const fact of Object.values(task.facts)) model.observe(fact, fact.kind.blank)
  for (const [fact, value] of facts) model.observe(fact, value)
  return model
}
