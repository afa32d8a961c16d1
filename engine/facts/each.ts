import type { Fact } from './fact.ts'

/**
 * One fact a name, for tasks that take a list.
 *
 * @example
 * facts: (p) => each(p.names, installed)                                            // now['each curl']: PackageState | undefined
 * facts: (p) => Object.assign({ now: user(p.name) }, each(p.groups, group))         // together with others
 */
export function each<T>(names: readonly string[], fact: (name: string) => Fact<T>): { readonly [name: `each ${string}`]: Fact<T> } {
  return Object.fromEntries(names.map((name) => [`each ${name}`, fact(name)]))
}
