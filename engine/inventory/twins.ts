import { diagnostic } from '../diagnostic/make.ts'
import type { Problems } from './draft.ts'
import type { Graph } from './graph.ts'
import type { InventoryHost } from './types.ts'

/** Warns of two names for one host, which would be worked on twice at once, and of one name for a host and a group. */
export function warnOfTwins(graph: Graph, hosts: ReadonlyMap<string, InventoryHost>, problems: Problems): void {
  const seen = new Map<string, string>()
  for (const { name, connection } of hosts.values()) {
    const target = connection.kind === 'local' ? 'this machine' : `${connection.address.toLowerCase()} port ${connection.port ?? 22}`
    const twin = seen.get(target)
    if (twin === undefined) seen.set(target, name)
    else problems.warnings.push(diagnostic(`"${twin}" and "${name}" are the same host: ${target}`, connection.at, 'remove one, or put one name into several groups'))
    if (graph.groups.has(name)) problems.warnings.push(diagnostic(`"${name}" is a host and also a group`, connection.at, 'a pattern with this name means the group'))
  }
}
