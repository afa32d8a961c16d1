import { join } from 'node:path'
import { diagnostic, unshown } from '../diagnostic/make.ts'
import { suggest } from '../diagnostic/nearest.ts'
import { checkVars } from './check-vars.ts'
import type { Problems } from './draft.ts'
import { kindOf, namesIn } from './files.ts'
import { EMPTY, type LocatedMap } from './located.ts'
import { beside } from './merge.ts'
import { displayName, readSource } from './source.ts'
import { parseYaml } from './yaml.ts'

export interface KnownNames {
  readonly names: ReadonlySet<string>
  /** False when a source could not be read: then other names may be right. */
  readonly complete: boolean
}

/**
 * Reads `group_vars/` or `host_vars/`: for each name a file (`web.yml`, `web.yaml`, `web.json` or just `web`) or a folder of them.
 * Files that say different things about the same name contradict each other, whatever their own names.
 *
 * @param unread gets the names of whom not everything could be read
 */
export function readVarsFolder(base: string, kind: 'group' | 'host', known: KnownNames, cwd: string, problems: Problems, unread: Set<string>): Map<string, LocatedMap> {
  const folder = join(base, `${kind}_vars`)
  const found = new Map<string, LocatedMap>()
  const namesOf = (path: string): readonly string[] => {
    const names = namesIn(path)
    if (!names.ok) problems.errors.push(diagnostic(names.error, { file: displayName(path, cwd), line: 1, column: 1 }))
    return names.ok ? names.value : []
  }
  for (const entry of namesOf(folder)) {
    const name = known.names.has(entry) ? entry : entry.replace(/\.(ya?ml|json)$/, '')
    if (!known.names.has(name) && known.complete) {
      if (!/^README/i.test(entry)) problems.errors.push(unknown(name, displayName(join(folder, entry), cwd), kind, known.names))
      continue
    }
    const before = problems.errors.length
    for (const path of filesOf(join(folder, entry), namesOf)) found.set(name, beside(found.get(name) ?? EMPTY, readVarsFile(path, base, cwd, problems)))
    if (problems.errors.length > before) unread.add(name)
  }
  return found
}

function unknown(name: string, file: string, kind: string, known: ReadonlySet<string>) {
  const hint = suggest(name, known) ?? (kind === 'group' ? 'a group without hosts may be declared too: an empty entry' : 'name it in the inventory, or remove this')
  return diagnostic(`there is no ${kind} "${name}" in this inventory`, { file, line: 1, column: 1 }, hint)
}

function filesOf(path: string, namesOf: (folder: string) => readonly string[]): string[] {
  if (kindOf(path) !== 'folder') return [path]
  return namesOf(path).filter((name) => /\.(ya?ml|json)$/.test(name) || !name.includes('.')).map((name) => join(path, name))
}

/** Reads one file of variables. `base` is where relative paths in it start. */
export function readVarsFile(path: string, base: string, cwd: string, problems: Problems, options?: { readonly params: boolean }): LocatedMap {
  const source = readSource(path, cwd)
  if (!source.ok) problems.errors.push(...source.error)
  const root = source.ok ? parseYaml(source.value, problems) : undefined
  if (root?.kind === 'map') return checkVars(root, base, problems, options)
  const isEmpty = root === undefined || (root.kind === 'scalar' && root.value === null)
  if (!isEmpty) problems.errors.push(diagnostic('a file of variables is a map: "name: value", one a line', root.at && unshown(root.at)))
  return EMPTY
}
