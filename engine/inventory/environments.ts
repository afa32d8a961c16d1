import type { Place } from '../diagnostic/diagnostic.ts'
import { diagnostic } from '../diagnostic/make.ts'
import type { Problems } from './draft.ts'
import type { Graph, SaidVars } from './graph.ts'

/** One that speaks of hosts: a file, or the group_vars/ of a folder, for the hosts of all files in it. */
export interface Environment {
  readonly hosts: ReadonlySet<string>
  readonly said: SaidVars
}

/**
 * Two inventories that each have hosts of their own, and each give variables to groups that the other's hosts are in, are two environments: what one says of
 * "all" would hold for the hosts of the other, too, with its addresses and its passwords. A later source that has no hosts of its own refines an earlier
 * one, and is welcome.
 */
export function reportMixed(environments: readonly Environment[], graph: Graph, problems: Problems): void {
  const told = new Set<string>()
  for (const [index, later] of environments.entries()) {
    for (const earlier of environments.slice(0, index)) {
      const [one, other] = [reached(later, earlier, graph), reached(earlier, later, graph)]
      if (one === undefined || other === undefined || told.has(`${one.host} ${other.host}`)) continue
      told.add(`${one.host} ${other.host}`)
      const where = other.at === undefined ? 'the earlier source' : `${other.at.file}:${other.at.line}`
      problems.errors.push(diagnostic(`two environments at once: what is said here of groups would hold for ${one.host}, too, and what ${where} says for ${other.host}`, one.at, 'run it for one after the other; what both share can stand in a source without hosts of its own'))
    }
  }
}

/** A host that only `other` has, and to which variables of groups apply that `from` gives; with the place of the first. */
function reached(from: Environment, other: Environment, graph: Graph): { readonly host: string; readonly at: Place | undefined } | undefined {
  for (const host of other.hosts) {
    if (from.hosts.has(host)) continue
    const within = groupsOf(host, graph)
    for (const [group, vars] of from.said.groups) {
      const [first] = vars.entries.values()
      if (first !== undefined && within.has(group)) return { host, at: first.key }
    }
  }
  return undefined
}

/** Every group that a host is in, by whatever way. */
function groupsOf(host: string, graph: Graph): ReadonlySet<string> {
  const found = new Set(['all', ...(graph.hosts.get(host)?.groups ?? [])])
  for (const name of found) for (const parent of graph.groups.get(name)?.parents ?? []) found.add(parent)
  return found
}
