import { z } from 'zod'
import { sentences } from '../diagnostic/zod.ts'
import type { Fact } from '../facts/fact.ts'
import { originHere } from '../values/origin.ts'
import type { Plan } from './change.ts'
import { noteMade } from './unused.ts'

/**
 * One wish about a host, as a value: it can be listed, compared and tested. `S` is what its result tells of the state it left.
 * Made by calling a definition: `directory({ path: '/data' })`.
 */
export interface Task<out S = unknown> {
  readonly kind: 'task'
  /** The definition: "directory". */
  readonly name: string
  /** What people read: "directory /data". The same in check mode and for real. */
  readonly title: string
  readonly tags: readonly string[]
  readonly facts: Readonly<Record<string, Fact<unknown>>>
  /** Pure: what is, against what should be. */
  plan(values: ReadonlyMap<string, unknown>): Plan
  /** What the result tells, from the facts as they are afterwards. */
  state(values: ReadonlyMap<string, unknown>): S
  /** Where the author wrote it; its stack is read only when something goes wrong. */
  readonly origin: Error
}

/** What any task takes beside its params. */
export interface TaskOptions {
  /** Replaces the title that the task gives itself. */
  readonly title?: string
  /** `--tags` and `--skip-tags` go by these, by the role's and by the play's. `always`: whatever is asked for; `never`: only when one of its tags is. */
  readonly tags?: readonly string[]
}

export type Facts = Readonly<Record<string, Fact<unknown>>>
export type FactValues<F extends Facts> = { readonly [K in keyof F]: F[K] extends Fact<infer T> ? T : never }

/** The values of these facts, by their names. Each lies under the key of the fact that asked for it, so the types come back as they were. */
export function factValues<F extends Facts>(facts: Facts, values: ReadonlyMap<string, unknown>): FactValues<F> {
  const found: Record<string, unknown> = {} // a loop, for this runs three times a task
  for (const name in facts) found[name] = values.get(facts[name]?.key ?? '')
  return found as FactValues<F>
}

/** A definition: called, it makes a task; its parts are there for the reference page and for tests. */
export interface TaskDefinition<P extends z.ZodType, S> {
  (params: z.input<P>, options?: TaskOptions): Task<S>
  readonly taskName: string
  readonly params: P
  readonly doc: string
}

/** Params that do not fit: found where the task is made, before anything is asked of a host. */
export class ParamsError extends Error {
  override readonly name = 'ParamsError'
  readonly task: string
  constructor(task: string, why: string) {
    super(`${task}: ${why}`)
    this.task = task
  }
}

/**
 * Defines a task: params, the facts it needs, and a pure plan. See docs/adding-a-task.md.
 *
 * @example
 * ```ts
 * export const hostname = defineTask({
 *   name: 'hostname',
 *   doc: 'The name the host calls itself.',
 *   params: z.strictObject({ name: z.string() }),
 *   title: (p) => p.name,
 *   facts: (p) => ({ now: text('/etc/hostname') }),
 *   plan: (p, { now }) => …,
 * })
 * ```
 */
export function defineTask<P extends z.ZodType, F extends Facts, S = undefined>(definition: {
  readonly name: string
  /** What it wishes for, in a sentence or two: the head of its reference page. */
  readonly doc: string
  readonly params: P
  /** What tells two tasks of this kind apart: usually the path or the name. */
  title(params: z.output<P>): string
  facts(params: z.output<P>): F
  plan(params: z.output<P>, now: FactValues<F>): Plan
  state?(params: z.output<P>, now: FactValues<F>): S
}): TaskDefinition<P, S> {
  const make = (input: z.input<P>, options: TaskOptions = {}): Task<S> => {
    const parsed = definition.params.safeParse(input)
    if (!parsed.success) throw new ParamsError(definition.name, sentences(parsed.error, definition.params, input))
    const params = parsed.data
    const facts = definition.facts(params)
    return noteMade({
      kind: 'task',
      name: definition.name,
      title: options.title ?? `${definition.name} ${definition.title(params)}`.trimEnd(),
      tags: options.tags ?? [],
      facts,
      // Methods, for a role may make thousands: tsx gives each arrow function its name anew, which costs more than all the rest.
      plan(values) {
        return definition.plan(params, factValues<F>(facts, values))
      },
      state(values) {
        return definition.state?.(params, factValues<F>(facts, values)) as S
      },
      origin: originHere(definition.name),
    })
  }
  return Object.assign(make, { taskName: definition.name, params: definition.params, doc: definition.doc })
}
