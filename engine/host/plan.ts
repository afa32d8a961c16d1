import { Unreadable, Unseen, type Fact } from '../facts/fact.ts'
import { isRefusal, type Change } from '../tasks/change.ts'
import type { Task } from '../tasks/task.ts'
import type { Guard } from '../transport/link.ts'
import type { HostModel } from './model.ts'

/** A task against the model of its host. */
export type Planned =
  | { readonly kind: 'changes'; readonly changes: readonly Change[]; readonly guards: readonly Guard[] }
  | { readonly kind: 'refused'; readonly message: string; readonly hint?: string }
  | { readonly kind: 'cannot-look'; readonly message: string }
  | { readonly kind: 'unknown'; readonly why: string }

/** Plans one task and moves the model on by what it will do. Every fact it needs must be in the model. */
export function planTask(task: Task, model: HostModel): Planned {
  const values = new Map<string, unknown>()
  const guards: Guard[] = []
  let unseen: Unseen | undefined
  for (const name in task.facts) {
    const fact = task.facts[name]
    if (fact === undefined) continue
    const known = model.get(fact)
    if (known === undefined) throw new Error(`${fact.key} was not looked at before ${task.title} was planned`)
    if (known.certainty === 'unknown') return { kind: 'unknown', why: known.why }
    if (known.value instanceof Unreadable && !(known.value instanceof Unseen)) return { kind: 'cannot-look', message: known.value.message }
    if (known.value instanceof Unseen) unseen = known.value
    values.set(fact.key, known.value instanceof Unseen ? fact.kind.blank : known.value)
    if (known.certainty === 'observed') guards.push({ fact, value: known.value })
  }
  const plan = task.plan(values)
  if (isRefusal(plan)) return { kind: 'refused', message: plan.refused, ...(plan.hint !== undefined && { hint: plan.hint }) }
  if (unseen) return { kind: 'unknown', why: unseen.message }
  for (const change of plan) model.predict(change)
  return { kind: 'changes', changes: plan, guards }
}

/** What the result of a task tells, from the facts as they stand in the model; undefined when one of them is not known. */
export function stateOf<S>(task: Task<S>, model: HostModel): S | undefined {
  const values = new Map<string, unknown>()
  for (const fact of Object.values(task.facts)) {
    const known = model.get(fact)
    if (known === undefined || known.certainty === 'unknown' || known.value instanceof Unreadable) return undefined
    values.set(fact.key, known.value)
  }
  return task.state(values)
}

/** Every fact that these tasks need. */
export function factsOf(tasks: readonly Task[]): Fact<unknown>[] {
  const found: Fact<unknown>[] = []
  for (const { facts } of tasks) for (const name in facts) if (facts[name]) found.push(facts[name])
  return found
}
