import { resolve } from 'node:path'
import { diagnostic } from '../diagnostic/make.ts'
import type { Diagnostic, Place } from '../diagnostic/diagnostic.ts'
import { nearest } from '../diagnostic/nearest.ts'
import { diagnoseZod } from '../diagnostic/zod.ts'
import { SecretReference } from '../secrets/reference.ts'
import { STORE_PATHS, STORE_VARIABLE } from '../secrets/settings.ts'
import { inHome } from '../values/home.ts'
import { Secret } from '../values/secret.ts'
import type { Problems } from './draft.ts'
import { DEEPEST, findPlace, toRecord, walk, type Located, type LocatedEntry, type LocatedMap } from './located.ts'
import { isForbiddenKey } from './names.ts'
import { ALIASES, Behavioural } from './schema.ts'

const KNOWN = Object.keys(Behavioural.shape)
const PATHS = new Set(['ansible_ssh_private_key_file', 'known_hosts_file', 'ssh_config_file'])

/**
 * Checks one map of variables where it was written, whoever it will apply to, and makes it canonical:
 * aliases get their proper names, and paths become absolute, counted from `base`. With `params` these may be a playbook's params: any name will do.
 */
export function checkVars(vars: LocatedMap, base: string, problems: Problems, { params = false } = {}): LocatedMap {
  if (vars.entries.size === 0) return vars
  const entries = new Map<string, LocatedEntry>()
  for (const [written, entry] of vars.entries) {
    const name = ALIASES.get(written) ?? written
    problems.errors.push(...nameProblems(written, entry.key, params))
    if (entries.has(name)) problems.errors.push(diagnostic(`"${written}" and "${name}" are the same variable`, entry.key, 'keep one of them'))
    if (name.startsWith('ansible_') && !KNOWN.includes(name)) notSupported(name, entry.key, problems)
    else if (KNOWN.includes(name) && entry.value.kind === 'scalar' && entry.value.value instanceof SecretReference) problems.errors.push(diagnostic(`"${name}" cannot come from a secret store`, entry.value.at, NOT_FROM_STORE))
    else if (name === STORE_VARIABLE) entries.set(name, { ...entry, value: storeSettings(entry.value, base) })
    else entries.set(name, PATHS.has(name) ? { ...entry, value: absolute(entry.value, base) } : entry)
    walk(entry.value, (node) => problems.errors.push(...valueProblems(node)))
  }
  const checked = { ...vars, entries }
  const input = toRecord(checked)
  const parsed = Behavioural.safeParse(input)
  if (!parsed.success) problems.errors.push(...diagnoseZod(parsed.error, { place: (path) => findPlace(checked, path), schema: Behavioural, input }))
  return checked
}

function nameProblems(name: string, at: Place | undefined, params: boolean): Diagnostic[] {
  if (isForbiddenKey(name)) return [forbidden(name, at)]
  if (!params && (name === 'vars' || name === 'hosts' || name === 'children')) return [diagnostic(`"${name}" cannot be the name of a variable`, at, 'variables stand directly beneath the host, or in the "vars" of a group')]
  if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) return []
  return [diagnostic(`"${name}" cannot be the name of a variable`, at, 'a name has letters, digits, "_" and "-"; what belongs to a role stands in a map under its name')]
}

function valueProblems(node: Located): Diagnostic[] {
  if (node.kind === 'map') return [...node.entries].flatMap(([key, entry]) => (isForbiddenKey(key) ? [forbidden(key, entry.key)] : []))
  if (node.kind === 'list') return []
  if (typeof node.value === 'string') return textProblems(node.value, node.at)
  const isData = node.value === null || typeof node.value === 'boolean' || Number.isFinite(node.value) || node.value instanceof Secret || node.value instanceof SecretReference
  return isData ? [] : [diagnostic(`this is not plain data, or it nests deeper than ${DEEPEST} levels`, node.at, 'a variable is a string, number, true, false, null, a list or a map')]
}

function textProblems(text: string, at: Place | undefined): Diagnostic[] {
  if (/[\0\p{Cs}]/u.test(text)) return [diagnostic('a text cannot hold a NUL or half a character', at)]
  if (!between(text, '{{', '}}') && !between(text, '{%', '%}')) return []
  return [diagnostic('"{{ }}" is not filled in here: values are data', at, 'write the value itself; what depends on something else is computed in a playbook or an inventory in TypeScript')]
}

function between(text: string, open: string, close: string): boolean {
  const start = text.indexOf(open)
  return start !== -1 && text.includes(close, start + open.length)
}

const forbidden = (key: string, at: Place | undefined): Diagnostic => diagnostic(`the key "${key}" is not allowed`, at, 'it means something else to JavaScript: give it another name')

/** Why some of Ansible's variables have no meaning here. */
const POINTLESS: readonly (readonly [RegExp, string])[] = [
  [/_interpreter$/, 'hosts need no Python, only sshd and a POSIX sh'],
  [/^ansible_(ssh|scp|sftp)_(common_|extra_)?args$|^ansible_ssh_executable$|^ansible_control_path/, 'put such options in an ssh_config and name it: ssh_config_file'],
  [/^ansible_become_(method|exe|flags)$/, 'sudo is used'],
  [/^ansible_(shell_type|shell_executable|pipelining|ssh_pipelining|remote_tmp|async_dir|ssh_transfer_method)$/, 'there is one way to work on a host, through a POSIX sh'],
  [/^ansible_group_priority$/, 'where groups that are equally deep disagree, that is an error'],
]

function notSupported(name: string, at: Place | undefined, problems: Problems): void {
  const pointless = POINTLESS.find(([pattern]) => pattern.test(name))
  const meant = pointless === undefined ? nearest(name, KNOWN) : undefined
  if (meant !== undefined) problems.errors.push(diagnostic(`"${name}" is not supported`, at, `did you mean "${meant}"?`))
  else problems.warnings.push(diagnostic(`"${name}" is not supported: it is ignored`, at, pointless?.[1] ?? `there is: ${KNOWN.join(', ')}`))
}

const NOT_FROM_STORE = 'how a host is reached is known before any store is asked: use --become-password-file, --password-file, or their --ask-… forms'

/** The settings of a secret store, with absolute paths. Those that name the store are all of them: another kind has others. */
function storeSettings(node: Located, base: string): Located {
  if (node.kind !== 'map') return node
  return { ...node, whole: node.entries.has('store') && node.partial !== true, entries: new Map([...node.entries].map(([key, entry]) => [key, STORE_PATHS.includes(key) ? { ...entry, value: absolute(entry.value, base) } : entry])) }
}

function absolute(node: Located, base: string): Located {
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => absolute(item, base)) }
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.value === '' || /^~[^/]/.test(node.value)) return node
  return { ...node, value: resolve(base, inHome(node.value)) }
}
