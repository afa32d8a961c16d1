import { SecretReference } from '../secrets/reference.ts'
import { Secret } from '../values/secret.ts'
import type { Located, LocatedEntry, LocatedMap } from './located.ts'

/**
 * What stands higher wins. A variable that is a map (a role's variables are) merges key by key, one level deep:
 * `postgres: {image}` of a group and `postgres: {memory}` of a host give both.
 */
export function over(base: LocatedMap, top: LocatedMap): LocatedMap {
  if (top.entries.size === 0) return base
  if (base.entries.size === 0) return top
  return remember(overs, base, top, () => combine(base, top, stack))
}

/** What stands equally high must agree: where two say different things, the entry keeps both until something higher settles it. */
export function beside(a: LocatedMap, b: LocatedMap): LocatedMap {
  if (b.entries.size === 0) return a
  if (a.entries.size === 0) return b
  return remember(besides, a, b, () => combine(a, b, (lower, higher) => join(lower, higher, true)))
}

function combine(base: LocatedMap, top: LocatedMap, pair: (lower: LocatedEntry, higher: LocatedEntry) => LocatedEntry): LocatedMap {
  const entries = new Map(base.entries)
  for (const [name, entry] of top.entries) {
    const below = entries.get(name)
    entries.set(name, below === undefined ? entry : pair(below, entry))
  }
  const partial = base.partial === true && top.partial === true
  const whole = base.whole === true || top.whole === true
  return { kind: 'map', entries, at: top.at ?? base.at, ...(partial ? { partial } : {}), ...(whole ? { whole } : {}) }
}

function stack(lower: LocatedEntry, higher: LocatedEntry): LocatedEntry {
  if (lower.value.kind !== 'map' || (higher.value.kind === 'map' && higher.value.whole)) return higher
  if (saysNothing(higher.value)) return lower
  return higher.value.kind === 'map' ? { ...higher, key: higher.key ?? lower.key, value: combine(lower.value, higher.value, replace) } : higher
}

/** Below the first level the higher one replaces, unless it was given by a dotted key, which means just that one place. */
function replace(lower: LocatedEntry, higher: LocatedEntry): LocatedEntry {
  if (lower.value.kind !== 'map' || higher.value.kind !== 'map' || higher.value.partial !== true) return higher
  return { ...higher, value: combine(lower.value, higher.value, replace) }
}

function join(lower: LocatedEntry, higher: LocatedEntry, top: boolean): LocatedEntry {
  if (top && saysNothing(higher.value)) return lower
  if (top && saysNothing(lower.value)) return higher
  if (top && lower.value.kind === 'map' && higher.value.kind === 'map') {
    return { ...higher, value: combine(lower.value, higher.value, (a, b) => join(a, b, false)) }
  }
  if (same(lower.value, higher.value)) return lower.rival === undefined ? higher : { ...higher, rival: lower.rival }
  return { ...higher, rival: lower }
}

/** `postgres:` with only comments beneath is null in YAML. */
const saysNothing = (node: Located): boolean => node.kind === 'scalar' && node.value === null

function same(a: Located, b: Located): boolean {
  if (a === b) return true
  if (a.kind === 'scalar' && b.kind === 'scalar') return bare(a.value) === bare(b.value)
  if (a.kind === 'list' && b.kind === 'list') return a.items.length === b.items.length && a.items.every((item, i) => sameOrAbsent(item, b.items[i]))
  if (a.kind !== 'map' || b.kind !== 'map' || a.entries.size !== b.entries.size) return false
  return [...a.entries].every(([key, entry]) => sameOrAbsent(entry.value, b.entries.get(key)?.value))
}

const sameOrAbsent = (a: Located, b: Located | undefined): boolean => b !== undefined && same(a, b)
const bare = (value: unknown): unknown => (value instanceof Secret ? value.reveal() : value instanceof SecretReference ? String(value) : value)

/** Hosts of the same groups merge the same maps: done once, shared by all of them. */
type Memory = WeakMap<LocatedMap, WeakMap<LocatedMap, LocatedMap>>
const overs: Memory = new WeakMap()
const besides: Memory = new WeakMap()

function remember(memory: Memory, a: LocatedMap, b: LocatedMap, make: () => LocatedMap): LocatedMap {
  let made = memory.get(a)
  if (made === undefined) memory.set(a, (made = new WeakMap()))
  let result = made.get(b)
  if (result === undefined) made.set(b, (result = make()))
  return result
}
