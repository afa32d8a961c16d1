import { z } from 'zod'
import { sentences } from '../diagnostic/zod.ts'
import type { Fact } from '../facts/fact.ts'
import type { Step } from '../tasks/change.ts'
import { factValues, ParamsError, type FactValues, type Facts, type TaskOptions } from '../tasks/task.ts'
import { noteMade } from '../tasks/unused.ts'
import type { StepOutput } from '../transport/link.ts'
import { originHere } from '../values/origin.ts'

/**
 * Something that happens rather than holds: a command, a reload, a wait. It has a guard instead of a plan, and a typed result read from
 * what it said. Made by calling a definition: `command({ argv: ['systemctl', 'daemon-reload'] })`.
 */
export interface Action<out R = unknown> {
  readonly kind: 'action'
  readonly name: string
  readonly title: string
  readonly tags: readonly string[]
  readonly facts: Readonly<Record<string, Fact<unknown>>>
  /** Why it need not run, from the facts; undefined when it must. */
  skip(values: ReadonlyMap<string, unknown>): string | undefined
  readonly steps: readonly Step[]
  /** The sentences under which it counts as a change. Empty: it only looks. */
  readonly changes: readonly string[]
  /** What it may change. In check mode that is unknown afterwards; for real it is read again. */
  readonly touches: 'everything' | 'nothing' | readonly Fact<unknown>[]
  /** Reads the result; a refusal fails the action with that message. */
  result(output: StepOutput): { readonly ok: true; readonly value: R; readonly changed?: boolean } | { readonly ok: false; readonly message: string; readonly hint?: string }
  readonly origin: Error
}

/** What became of an action. `ran` is false where a guard, a tag or check mode kept it from running. */
export type ActionResult<R> =
  | { readonly ran: true; readonly changed: boolean; readonly value: R }
  | { readonly ran: false; readonly changed: boolean; readonly why: string }

export interface ActionDefinition<P extends z.ZodType, R> {
  (params: z.input<P>, options?: TaskOptions): Action<R>
  readonly taskName: string
  readonly params: P
  readonly doc: string
}

/**
 * Defines an action. See docs/adding-a-task.md.
 *
 * @example
 * ```ts
 * export const reload = defineAction({
 *   name: 'reload', doc: 'systemctl daemon-reload', params: z.strictObject({}),
 *   title: () => '', steps: () => [run(['systemctl', 'daemon-reload'])],
 *   changes: () => ['reload systemd'], touches: () => 'nothing', result: () => ({ ok: true, value: undefined }),
 * })
 * ```
 */
export function defineAction<P extends z.ZodType, R, F extends Facts = Record<never, never>>(definition: {
  readonly name: string
  readonly doc: string
  readonly params: P
  title(params: z.output<P>): string
  facts?(params: z.output<P>): F
  skip?(params: z.output<P>, now: FactValues<F>): string | undefined
  steps(params: z.output<P>): readonly Step[]
  changes(params: z.output<P>): readonly string[]
  touches(params: z.output<P>): Action['touches']
  result(output: StepOutput, params: z.output<P>): ReturnType<Action<R>['result']>
}): ActionDefinition<P, R> {
  const make = (input: z.input<P>, options: TaskOptions = {}): Action<R> => {
    const parsed = definition.params.safeParse(input)
    if (!parsed.success) throw new ParamsError(definition.name, sentences(parsed.error, definition.params, input))
    const params = parsed.data
    const facts: Facts = definition.facts?.(params) ?? {}
    const now = (values: ReadonlyMap<string, unknown>) => factValues<F>(facts, values)
    return noteMade({
      kind: 'action',
      name: definition.name,
      title: options.title ?? `${definition.name} ${definition.title(params)}`.trim(),
      tags: options.tags ?? [],
      facts,
      skip: (values) => definition.skip?.(params, now(values)),
      steps: definition.steps(params),
      changes: definition.changes(params),
      touches: definition.touches(params),
      result: (output) => definition.result(output, params),
      origin: originHere(definition.name),
    })
  }
  return Object.assign(make, { taskName: definition.name, params: definition.params, doc: definition.doc })
}
