import { resolve } from 'node:path'
import { diagnostic, unshown } from '../diagnostic/make.ts'
import type { Diagnostic, Place } from '../diagnostic/diagnostic.ts'
import { inHome } from '../values/home.ts'
import { err, ok, type Result } from '../values/result.ts'
import { checkVars } from './check-vars.ts'
import type { Problems } from './draft.ts'
import { DEEPEST, EMPTY, type LocatedMap, type LocatedScalar } from './located.ts'
import { over } from './merge.ts'
import { Source } from './source.ts'
import type { LocatedVars } from './types.ts'
import { readVarsFile } from './vars-files.ts'
import { locatedVars } from './vars.ts'
import { parseYaml } from './yaml.ts'

/** A param of the playbook that was given as a flag of its own: `--app-name x`. */
export interface FlagParam {
  readonly flag: string
  readonly name: string
  readonly value: string
}

/**
 * What `-e` gives, the later over the earlier: `name=value` (always a string), `role.name=value`, `@file.yml`, or `{json}`.
 *
 * @param cwd where relative paths start.
 * @example parseExtra(['postgres.image=postgres:16-alpine', '@site.yml'], '/home/me/infra')
 */
export function parseExtra(values: readonly (string | FlagParam)[], cwd: string): Result<LocatedVars, readonly Diagnostic[]> {
  const problems: Problems = { errors: [], warnings: [] }
  const extra = readExtra(values, cwd, problems)
  return problems.errors.length > 0 ? err(problems.errors) : ok(extra)
}

/** Where nothing is given. */
export const NO_VARS: LocatedVars = locatedVars(EMPTY)

/** The same for who collects problems. */
export function readExtra(values: readonly (string | FlagParam)[], cwd: string, problems: Problems): LocatedVars {
  return locatedVars(values.map((given) => (typeof given === 'string' ? readOne(given, cwd, problems) : readFlag(given, cwd, problems))).reduce(over, EMPTY))
}

function readOne(text: string, cwd: string, problems: Problems): LocatedMap {
  const source = new Source('-e', text)
  if (text.startsWith('@')) {
    if (text.length > 1 && !text.includes('\0')) return readVarsFile(resolve(cwd, inHome(text.slice(1))), cwd, cwd, problems, { params: true })
    problems.errors.push(diagnostic('after "@" stands a file', source.at(0)))
    return EMPTY
  }
  return checkVars(isJson(text) ? readJson(source, problems) : readPairs(source, problems), cwd, problems, { params: true })
}

/** Told where it stands as it was typed, but for the blank. */
function readFlag({ flag, name, value }: FlagParam, cwd: string, problems: Problems): LocatedMap {
  const typed = `--${flag}`
  const source = new Source(typed, `${typed}=${value}`)
  const key = source.at(0, typed.length)
  return checkVars(dotted([name], { kind: 'scalar', value, at: source.at(typed.length + 1, value.length) }, key), cwd, problems, { params: true })
}

const isJson = (text: string): boolean => /^\s*[{[]/.test(text)

/** What `-e` gives, as others may read it: names and files, and no value, for which of them is a secret its role alone knows. */
export function namesOnly(text: string): string {
  if (text.startsWith('@')) return text
  if (isJson(text)) return '{…}'
  return pairsOf(text).map((start) => `${nameAt(text, start)?.concat('=') ?? ''}…`).join(' ')
}

function readJson(source: Source, problems: Problems): LocatedMap {
  const root = parseYaml(source, problems)
  if (root?.kind === 'map') return root
  if (root !== undefined) problems.errors.push(diagnostic('-e takes a map: {"name": value}', unshown(source.at(0))))
  return EMPTY
}

const NAME = /[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*=/y

/** Where the pairs of a text begin: `a=1`, or several of them as Ansible allows: `a=1 b='two words'`. What follows a blank is part of the value unless it looks like another `name=`. */
function pairsOf(text: string): number[] {
  const starts = [0]
  for (let at = 1, quote = ''; at < text.length; at++) {
    const char = text.charAt(at)
    const before = text.charAt(at - 1)
    if (quote !== '') quote = char === quote ? '' : quote
    else if (before === '=' && /["']/.test(char) && text.includes(char, at + 1)) quote = char
    else if (/\s/.test(before) && nameAt(text, at) !== undefined) starts.push(at)
  }
  return starts
}

function readPairs(source: Source, problems: Problems): LocatedMap {
  const starts = pairsOf(source.text)
  return starts.map((start, index) => readPair(source, start, starts[index + 1] ?? source.text.length, problems)).reduce(over, EMPTY)
}

function readPair(source: Source, start: number, end: number, problems: Problems): LocatedMap {
  const name = nameAt(source.text, start)
  if (name === undefined) {
    problems.errors.push(diagnostic('-e takes name=value, @file.yml or {"name": value}', unshown(source.at(start))))
    return EMPTY
  }
  const from = start + name.length + 1
  const value = source.text.slice(from, end).trim()
  const bare = /^(["'])(.*)\1$/s.exec(value)?.[2] ?? value
  const key = source.at(start, name.length)
  const steps = name.split('.')
  if (steps.length <= DEEPEST) return dotted(steps, { kind: 'scalar', value: bare, at: source.at(from, value.length) }, key)
  problems.errors.push(diagnostic(`this name has more than ${DEEPEST} parts`, key))
  return EMPTY
}

function nameAt(text: string, at: number): string | undefined {
  NAME.lastIndex = at
  return NAME.exec(text)?.[0].slice(0, -1)
}

/** `a.b.c=x` says one thing about a.b, and leaves the rest of it alone. */
function dotted(steps: readonly string[], value: LocatedScalar, key: Place): LocatedMap {
  const [first = '', ...rest] = steps
  const inner = rest.length === 0 ? value : dotted(rest, value, key)
  return { kind: 'map', entries: new Map([[first, { key, value: inner }]]), at: key, partial: true }
}
