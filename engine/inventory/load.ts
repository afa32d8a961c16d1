import { basename } from 'node:path'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { inOrder } from '../diagnostic/in-order.ts'
import { diagnostic } from '../diagnostic/make.ts'
import { err, ok } from '../values/result.ts'
import { assemble } from './assemble.ts'
import type { Problems } from './draft.ts'
import { reportMixed, type Environment } from './environments.ts'
import { readExtra, type FlagParam } from './extra.ts'
import { Graph } from './graph.ts'
import { readInventory } from './read.ts'
import { displayName } from './source.ts'
import { findSource, type SourceFile } from './sources.ts'
import type { Inventory } from './types.ts'
import { readVarsFolder } from './vars-files.ts'

export interface LoadOptions {
  /** Where the person stands: relative names start here, and `-i X` is `inventory/X` here. */
  readonly cwd: string
  /** The values of `-e`, as given, and params that are flags: see parseExtra. */
  readonly extra?: readonly (string | FlagParam)[]
}

/**
 * `partial` is what could be read all the same: good for finding more problems, and for nothing else. `unread` are the names of groups and hosts whose
 * `group_vars/` or `host_vars/` could not be read whole: what those lack may stand there.
 */
export type Loaded = { readonly ok: true; readonly value: Inventory } | { readonly ok: false; readonly error: readonly Diagnostic[]; readonly partial: Inventory; readonly unread: ReadonlySet<string> }

/**
 * Reads inventories and puts them together; a later source counts where they differ. Two environments, each with hosts and group variables of its own, are not
 * put together: that is an error. Nothing is contacted.
 *
 * Strength of variables: "all" < parents < children < the host < `-e`; for the same name, `group_vars/` and `host_vars/` over what stands in the
 * inventory file. Maps merge key by key, one level deep.
 *
 * @param sources what `-i` gives: "production" for inventory/production/, a path (YAML, JSON, INI, .ts), or "web1,web2,".
 * @returns the inventory, or every problem that was found, each with its place. Never throws, never rejects.
 * @example
 * const inventory = await loadInventory(['production'], { cwd: '/home/me/infra', extra: ['postgres.image=postgres:16-alpine'] })
 */
export async function loadInventory(sources: readonly string[], options: LoadOptions): Promise<Loaded> {
  const { cwd } = options
  const problems: Problems = { errors: [], warnings: [] }
  const files = sources.flatMap((given): SourceFile[] => {
    const found = findSource(given, cwd)
    if (!found.ok) problems.errors.push(found.error)
    return found.ok ? [found.value] : []
  })
  problems.warnings.push(...files.flatMap((file) => unreadBeside(file, files, cwd)))
  const graph = new Graph(problems)
  const said = []
  const environments: Environment[] = []
  let complete = files.length === sources.length
  for (const file of files) {
    const drafts = await readInventory(file, cwd, problems)
    complete &&= drafts !== undefined
    const vars = graph.add(drafts ?? [])
    said.push(vars)
    if (files.length > 1) environments.push({ hosts: new Set(vars.hosts.keys()), said: vars })
  }
  const groups = { names: new Set(graph.groups.keys()), complete }
  const hosts = { names: new Set(graph.hosts.keys()), complete }
  const unread = new Set<string>()
  const bases = files.map((file) => file.base)
  for (const [index, vars] of said.entries()) {
    graph.strengthen(vars)
    const base = bases[index]
    // Two files of one folder share its group_vars/ and host_vars/: they count with the last of them.
    if (base === undefined || bases.lastIndexOf(base) !== index) continue
    const beside = { groups: readVarsFolder(base, 'group', groups, cwd, problems, unread), hosts: readVarsFolder(base, 'host', hosts, cwd, problems, unread) }
    graph.strengthen(beside)
    const own = environments.filter((_, each) => bases[each] === base).flatMap(({ hosts: names }) => [...names])
    if (files.length > 1) environments.push({ hosts: new Set(own), said: beside })
  }
  reportMixed(environments, graph, problems)
  const extra = readExtra(options.extra ?? [], cwd, problems)
  const names = files.map((file) => (file.kind === 'list' ? file.text : displayName(file.path, cwd)))
  const inventory = assemble(graph, extra, names, problems)
  return problems.errors.length > 0 ? { ...err(inOrder(problems.errors)), partial: inventory, unread } : ok(inventory)
}

/** What Ansible would read of a folder, too: to pass over it in silence would lose hosts. */
function unreadBeside(file: SourceFile, all: readonly SourceFile[], cwd: string): Diagnostic[] {
  if (file.kind === 'list') return []
  const others = (file.beside ?? []).filter((path) => !all.some((each) => each.kind !== 'list' && each.path === path))
  return others.map((path) => {
    const [name, read] = [displayName(path, cwd), displayName(file.path, cwd)]
    return diagnostic(`this file is not read: in a folder, ${basename(file.path)} is the inventory`, { file: name, line: 1, column: 1 }, `if it has hosts: -i ${read} -i ${name}`)
  })
}
