import type { InventoryHost } from '../../inventory/types.ts'
import { walk } from '../../inventory/located.ts'
import { SecretReference } from '../../secrets/reference.ts'

/** Which variables of which hosts refer to a key of a service, as far as the inventory says: "postgres on db1, db2". */
export function usersOf(hosts: readonly InventoryHost[], service: string, key: string): string[] {
  const users = new Map<string, string[]>()
  for (const { name, vars } of hosts)
    for (const [variable, entry] of vars.tree.entries) {
      let uses = false
      walk(entry.value, (node) => {
        if (node.kind === 'scalar' && node.value instanceof SecretReference) uses ||= refersTo(node.value, service, key)
      })
      if (uses) users.set(variable, [...(users.get(variable) ?? []), name])
    }
  return [...users].map(([variable, names]) => `${variable} on ${names.join(', ')}`)
}

function refersTo({ form, name, key: wanted }: SecretReference, service: string, key: string): boolean {
  if (form === 'below') return name === `${service}/`
  if (form === 'value') return name === `${service}/${key}` || name === `${service}/.env`
  return name === `${service}/.env` && (form === 'document' || wanted === key)
}
