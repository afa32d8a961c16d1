import type { Fact } from './fact.ts'

/** A fact as it can be kept in a file: the name of its kind and its argument, never an answer. */
export type Written = readonly [kind: string, arg: string | readonly string[]]

type Make = (arg: string | readonly string[]) => Fact<unknown>

/** By name; undefined where two kinds have the same one, for then it cannot be told which is meant. */
const kinds = new Map<string, Make | undefined>()

/** Called by the definers, with every kind there is. */
export function register(name: string, make: Make): void {
  kinds.set(name, kinds.has(name) ? undefined : make)
}

/** Undefined for a fact that nobody could make again from this. */
export function write({ kind, arg }: Fact<unknown>): Written | undefined {
  if (kinds.get(kind.name) === undefined) return undefined
  if (typeof arg === 'string') return [kind.name, arg]
  return Array.isArray(arg) && arg.every((each) => typeof each === 'string') ? [kind.name, arg] : undefined
}

/** Undefined when there is no such kind in this run: the role that had it is not part of it any more. */
export function read([kind, arg]: Written): Fact<unknown> | undefined {
  return kinds.get(kind)?.(arg)
}
