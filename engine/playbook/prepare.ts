import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { diagnostic } from '../diagnostic/make.ts'
import { inOrder } from '../diagnostic/in-order.ts'
import { nearest, suggest } from '../diagnostic/nearest.ts'
import { misspeltVars, writtenVars } from '../inventory/misspelt.ts'
import { selectHosts } from '../inventory/pattern.ts'
import { readRoleVars } from '../inventory/role-vars.ts'
import { Behavioural } from '../inventory/schema.ts'
import type { Inventory, InventoryHost, LocatedVars } from '../inventory/types.ts'
import { NOT_ASKED, type SecretAnswers } from '../inventory/filled.ts'
import { STORE_VARIABLE } from '../secrets/settings.ts'
import { err, ok, type Result } from '../values/result.ts'
import { Lacks } from './lacks.ts'
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
  /** Names of hosts, no patterns: only these, as far as the inventory has them. */
  readonly only?: readonly string[]
  /** A pattern or limit that matches nothing is no error. */
  readonly allowEmpty: boolean
  /** The inventory is broken: look for what else is wrong with variables and params, not for what follows from that. */
  readonly partial?: boolean
  /** Names of groups and hosts of which not all variables could be read: what they lack is no problem of its own. */
  readonly unread?: ReadonlySet<string>
  /** Gives what references to secrets stand for. Default: stand-ins, as before any store was asked. */
  readonly secrets?: SecretAnswers
}

/**
 * Checks a playbook against an inventory: params, patterns, and every role's variables on every host. All problems at once; when there is
 * one, nothing is contacted.
 */
export function prepare(playbook: Playbook, inventory: Inventory, extra: LocatedVars, options: PrepareOptions): Result<readonly PreparedPlay[], readonly Diagnostic[]> {
  const problems: Diagnostic[] = []
  const secrets = options.secrets ?? NOT_ASKED
  const select = (pattern: string, flag: string) => {
    const selected = selectHosts(inventory, pattern, flag)
    return selected.ok || !options.partial ? collect(selected, []) : []
  }
  const collect = <T>(result: Result<T, readonly Diagnostic[]>, otherwise: T): T => {
    if (result.ok) return result.value
    problems.push(...result.error)
    return otherwise
  }

  const params = readParams(playbook, extra, secrets)
  if (!params.ok) problems.push(...params.error, ...wrongVars(playbook, inventory))
  const plans = params.ok ? playbook.plays(params.value) : []
  problems.push(...plans.flatMap(wrongPlay))
  const made = plans.filter((play) => wrongPlay(play).length === 0)
  const names = knownNames(playbook, made)
  problems.push(...strangers(names, extra), ...misspeltVars(inventory, new Set(names)))
  const { limit, only } = options
  const matched = limit === undefined ? [...inventory.hosts.keys()] : select(limit, '--limit').map(({ name }) => name)
  const limited = limit === undefined && only === undefined ? undefined : new Set(matched.filter((name) => only?.includes(name) ?? true))
  if (limited?.size === 0 && !options.allowEmpty && problems.length === 0) {
    const what = only === undefined ? `--limit ${limit} matches no host` : `${limit === undefined ? 'the inventory has' : `--limit ${limit} matches`} no host of those that did not finish: ${only.join(', ')}`
    problems.push({ message: what, hint: 'say --allow-empty when that is fine' })
  }

  const lacks = new Lacks(options.unread)
  const plays: PreparedPlay[] = []
  for (const play of made) {
    if (!play.roles.every(isUse)) problems.push({ message: `play "${play.name}": "roles" takes use(role)`, hint: 'a task goes into a role, or into the play\'s own `run`' })
    const all = select(play.hosts, `hosts of play "${play.name}"`)
    if (all.length === 0 && !options.allowEmpty && play.allowEmpty !== true && problems.length === 0) problems.push({ message: `play "${play.name}": ${play.hosts} matches no host`, hint: 'say --allow-empty when that is fine' })
    const chosen = all.filter(({ name }) => limited === undefined || limited.has(name))
    plays.push({
      play,
      hosts: chosen.map((host) => ({
        host,
        roles: play.roles
          .filter((use) => isUse(use) && use.when(host))
          .map((use) => ({ use, params: lacks.collect(host, readRoleVars(host, varName(use.role), use.role.params, use.values, secrets)) })),
      })),
    })
  }
  problems.push(...lacks.problems(), ...misspeltKeys(playbook, inventory, made))
  if (problems.length === 0 && limited !== undefined && limited.size > 0 && plays.every(({ hosts }) => hosts.length === 0) && !options.allowEmpty)
    problems.push({ message: `none of the hosts that ${limit === undefined ? '--resume' : `--limit ${limit}`} selects is in a play`, hint: `the plays are for: ${plays.map(({ play }) => play.hosts).join(', ')}` })
  return problems.length > 0 ? err(inOrder(problems)) : ok(plays)
}

