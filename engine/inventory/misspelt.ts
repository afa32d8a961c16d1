import { diagnostic } from '../diagnostic/make.ts'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { inOrder } from '../diagnostic/in-order.ts'
import { nearest } from '../diagnostic/nearest.ts'
import type { Inventory } from './types.ts'

/**
 * Variables that nobody reads and that are nearly named like ones that somebody does: `postgers: {…}` would otherwise change nothing, unsaid.
 * Other unknown names are let be: a playbook may read them from `host.vars`.
 *
 * @param known the names of all roles and of the playbook's params.
 */
export function misspeltVars(inventory: Inventory, known: ReadonlySet<string>): Diagnostic[] {
  const trees = new Set([...inventory.hosts.values()].map((host) => host.vars.tree))
  const found = [...trees].flatMap((tree) =>
    [...tree.entries].flatMap(([name, { key }]) => {
      const meant = known.has(name) ? undefined : nearest(name, known)
      return meant === undefined ? [] : [diagnostic(`no role and no param is called "${name}"`, key, `did you mean "${meant}"?`)]
    }),
  )
  return inOrder(found)
}
