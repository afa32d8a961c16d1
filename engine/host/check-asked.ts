import { ParamsError } from '../tasks/task.ts'

/** What the types say already: who runs a role without checking them learns it here, at its own line. */

/** @throws ParamsError unless all of these are tasks. */
export function checkTasks(method: string, asked: readonly unknown[]): void {
  for (const each of asked) {
    if (Array.isArray(each)) throw new ParamsError(method, `it takes tasks, not a list of them: host.${method}(...list)`)
    if (isOf('action', each)) throw new ParamsError(method, `"${each.name}" is an action: host.run(${each.name}(…))`)
    if (!isOf('task', each)) throw new ParamsError(method, `it takes tasks, such as file({ … }); this is ${typeof each}`)
  }
}

/** @throws ParamsError unless this is an action. */
export function checkAction(asked: unknown): void {
  if (isOf('task', asked)) throw new ParamsError('run', `"${asked.name}" is a task: host.ensure(${asked.name}(…))`)
  if (!isOf('action', asked)) throw new ParamsError('run', `it takes an action, such as command({ … }); this is ${Array.isArray(asked) ? 'a list' : typeof asked}`)
}

/** @throws ParamsError unless this is a text: what is none breaks whoever prints it later, far from here. */
export function checkText(method: string, said: unknown): void {
  if (typeof said !== 'string') throw new ParamsError(method, `it takes a text; this is ${typeof said}`)
}

const isOf = (kind: 'task' | 'action', value: unknown): value is { readonly name: string } => typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind
