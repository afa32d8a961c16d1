import { resolve } from 'node:path'
import { diagnostic } from '../diagnostic/make.ts'
import type { Diagnostic, Place } from '../diagnostic/diagnostic.ts'
import { suggest } from '../diagnostic/nearest.ts'
import { err, ok, type Result } from '../values/result.ts'
import { isGlob, matchGlob, matchRegExp } from './match.ts'
import { splitPattern, type Term } from './pattern-terms.ts'
import { readSource } from './source.ts'
import { flagPlace } from './sources.ts'
import type { Inventory, InventoryHost } from './types.ts'

/**
 * The hosts that a pattern of Ansible's means, in the order in which the pattern names them.
 *
 * `web,db` and `web:db` are both; `web:&prod` those in both; `all:!db` all but; first all are put together, then `&`, then `!`, wherever they stand.
 * `web*` `db?` globs · `~web\d+` a regular expression from the start of the name · `web[0]` `web[-1]` `web[1:3]` (ends included) by position ·
 * `@file` the names in a file, one a line. A group's name means its hosts, and comes before a host of that name.
 *
 * @param flag what the pattern came from, for messages: "--limit". Default: "hosts".
 * @returns the hosts, possibly none; or an error for each name that is no host and no group.
 */
export function selectHosts(inventory: Inventory, pattern: string, flag = 'hosts'): Result<readonly InventoryHost[], readonly Diagnostic[]> {
  const terms = splitPattern(pattern)
  if (terms.length === 0) return err([diagnostic('the pattern is empty', flagPlace(flag, pattern), '"all" means all hosts')])
  const problems: Diagnostic[] = []
  const find = (term: Term): readonly string[] => {
    const found = evaluate(inventory, term, flagPlace(flag, pattern, term.column, term.length))
    if (!found.ok) problems.push(...found.error)
    return found.ok ? found.value : []
  }
  const named = terms.filter((term) => term.sign === '')
  let hosts = new Set(named.length === 0 ? inventory.hosts.keys() : named.flatMap(find))
  for (const term of terms.filter((each) => each.sign === '&')) {
    const both = new Set(find(term))
    hosts = new Set([...hosts].filter((name) => both.has(name)))
  }
  for (const term of terms.filter((each) => each.sign === '!')) for (const name of find(term)) hosts.delete(name)
  return problems.length > 0 ? err(problems) : ok([...hosts].flatMap((name) => inventory.hosts.get(name) ?? []))
}

type Found = Result<readonly string[], readonly Diagnostic[]>

function evaluate(inventory: Inventory, { text }: Term, at: Place): Found {
  if (text.startsWith('@')) return fromFile(inventory, text.slice(1), at)
  if (text.startsWith('~')) return matching(inventory, (names) => matchRegExp(text.slice(1), names), at)
  const exact = byName(inventory, text)
  if (exact !== undefined) return ok(exact)
  const [, base, first, last] = /^(.+)\[(-?\d{1,9})(?:[:-](\d{0,9}))?\]$/.exec(text) ?? []
  if (base !== undefined && first !== undefined && !(first.startsWith('-') && last !== undefined)) {
    const hosts = evaluateName(inventory, base, at)
    return hosts.ok ? ok(slice(hosts.value, Number(first), last)) : hosts
  }
  return evaluateName(inventory, text, at)
}

function evaluateName(inventory: Inventory, text: string, at: Place): Found {
  const exact = byName(inventory, text)
  if (exact !== undefined) return ok(exact)
  if (isGlob(text)) return matching(inventory, (names) => matchGlob(text, names), at)
  const mixed = text.includes(':') ? 'where there is a comma, ":" does not separate: use one of them throughout' : undefined
  const hint = mixed ?? suggest(text, new Set([...inventory.groups.keys(), ...inventory.hosts.keys()]))
  return err([diagnostic(`there is no host or group "${text}"`, at, hint)])
}

const byName = (inventory: Inventory, name: string): readonly string[] | undefined =>
  inventory.groups.get(name)?.hosts ?? (inventory.hosts.has(name) ? [name] : undefined)

/** Of groups that match all hosts, and the hosts that match themselves. */
function matching(inventory: Inventory, match: (names: readonly string[]) => Result<readonly string[], string>, at: Place): Found {
  const groups = match([...inventory.groups.keys()])
  const hosts = match([...inventory.hosts.keys()])
  if (!groups.ok) return err([diagnostic(groups.error, at)])
  if (!hosts.ok) return err([diagnostic(hosts.error, at)])
  return ok([...groups.value.flatMap((name) => inventory.groups.get(name)?.hosts ?? []), ...hosts.value])
}

/** `[2]`, `[-1]`, `[1:]`, `[1:3]`: both ends included, and what is beyond the end is nothing. */
function slice(hosts: readonly string[], first: number, last: string | undefined): readonly string[] {
  const unique = [...new Set(hosts)]
  if (last === undefined) return [unique.at(first) ?? []].flat()
  return unique.slice(first, last === '' ? undefined : Number(last) + 1)
}

function fromFile(inventory: Inventory, path: string, at: Place): Found {
  if (path === '' || path.includes('\0')) return err([diagnostic('after "@" stands a file', at)])
  const read = readSource(resolve(path), resolve())
  if (!read.ok) return err(read.error.map((each) => ({ ...each, at })))
  const problems: Diagnostic[] = []
  const hosts: string[] = []
  for (let line = 1; line <= read.value.lineCount; line++) {
    const text = read.value.line(line).trim()
    if (text === '' || text.startsWith('#')) continue
    const found = evaluateName(inventory, text, read.value.on(line, 1, text.length))
    if (found.ok) hosts.push(...found.value)
    else problems.push(...found.error)
  }
  return problems.length > 0 ? err(problems) : ok(hosts)
}
