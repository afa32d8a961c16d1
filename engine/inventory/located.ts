import type { Place } from '../diagnostic/diagnostic.ts'
import { Secret } from '../values/secret.ts'

/**
 * A value and where it was written. YAML, JSON, INI, `-e` and modules are all read into this,
 * so that merging and error messages know only one thing.
 */
export type Located = LocatedMap | LocatedList | LocatedScalar

export interface LocatedMap {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, LocatedEntry>
  readonly at: Place | undefined
  /** Made from a dotted key (`-e a.b=c`): says only what it says, whatever else the map under it holds. */
  readonly partial?: boolean
  /** Says all there is to say: what stands lower is not merged into it. */
  readonly whole?: boolean
}

export interface LocatedEntry {
  readonly key: Place | undefined
  readonly value: Located
  /** The other side of a contradiction that nothing has settled yet: see merge.ts. */
  readonly rival?: LocatedEntry
}

export interface LocatedList {
  readonly kind: 'list'
  readonly items: readonly Located[]
  readonly at: Place | undefined
}

/** A string, number, boolean, null, or (from TypeScript) anything that is not a plain object or array, such as a Secret. */
export interface LocatedScalar {
  readonly kind: 'scalar'
  readonly value: unknown
  readonly at: Place | undefined
}

export const EMPTY: LocatedMap = { kind: 'map', entries: new Map(), at: undefined }

/** How deep a value may nest: deeper is an accident or an attack. */
export const DEEPEST = 64

/** The bare value. Frozen, because hosts share it. */
export function toPlain(node: Located): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'list':
      return Object.freeze(node.items.map(toPlain))
    case 'map':
      return toRecord(node)
  }
}

/** As `toPlain`, for what is known to be a map. `fromEntries` defines keys, so that no key can reach a prototype. */
export function toRecord(map: LocatedMap): Record<string, unknown> {
  return Object.freeze(Object.fromEntries([...map.entries].map(([key, entry]) => [key, toPlain(entry.value)])))
}

/** A bare value as if all of it were written in one place. Undefined entries are left out; what nests too deep (a cycle does) stays whole. */
export function fromPlain(value: unknown, at: Place | undefined, depth = 0): Located {
  if (depth < DEEPEST && Array.isArray(value)) {
    return { kind: 'list', items: value.map((item) => fromPlain(item, at, depth + 1)), at }
  }
  if (depth < DEEPEST && isPlainObject(value)) {
    const given = Object.entries(value).filter(([, inner]) => inner !== undefined)
    return { kind: 'map', entries: new Map(given.map(([key, inner]) => [key, { key: at, value: fromPlain(inner, at, depth + 1) }])), at }
  }
  return { kind: 'scalar', value, at }
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || value instanceof Secret) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/**
 * Where a path was written. For what is not there: the key of the nearest thing above it that is.
 * A map or list is shown at its key, which is what a person looks for.
 */
export function findPlace(root: Located, path: readonly PropertyKey[], part: 'key' | 'value' = 'value'): Place | undefined {
  let node = root
  let nearest: Place | undefined
  for (const step of path) {
    const next = child(node, step)
    if (next === undefined) return nearest
    nearest = next.key ?? nearest
    node = next.value
  }
  return part === 'value' && node.kind === 'scalar' ? (node.at ?? nearest) : nearest
}

export function child(node: Located, step: PropertyKey): LocatedEntry | undefined {
  if (node.kind === 'map') return node.entries.get(String(step))
  if (node.kind === 'scalar') return undefined
  const item = node.items[Number(step)]
  return item === undefined ? undefined : { key: item.at, value: item }
}

/** Calls with every value in the tree, each with its path. */
export function walk(node: Located, visit: (node: Located, path: readonly PropertyKey[]) => void, path: readonly PropertyKey[] = []): void {
  visit(node, path)
  if (node.kind === 'map') for (const [key, entry] of node.entries) walk(entry.value, visit, [...path, key])
  if (node.kind === 'list') for (const [index, item] of node.items.entries()) walk(item, visit, [...path, index])
}