/** Each host of the plays once. */
export const hostsOf = (plays: readonly PreparedPlay[]): InventoryHost[] => [...new Map(plays.flatMap(({ hosts }) => hosts.map(({ host }) => [host.name, host]))).values()]

/**
 * Which roles a host has depends on params that are wrong themselves: so every role's variables are looked at, for what is wrong with them in
 * any case. That one is missing is no mistake yet.
 */
function wrongVars(playbook: Playbook, inventory: Inventory): Diagnostic[] {
  const given = [...inventory.hosts.values()].flatMap((host) => playbook.roles.filter((role) => Object.hasOwn(host.vars.value, varName(role))).map((role) => readRoleVars(host, varName(role), role.params)))
  return given.flatMap((read) => (read.ok ? [] : read.error)).filter(({ missing }) => !missing)
}

/**
 * What is misspelt in the variables of roles that this playbook does not use: nobody else would tell before the day on which it is meant to count. Whether they
 * are complete, and fit together, is told by a playbook that uses them. Hosts of the same groups share their variables: looked at once.
 */
function misspeltKeys(playbook: Playbook, inventory: Inventory, plays: readonly Play[]): Diagnostic[] {
  const used = new Set(plays.flatMap(({ roles }) => roles.filter(isUse).map(({ role }) => varName(role))))
  const others = playbook.roles.filter((role) => !used.has(varName(role)))
  const hosts = [...new Map([...inventory.hosts.values()].map((host) => [host.vars.value, host])).values()]
  const read = hosts.flatMap((host) => others.filter((role) => Object.hasOwn(host.vars.value, varName(role))).map((role) => readRoleVars(host, varName(role), role.params)))
  return read.flatMap((each) => (each.ok ? [] : each.error)).filter(({ unknown }) => unknown)
}

/** The types say so; but who runs a playbook without checking them learns it here. */
const isUse = (each: RoleUse): boolean => typeof each.when === 'function'

function wrongPlay({ name, hosts, roles }: Play): Diagnostic[] {
  return [
    ...(typeof hosts === 'string' ? [] : [{ message: `play "${name}": it has no "hosts"`, hint: 'a pattern: hosts: "web", or "all"' }]),
    ...(Array.isArray(roles) ? [] : [{ message: `play "${name}": "roles" takes a list`, hint: 'roles: [use(role)]; without any: roles: []' }]),
  ]
}

/** The variables that somebody reads, but for those that say how a host is reached. A role that a play uses counts, also where the playbook does not list it. */
const knownNames = (playbook: Playbook, plays: readonly Play[]): string[] => [
  ...playbook.roles.map(varName),
  ...plays.flatMap(({ roles }) => roles.filter(isUse).map(({ role }) => varName(role))),
  ...paramsOf(playbook).map(({ name }) => name),
  STORE_VARIABLE,
]

/** What `-e` gives that nobody takes: most often a misspelt name, which would be ignored in silence otherwise. */
function strangers(names: readonly string[], extra: LocatedVars): Diagnostic[] {
  return Object.keys(extra.value)
    .filter((key) => !names.includes(key) && !(key in Behavioural.shape) && nearest(key, names) === undefined) // a near one is told as misspelt
    .map((key) => diagnostic(`there is no role and no param "${key}"`, extra.keyPlace([key]), suggest(key, names)))
}

/**
 * Variables of the inventory that no role takes, each at its place: an inventory shared with Ansible has such, so it is a warning. What is a mistake already
 * (`-e`, a near name) is left out. Their lines are not shown:
 * what was meant for a secret may stand there.
 */
export function unreadVars(playbook: Playbook, inventory: Inventory, plays: readonly PreparedPlay[]): Diagnostic[] {
  const names = knownNames(playbook, plays.map(({ play }) => play))
  const hosts = [...inventory.hosts.values()]
  const told = new Set([...names, ...Object.keys(Behavioural.shape), ...hosts.flatMap(({ extra }) => Object.keys(extra.value))])
  const unread = [...writtenVars(inventory)].filter(([, name]) => !told.has(name) && nearest(name, names) === undefined)
  return inOrder(unread.map(([{ key }, name]) => diagnostic(`no role of this playbook's \`roles\` takes the variable "${name}"`, key && { file: key.file, line: key.line, column: key.column })))
}
