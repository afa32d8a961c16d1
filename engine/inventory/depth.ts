import { diagnostic } from '../diagnostic/make.ts'
import type { Problems } from './draft.ts'
import type { GroupNode } from './graph.ts'
import { DEEPEST } from './located.ts'

/**
 * How far each group is from "all", by the longest way: what stands deeper is stronger. In order of depth, then as first named.
 * Groups in a circle are reported and left out.
 */
export function depths(groups: ReadonlyMap<string, GroupNode>, problems: Problems): Map<string, number> {
  const waiting = new Map([...groups.values()].map((group) => [group.name, [...group.parents].filter((name) => name !== 'all').length]))
  const depth = new Map([['all', 0]])
  const ready = [...groups.keys()].filter((name) => name !== 'all' && waiting.get(name) === 0)
  for (const name of ready) depth.set(name, 1)
  for (const name of ready) {
    for (const child of groups.get(name)?.children.keys() ?? []) {
      const left = (waiting.get(child) ?? 0) - 1
      waiting.set(child, left)
      depth.set(child, Math.max(depth.get(child) ?? 0, (depth.get(name) ?? 0) + 1))
      if (left === 0) ready.push(child)
    }
  }
  const deepest = ready.find((name) => (depth.get(name) ?? 0) > DEEPEST)
  if (deepest !== undefined) problems.errors.push(diagnostic(`groups nest deeper than ${DEEPEST} levels`, groups.get(deepest)?.at))
  const reached = new Set(ready).add('all')
  reportCircle([...groups.values()].filter((group) => !reached.has(group.name)), problems)

  const order = new Map([...groups.keys()].map((name, index) => [name, index]))
  const sorted = ['all', ...ready].sort((a, b) => (depth.get(a) ?? 0) - (depth.get(b) ?? 0) || (order.get(a) ?? 0) - (order.get(b) ?? 0))
  return new Map(sorted.map((name) => [name, depth.get(name) ?? 0]))
}

/** Of what is left, each has a parent that is left too: following them must come round. */
function reportCircle(left: readonly GroupNode[], problems: Problems): void {
  const byName = new Map(left.map((group) => [group.name, group]))
  const way = new Set<string>()
  let name: string | undefined = left[0]?.name
  while (name !== undefined && !way.has(name)) {
    way.add(name)
    name = [...(byName.get(name)?.parents ?? [])].find((parent) => byName.has(parent))
  }
  if (name === undefined) return
  const circle = [...[...way].slice([...way].indexOf(name)), name].reverse()
  problems.errors.push(diagnostic(`groups are within each other in a circle: ${circle.join(' > ')}`, byName.get(name)?.children.get(circle[1] ?? name), 'remove one of these children'))
}
