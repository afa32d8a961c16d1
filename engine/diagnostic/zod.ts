import { z } from 'zod'
import type { Diagnostic, Place } from './diagnostic.ts'
import { covered, diagnostic } from './make.ts'
import { suggest } from './nearest.ts'
import { isSecret, keysAt, takesScalar } from './zod-schema.ts'

export interface Where {
  /** The place of the value at a path, or of the nearest thing above it. */
  place(path: readonly PropertyKey[]): Place | undefined
  /** The place of the key at a path. Default: `place`. */
  keyPlace?(path: readonly PropertyKey[]): Place | undefined
  /** What the value is called in messages, such as the role: "postgres". */
  readonly prefix?: string
  /** What was parsed with: gives the known keys for suggestions, and tells what is secret (`.meta({ secret: true })`). */
  readonly schema?: z.core.$ZodType
  /** What was parsed. Only to tell a missing value from a wrong one and to find the nearest option: it is never printed. */
  readonly input?: unknown
}

/**
 * One diagnostic for each problem that zod found, at its place. The values themselves are not in the messages, for they may be secret.
 *
 * @example
 * const parsed = schema.safeParse(value)
 * if (!parsed.success) diagnoseZod(parsed.error, { place: (path) => vars.place(path), prefix: 'postgres', schema, input: value })
 */
export function diagnoseZod(error: z.ZodError, where: Where): Diagnostic[] {
  return error.issues.flatMap((issue) => diagnose(issue, issue.path, where))
}

function diagnose(issue: z.core.$ZodIssue, path: readonly PropertyKey[], where: Where): Diagnostic[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, where))
    case 'invalid_key':
      return [diagnostic(`${nameOf(path, where)}${issue.issues[0]?.message ?? 'this name cannot be used'}`, keyPlace([...path], where))]
    case 'invalid_element':
      return issue.issues.flatMap((each) => diagnose(each, [...path, ...(isKey(issue.key) ? [issue.key] : []), ...each.path], where))
    case 'invalid_union':
      return union(issue, path, where)
    default:
      return isMissing(issue, path, where) ? [missing(issue, path, where)] : [wrong(issue, path, where)]
  }
}

/**
 * The same in one line, for what is written in code: its place is that of the call.
 *
 * @example 'unknown key "contents" (did you mean "content"?)'
 */
export function sentences(error: z.ZodError, schema?: z.core.$ZodType, input?: unknown): string {
  return diagnoseZod(error, { place: () => undefined, ...(schema && { schema }), input })
    .map(({ message, hint }) => (hint === undefined ? message : `${message} (${hint})`))
    .join('; ')
}

const isKey = (key: unknown): key is PropertyKey => typeof key === 'string' || typeof key === 'number'

function unknownKey(key: string, path: readonly PropertyKey[], where: Where): Diagnostic {
  const parent = nameOf(path, where, '')
  const known = where.schema === undefined ? [] : keysAt(where.schema, path)
  return { ...diagnostic(`unknown key "${key}"${parent === '' ? '' : ` in ${parent}`}`, keyPlace([...path, key], where), known.includes(key) ? 'another form of this takes it, not the one that is chosen here' : suggest(key, known)), unknown: true }
}

function missing(issue: z.core.$ZodIssue, path: readonly PropertyKey[], where: Where): Diagnostic {
  const expected = plain(issue.message).replace(/, received undefined$/, '')
  return { ...diagnostic(`${nameOf(path, where, ' is missing')}: ${expected}`, where.place(path)), missing: true }
}

function wrong(issue: z.core.$ZodIssue, path: readonly PropertyKey[], where: Where): Diagnostic {
  return diagnostic(`${nameOf(path, where)}${plain(issue.message)}`, shownPlace(path, where), hintFor(issue, path, where, mayBeShown(path, where)))
}

function hintFor(issue: z.core.$ZodIssue, path: readonly PropertyKey[], where: Where, shown: boolean): string | undefined {
  const value = valueAt(where.input, path)
  if (issue.code === 'invalid_type' && issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return 'quote it: a bare number does not stay as it is written (1.10 becomes 1.1)'
  }
  if (issue.code === 'invalid_type' && typeof value === 'string') return typedHint(issue.expected, value, path, where)
  if (issue.code !== 'invalid_value') return undefined
  const options = issue.values.map(String)
  if (typeof value === 'number' && options.includes(String(value))) return 'quote it'
  return typeof value === 'string' && shown ? nearestOnly(value, options) : undefined
}

/** Of a text that stands where something else is wanted: how that is written there. A param is read as its type says, a variable of a role is not. */
function typedHint(expected: string, value: string, path: readonly PropertyKey[], { place, prefix }: Where): string | undefined {
  const at = place(path)
  const isFlag = at?.file.startsWith('--') === true
  const json = (value: string) => [...(prefix === undefined ? [] : [prefix]), ...path].reduceRight<string>((inner, name) => `{"${String(name)}":${inner}}`, value)
  const many = expected === 'array' ? '[…]' : ['record', 'object', 'map'].includes(expected) ? '{…}' : undefined
  if (many !== undefined) return isFlag ? `write JSON: ${at.file} '${many}'` : at?.file === '-e' ? `-e k=v gives strings; write JSON: -e '${json(many)}'` : undefined
  if (expected !== 'number' && expected !== 'boolean') return undefined
  const isTyped = isFlag || at?.file === '-e'
  if (!isTyped && expected === 'boolean' && /^(?:y|n|yes|no|on|off)$/i.test(value)) return 'say true or false: yes and no are texts'
  if (!isTyped || at?.text?.startsWith('"', at.column - 1) === true) return 'write it without quotes'
  if (isFlag || prefix === undefined) return expected === 'boolean' ? 'say true or false' : undefined
  return `-e k=v gives strings; for a ${expected} write JSON: -e '${json('…')}'`
}

/** The message lists the options already, so only a near one is worth a line. */
function nearestOnly(value: string, options: readonly string[]): string | undefined {
  const hint = suggest(value, options)
  return hint?.startsWith('did you mean') === true ? hint : undefined
}

/** Of a union, the branch that fits best: the one that fails deepest inside. When none got anywhere, all kinds that would do. */
function union(issue: z.core.$ZodIssueInvalidUnion, path: readonly PropertyKey[], where: Where): Diagnostic[] {
  const own = issue.message !== 'Invalid input' || issue.errors.length === 0
  const depth = (branch: readonly z.core.$ZodIssue[]): number => Math.max(...branch.map((each) => each.path.length + (each.code === 'unrecognized_keys' ? 1 : 0)))
  const best = own ? undefined : [...issue.errors].sort((a, b) => depth(b) - depth(a))[0]
  if (best !== undefined && depth(best) > 0) return best.flatMap((each) => diagnose(each, [...path, ...each.path], where))
  const kinds = issue.errors.flatMap((branch) => branch.flatMap((each) => (each.code === 'invalid_type' ? [each.expected] : [])))
  const message = own || kinds.length < issue.errors.length ? plain(best?.[0]?.message ?? issue.message) : `expected ${[...new Set(kinds)].join(' or ')}`
  if (isMissing(issue, path, where)) return [{ ...diagnostic(`${nameOf(path, where, ' is missing')}: ${message}`, shownPlace(path, where)), missing: true }]
  return [diagnostic(`${nameOf(path, where)}${message}`, shownPlace(path, where))]
}

const plain = (message: string): string => message.replace(/^Invalid (input|option|string): /, '')

/** "postgres.ports[0]", with what follows. */
function nameOf(path: readonly PropertyKey[], where: Where, then = ': '): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')
  const name = `${where.prefix ?? ''}${steps}`.replace(/^\./, '')
  return name === '' ? '' : `${name}${then}`
}

const keyPlace = (path: readonly PropertyKey[], where: Where): Place | undefined => (where.keyPlace ?? where.place)(path)

function isMissing(issue: z.core.$ZodIssue, path: readonly PropertyKey[], where: Where): boolean {
  if (where.input === undefined) return issue.message.endsWith('received undefined')
  return path.length > 0 && valueAt(where.input, path) === undefined
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = Reflect.get(value, step)
  }
  return value
}

/** Only where a schema asks for a text, a number and the like, and calls none of it secret: who writes a value in a wrong place may have meant a secret. */
const mayBeShown = (path: readonly PropertyKey[], { schema }: Where): boolean => schema !== undefined && takesScalar(schema, path) && !isSecret(schema, path)

/** The place of a value that was refused; without the value where it may be a secret. */
function shownPlace(path: readonly PropertyKey[], where: Where): Place | undefined {
  const at = where.place(path)
  return at !== undefined && !mayBeShown(path, where) ? covered(at) : at
}
