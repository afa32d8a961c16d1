import type { InventoryHost } from '../../inventory/types.ts'
import { walk } from '../../inventory/located.ts'
import { SecretReference } from '../../secrets/reference.ts'
import { wholeName, type Form } from './stored.ts'

/** Which variables of which hosts refer to a key of a service that is stored in this form, as far as the inventory says: "postgres on db1, db2". */
export function usersOf(hosts: readonly InventoryHost[], service: string, key: string, form: Form): string[] {
  const users = new Map<string, string[]>()
  for (const { host, variable, reads } of readersOf(hosts, service, key))
    if (reads === form && users.get(variable)?.includes(host) !== true) users.set(variable, [...(users.get(variable) ?? []), host])
  return [...users].map(([variable, names]) => `${variable} on ${names.join(', ')}`)
}

/** The forms of a service, or of one key of it, that variables of these hosts refer to. */
export const formsRead = (hosts: readonly InventoryHost[], service: string, key?: string): ReadonlySet<Form> => new Set(readersOf(hosts, service, key).map(({ reads }) => reads))

interface Reader {
  readonly host: string
  readonly variable: string
  readonly reads: Form
}

function readersOf(hosts: readonly InventoryHost[], service: string, key: string | undefined): Reader[] {
  const readers: Reader[] = []
  for (const { name: host, vars } of hosts)
    for (const [variable, entry] of vars.tree.entries)
      walk(entry.value, (node) => {
        const reads = node.kind === 'scalar' && node.value instanceof SecretReference ? formOf(node.value, service, key) : undefined
        if (reads !== undefined) readers.push({ host, variable, reads })
      })
  return readers
}

/** The form that a reference reads of a service; undefined when it is about something else. */
function formOf({ form, name, key: part }: SecretReference, service: string, key: string | undefined): Form | undefined {
  if (name === wholeName(service)) return form !== 'key' || key === undefined || part === key ? 'whole' : undefined
  if (form === 'below') return name === `${service}/` ? 'per-key' : undefined
  if (form !== 'value' || !name.startsWith(`${service}/`)) return undefined
  const own = name.slice(service.length + 1)
  return own === key || (key === undefined && !own.includes('/')) ? 'per-key' : undefined
}
