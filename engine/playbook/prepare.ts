import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { diagnostic } from '../diagnostic/make.ts'
import { suggest } from '../diagnostic/nearest.ts'
import { selectHosts } from '../inventory/pattern.ts'
import { readRoleVars } from '../inventory/role-vars.ts'
import { Behavioural } from '../inventory/schema.ts'
import type { Inventory, InventoryHost, LocatedVars } from '../inventory/types.ts'
import { err, ok, type Result } from '../values/result.ts'
import { paramsOf, readParams } from './params.ts'
import type { Play, Playbook } from './playbook.ts'
import { varName, type RoleUse } from './role.ts'

/** A play with everything resolved that can be resolved without contacting anyone. */
export interface PreparedPlay {
  readonly play: Play
  readonly hosts: readonly PreparedHost[]
}

export interface PreparedHost {
  readonly host: InventoryHost
  readonly roles: readonly { readonly use: RoleUse; readonly params: unknown }[]
}

export interface PrepareOptions {
  readonly limit?: string
  /** A pattern or limit that matches nothing is no error. */
  readonly allowEmpty: boolean
}

/**
 * Checks a playbook against an inventory: params, patterns, and every role's variables on every host. All problems at once; when there is
 * one, nothing is contacted.
 */
export function prepare(playbook: Playbook, inventory: Inventory, extra: LocatedVars, options: PrepareOptions): Result<readonly PreparedPlay[], readonly Diagnostic[]> {
  const problems: Diagnostic[] = []
  const collect = <T>(result: Result<T, readonly Diagnostic[]>, otherwise: T): T => {
    if (result.ok) return result.value
    problems.push(...result.error)
    return otherwise
  }

  const params = readParams(playbook, extra)
  if (!params.ok) problems.push(...params.error)
  problems.push(...strangers(playbook, inventory, extra))
  const limited = options.limit === undefined ? undefined : new Set(collect(selectHosts(inventory, options.limit, '--limit'), []).map(({ name }) => name))
  if (limited?.size === 0 && !options.allowEmpty && problems.length === 0) problems.push({ message: `--limit ${options.limit ?? ''} matches no host`, hint: 'say --allow-empty when that is fine' })

  const plays: PreparedPlay[] = []
  for (const play of params.ok ? playbook.plays(params.value) : []) {
    const all = collect(selectHosts(inventory, play.hosts, `hosts of play "${play.name}"`), [])
    if (all.length === 0 && !options.allowEmpty && problems.length === 0) problems.push({ message: `play "${play.name}": ${play.hosts} matches no host`, hint: 'say --allow-empty when that is fine' })
    const chosen = all.filter(({ name }) => limited === undefined || limited.has(name))
    plays.push({
      play,
      hosts: chosen.map((host) => ({
        host,
        roles: play.roles
          .filter((use) => use.when(host))
          .map((use) => ({ use, params: collect(readRoleVars(host, varName(use.role), use.role.params, use.values), undefined) })),
      })),
    })
  }
  if (problems.length === 0 && limited !== undefined && limited.size > 0 && plays.every(({ hosts }) => hosts.length === 0) && !options.allowEmpty)
    problems.push({ message: `none of the hosts that --limit ${options.limit ?? ''} selects is in a play`, hint: `the plays are for: ${plays.map(({ play }) => play.hosts).join(', ')}` })
  return problems.length > 0 ? err(distinct(problems)) : ok(plays)
}

/** Variables that belong to no role and no param: most often a misspelt name, which would be ignored in silence otherwise. */
function strangers(playbook: Playbook, inventory: Inventory, extra: LocatedVars): Diagnostic[] {
  const roles = playbook.roles.map(varName)
  const known = new Set([...roles, ...Object.keys(Behavioural.shape), ...paramsOf(playbook).map(({ name }) => name)])
  const found: Diagnostic[] = []
  const look = (vars: LocatedVars, names: readonly string[]) => {
    for (const key of Object.keys(vars.value))
      if (!known.has(key)) found.push(diagnostic(`there is no role${vars === extra ? ' or param' : ''} "${key}"`, vars.keyPlace([key]), suggest(key, names)))
  }
  for (const host of inventory.hosts.values()) look(host.vars, roles)
  look(extra, [...roles, ...paramsOf(playbook).map(({ name }) => name)])
  return found
}

/** The same mistake in a group's variables is met once a host. */
function distinct(problems: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Map<string, Diagnostic>()
  for (const each of problems) {
    const key = `${each.at?.file}:${each.at?.line}:${each.at?.column}:${each.message}`
    if (!seen.has(key)) seen.set(key, each)
  }
  return [...seen.values()]
}
