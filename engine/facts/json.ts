import { jsonIn } from '../values/json.ts'

/** Reads of a value of which nothing is known: what a host answered is never trusted to have a shape. */

/** The member of an object, or undefined where there is none. */
export function member(value: unknown, ...names: readonly string[]): unknown {
  let at = value
  for (const name of names) {
    if (!isRecord(at) || !Object.hasOwn(at, name)) return undefined
    at = at[name]
  }
  return at
}

/** The member when it is text, '' otherwise. */
export function textOf(value: unknown, ...names: readonly string[]): string {
  const found = member(value, ...names)
  return typeof found === 'string' ? found : ''
}

/** The strings of a list; an empty list where there is none. */
export function textsOf(value: unknown, ...names: readonly string[]): string[] {
  const found = member(value, ...names)
  return Array.isArray(found) ? found.filter((each): each is string => typeof each === 'string') : []
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The lines of an answer that are JSON, and those that are not: what the program complained about. */
export function jsonLines(output: Buffer | string): { readonly values: unknown[]; readonly rest: string[] } {
  const values: unknown[] = []
  const rest: string[] = []
  for (const line of output.toString().split('\n')) {
    if (line.trim() === '') continue
    const value = jsonIn(line)
    if (value === undefined) rest.push(line)
    else values.push(value)
  }
  return { values, rest }
}
