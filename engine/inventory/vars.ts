import { child, findPlace, toRecord, walk, type Located, type LocatedMap } from './located.ts'
import type { LocatedVars } from './types.ts'

/** Variables out of a located map. The plain value is made when it is first asked for. */
export function locatedVars(tree: LocatedMap): LocatedVars {
  let value: Record<string, unknown> | undefined
  return {
    tree,
    get value() {
      return (value ??= toRecord(tree))
    },
    place: (path) => findPlace(tree, path),
    keyPlace: (path) => findPlace(tree, path, 'key'),
    origin: (key) => origin(tree, key.split('.')),
  }
}

function origin(tree: LocatedMap, path: readonly string[]): string {
  let node: Located | undefined = tree
  for (const step of path) node = node === undefined ? undefined : child(node, step)?.value
  if (node === undefined) return ''
  const files = new Set<string>()
  walk(node, (each) => {
    if (each.kind === 'scalar' && each.at !== undefined) files.add(each.at.file)
  })
  return [...files].join(', ')
}
