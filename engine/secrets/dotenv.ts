import { err, ok, type Result } from '../values/result.ts'

/** What is wrong in a line of a dotenv document. Its text is not shown: it may be a secret. */
export interface DotenvProblem {
  /** From 1. */
  readonly line: number
  readonly message: string
}

/**
 * Reads an `.env` that people write by hand, as Compose does: `KEY=value`, `KEY='value'`, `KEY="value"` with escapes and over several lines,
 * `export`, comments. What Compose would change on the way (a bare `$`, an escape it does not know), or versions of it read differently, is
 * refused with its line: a password is not guessed at. What `envFile` writes is read too.
 *
 * @example readDotenv("A=1 # one\nexport B='x y'\n") // { ok: true, value: Map { 'A' => '1', 'B' => 'x y' } }
 */
export function readDotenv(text: string): Result<ReadonlyMap<string, string>, readonly DotenvProblem[]> {
  const values = new Map<string, string>()
  const lines = new Map<string, number>()
  const problems: DotenvProblem[] = []
  let at = text.startsWith('\ufeff') ? 1 : 0 // as editors on Windows begin a file
  let line = 1
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text) ?? undefined
    at += found?.[0].length ?? 0
    for (const _ of found?.[0].matchAll(/\n/g) ?? []) line++
    return found
  }
  while (at < text.length) {
    if (take(NOTHING)) continue
    const start = line
    const problem = (message: string): void => void problems.push({ line: start, message })
    const name = take(NAME)?.[1]
    if (name === undefined || name === 'export') {
      problem('this is not KEY=value, with letters, digits and "_" in KEY')
      take(REST)
      continue
    }
    const read = valueAt(take)
    if (!read.ok) problem(`${name}: ${read.error}`)
    else if (lines.has(name)) problem(`${name} stands on line ${lines.get(name)} already`)
    else values.set(name, read.value)
    lines.set(name, start)
  }
  return problems.length > 0 ? err(problems) : ok(values)
}

/** A line that says nothing. */
const NOTHING = /[ \t]*(?:#[^\n]*)?(?:\r?\n|\r$|(?<=.)$)/y
const NAME = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*/y
const REST = /[^\n]*(?:\n|$)/y
const DOUBLE = /"((?:[^"\\]|\\[^])*)"/y
const SINGLE = /'((?:[^'\\]|\\[^'\\])*)'/y
const QUOTE = /["']/y
const AFTER = /[ \t]*(?:#[^\n]*)?(?:\r?\n|\r?$)/y

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', $: '$', '\\': '\\' }
const IN_SINGLE = 'write it in single quotes: nothing is expanded there'

function valueAt(take: (pattern: RegExp) => RegExpExecArray | undefined): Result<string, string> {
  const double = take(DOUBLE)?.[1]
  const quoted = double ?? take(SINGLE)?.[1]
  if (quoted === undefined) {
    const rest = take(QUOTE) === undefined ? (take(REST)?.[0] ?? '') : undefined
    if (rest !== undefined) return bare(rest.replace(/\r?\n?$/, ''))
    take(REST)
    return err('the quotes are not closed, or there is "\\\'" or "\\\\" in single quotes')
  }
  if (take(AFTER) === undefined) {
    take(REST)
    return err('something stands after the closing quote')
  }
  if (/[\0\r]/.test(quoted)) return err('it holds a NUL or a carriage return: write "\\r" in double quotes')
  return double === undefined ? ok(quoted) : unescaped(double)
}

function bare(rest: string): Result<string, string> {
  const value = rest.replace(/ #.*$/, '').replace(/ +$/, '')
  // Compose would take "A= # x" for a value.
  if (value.startsWith('#')) return err('a comment in place of a value: write ""')
  if (value.includes('$')) return err(`"$" would be expanded: ${IN_SINGLE}`)
  if (value.includes('\\')) return err(`"\\" without quotes: ${IN_SINGLE}`)
  if (/[^\S ]|[\0\u0085\ufeff]/.test(value)) return err('white space other than blanks: write it in double quotes')
  return ok(value)
}

function unescaped(text: string): Result<string, string> {
  let wrong: string | undefined
  const value = text.replace(/\\([^])|\$/g, (found, letter: string | undefined) => {
    const meant = letter === undefined ? undefined : ESCAPES[letter]
    if (meant === undefined) wrong ??= letter === undefined ? `"$" would be expanded: write "\\$", or ${IN_SINGLE}` : 'an escape that is not one of \\n \\r \\t \\" \\$ \\\\'
    return meant ?? found
  })
  return wrong === undefined ? ok(value) : err(wrong)
}
