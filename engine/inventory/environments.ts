import type { Place } from '../diagnostic/diagnostic.ts'
import { diagnostic } from '../diagnostic/make.ts'
import type { DraftGroup, Problems } from './draft.ts'
import type { SaidVars } from './graph.ts'
import { expandHosts } from './names.ts'

/** What the sources of one folder have: hosts, and variables that they give to groups. */
export interface Environment {
  readonly hosts: ReadonlySet<string>
  /** Where the first variable of a group is said; undefined: none is. */
  readonly vars: Place | undefined
}

/**
 * Two inventories that each have hosts of their own, and each say variables of groups, are two environments: what one says of "all" would hold for the
 * hosts of the other, too, with its addresses and its passwords. A later source that has no hosts of its own refines an earlier one, and is welcome.
 */
export function reportMixed(environments: readonly Environment[], problems: Problems): void {
  for (const [index, later] of environments.entries()) {
    for (const earlier of environments.slice(0, index)) {
      const [one, other] = [own(earlier, later), own(later, earlier)]
      if (one === undefined || other === undefined || earlier.vars === undefined || later.vars === undefined) continue
      const where = `${earlier.vars.file}:${earlier.vars.line}`
      problems.errors.push(diagnostic(`two environments at once: what is said here of groups would hold for ${one}, too, and what ${where} says for ${other}`, later.vars, 'run it for one after the other; what both share can stand in a source without hosts of its own'))
    }
  }
}

/** A host that only the first of these has. */
const own = (one: Environment, other: Environment): string | undefined => [...one.hosts].find((name) => !other.hosts.has(name))

/** Names of the hosts that a source lists. */
export function hostsOf(drafts: readonly DraftGroup[]): string[] {
  return drafts.flatMap(({ hosts }) => hosts.flatMap(({ pattern }) => {
    const expanded = expandHosts(pattern)
    return expanded.ok ? expanded.value.names : []
  }))
}

/** Where the first variable of a group is said. */
export const firstOf = ({ groups }: SaidVars): Place | undefined => [...groups.values()].flatMap(({ entries }) => [...entries.values()]).find(({ key }) => key !== undefined)?.key
