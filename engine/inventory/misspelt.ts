import { diagnostic } from '../diagnostic/make.ts'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { inOrder } from '../diagnostic/in-order.ts'
import { nearest } from '../diagnostic/nearest.ts'
import type { LocatedEntry } from './located.ts'
import type { Inventory } from './types.ts'

/**
 * Variables that nobody reads and that are nearly named like ones that somebody does: `postgers: {…}` would otherwise change nothing, unsaid.
 * Other unknown names are let be: a playbook may read them from `host.vars`.
 *
 * @param known the names of all roles and of the playbook's params.
 */
export function misspeltVars(inventory: Inventory, known: ReadonlySet<string>): Diagnostic[] {
  const found = [...writtenVars(inventory)].flatMap(([{ key }, name]) => {
    const meant = known.has(name) ? undefined : nearest(name, known)
    return meant === undefined ? [] : [diagnostic(`no role and no param is called "${name}"`, key, `did you mean "${meant}"?`)]
  })
  return inOrder(found)
}

/** Every variable that counts for some host, with its name: once where it is written, for the hosts of a group share it. */
export function writtenVars(inventory: Inventory): ReadonlyMap<LocatedEntry, string> {
  const trees = new Set([...inventory.hosts.values()].map((host) => host.vars.tree))
  const found = new Map<LocatedEntry, string>()
  for (const { entries } of trees) for (const [name, entry] of entries) found.set(entry, name)
  return found
}
