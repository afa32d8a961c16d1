import type { Fact } from './fact.ts'

/**
 * One fact a name, for tasks that take a list. A task that needs two such lists calls one of them otherwise.
 *
 * @example
 * facts: (p) => each(p.names, installed)                                            // now['each curl']: PackageState | undefined
 * facts: (p) => Object.assign({ now: user(p.name) }, each(p.groups, group))         // together with others
 * facts: (p) => Object.assign(each(p.files, digest, 'sum'), each(p.dirs, tree))     // now['sum /etc/motd'], now['each /etc/ssh']
 */
export function each<T, K extends string = 'each'>(names: readonly string[], fact: (name: string) => Fact<T>, ...as: K extends 'each' ? [] : [K]): { readonly [name in `${K} ${string}`]: Fact<T> }
export function each<T>(names: readonly string[], fact: (name: string) => Fact<T>, as = 'each'): Readonly<Record<string, Fact<T>>> {
  return Object.fromEntries(names.map((name) => [`${as} ${name}`, fact(name)]))
}
