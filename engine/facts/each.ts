import type { Fact } from './fact.ts'

/**
 * One fact a name, under keys of their own, for tasks that take a list.
 *
 * @example facts: (p) => ({ now: user(p.name), ...each('group', p.groups, group) })   // now['group docker']: GroupState | undefined
 */
export function each<P extends string, T>(prefix: P, names: readonly string[], fact: (name: string) => Fact<T>): { readonly [K in `${P} ${string}`]: Fact<T> } {
  const entries: { [key: string]: Fact<T> } = Object.fromEntries(names.map((name) => [`${prefix} ${name}`, fact(name)]))
  return entries
}
