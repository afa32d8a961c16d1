import { connectionOf, partConnection } from './connection.ts'
import { reportContradictions } from './contradictions.ts'
import { depths } from './depth.ts'
import type { Problems } from './draft.ts'
import type { Graph, HostNode } from './graph.ts'
import { EMPTY, type LocatedMap } from './located.ts'
import { beside, over } from './merge.ts'
import type { Inventory, InventoryGroup, InventoryHost, LocatedVars } from './types.ts'
import { warnOfTwins } from './twins.ts'
import { locatedVars } from './vars.ts'

/** Puts the variables of each host together: "all" < parents < children < the host < `-e`. Groups that are equally deep must agree. */
export function assemble(graph: Graph, extra: LocatedVars, sources: readonly string[], problems: Problems): Inventory {
  const depth = depths(graph.groups, problems)
  const order = new Map([...depth.keys()].map((name, index) => [name, index]))
  const families = new Map<string, LocatedMap>()
  const shared = new Map<LocatedMap, LocatedVars>()
  const merged = new Map<LocatedMap, string[]>()
  const hosts = new Map<string, InventoryHost>()
  for (const host of graph.hosts.values()) {
    const groups = ancestry(host, graph, order)
    const key = groups.join(' ')
    let inherited = families.get(key)
    if (inherited === undefined) families.set(key, (inherited = inherit(groups, graph, depth)))
    const all = over(over(inherited, host.vars), extra.tree)
    merged.set(all, merged.get(all) ?? [])
    merged.get(all)?.push(host.name)
    const { settings, vars: rest } = partConnection(all)
    let vars = shared.get(rest)
    if (vars === undefined) shared.set(rest, (vars = locatedVars(rest)))
    hosts.set(host.name, { name: host.name, groups, connection: connectionOf(host, settings), vars, extra })
  }
  reportContradictions(merged, problems)
  warnOfTwins(graph, hosts, problems)
  return { hosts, groups: groupsOf(graph, hosts, depth), sources, warnings: problems.warnings }
}

/** Every group a host is in, directly or through a child, weakest first. A host that stands before the first section, and in one, is grouped. */
function ancestry(host: HostNode, graph: Graph, order: ReadonlyMap<string, number>): string[] {
  const own = [...host.groups].filter((name) => name !== 'all' && name !== 'ungrouped')
  const found = new Set(['all', ...(own.length === 0 ? ['ungrouped'] : own)])
  for (const name of found) for (const parent of graph.groups.get(name)?.parents ?? []) found.add(parent)
  return [...found].filter((name) => order.has(name)).sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
}

function inherit(groups: readonly string[], graph: Graph, depth: ReadonlyMap<string, number>): LocatedMap {
  const levels = new Map<number, LocatedMap>()
  for (const name of groups) {
    const level = depth.get(name) ?? 0
    levels.set(level, beside(levels.get(level) ?? EMPTY, graph.groups.get(name)?.vars ?? EMPTY))
  }
  return [...levels.values()].reduce(over, EMPTY)
}

function groupsOf(graph: Graph, hosts: ReadonlyMap<string, InventoryHost>, depth: ReadonlyMap<string, number>): Map<string, InventoryGroup> {
  const members = new Map<string, string[]>([...graph.groups.keys()].map((name) => [name, []]))
  for (const host of hosts.values()) for (const group of host.groups) members.get(group)?.push(host.name)
  const children = (name: string): string[] => {
    const own = [...(graph.groups.get(name)?.children.keys() ?? [])]
    return name === 'all' ? [...depth].filter(([group, level]) => level === 1 && !own.includes(group)).map(([group]) => group).concat(own) : own
  }
  return new Map([...graph.groups.keys()].map((name) => [name, { name, hosts: members.get(name) ?? [], children: children(name) }]))
}
