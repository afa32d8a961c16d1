import { diagnostic } from '../diagnostic/make.ts'
import type { Place } from '../diagnostic/diagnostic.ts'
import type { Problems } from './draft.ts'
import type { LocatedEntry, LocatedMap } from './located.ts'

/** Reports, once for each pair of places, what was said twice and differently with equal strength, and was settled by nothing stronger. */
export function reportContradictions(merged: ReadonlyMap<LocatedMap, readonly string[]>, problems: Problems): void {
  const found = new Map<string, { readonly name: string; readonly entry: LocatedEntry; readonly hosts: string[] }>()
  for (const [vars, hosts] of merged) {
    for (const [name, entry] of rivals(vars)) {
      const key = [name, show(entry.key), show(entry.rival?.key)].join(' ')
      const known = found.get(key)
      if (known === undefined) found.set(key, { name, entry, hosts: [...hosts] })
      else known.hosts.push(...hosts)
    }
  }
  for (const { name, entry, hosts } of found.values()) {
    const whom = hosts.length > 1 ? `${hosts[0]} (and ${hosts.length - 1} more)` : hosts[0]
    const hint = 'neither is stronger: say it once, or say it for the host or for a group within both'
    problems.errors.push(diagnostic(`${whom} gets two different values for ${name}: here and at ${show(entry.rival?.key)}`, entry.key, hint))
  }
}

/** The two levels at which merging happens: variables, and the keys of a role's map. */
function* rivals(vars: LocatedMap): Generator<[string, LocatedEntry]> {
  for (const [name, entry] of vars.entries) {
    if (entry.rival !== undefined) yield [name, entry]
    if (entry.value.kind !== 'map') continue
    for (const [key, inner] of entry.value.entries) if (inner.rival !== undefined) yield [`${name}.${key}`, inner]
  }
}

const show = (place: Place | undefined): string => (place === undefined ? 'an unknown place' : `${place.file}:${place.line}:${place.column}`)
