import { createContext, Script, type Context } from 'node:vm'
import { err, ok, type Result } from '../values/result.ts'

const LONGEST = 256
/** A hostile expression can take years. Names are few and short: this is plenty. */
const PATIENCE_MS = 500

/** The names that a regular expression matches from their first character on, as Python's `re.match` does. */
export function matchRegExp(source: string, names: readonly string[]): Result<readonly string[], string> {
  if (source.length > LONGEST) return err(`a regular expression has at most ${LONGEST} characters`)
  try {
    void new RegExp(source)
    return run(new RegExp(`^(?:${source})`), names)
  } catch {
    return err('this is not a regular expression')
  }
}

export const isGlob = (text: string): boolean => /[*?[]/.test(text)

/** The names that a shell pattern matches as a whole: `*`, `?`, `[abc]`, `[!abc]`. */
export function matchGlob(glob: string, names: readonly string[]): Result<readonly string[], string> {
  if (glob.length > LONGEST) return err(`a pattern has at most ${LONGEST} characters`)
  const parts = glob.match(/\*+|\?|\[!?\]?[^\]]*\]|[^]/g) ?? []
  try {
    return run(new RegExp(`^${parts.map(translate).join('')}$`), names)
  } catch {
    return err('this is not a pattern')
  }
}

function translate(part: string): string {
  if (part.startsWith('*')) return '.*'
  if (part === '?') return '.'
  if (part.length === 1) return part.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
  const inverted = part.startsWith('[!')
  const inner = part.slice(inverted ? 2 : 1, -1).replace(/[\\^\][]/g, '\\$&')
  return `[${inverted ? '^' : ''}${inner}]`
}

/** Only a script of its own can be given a time limit. One room serves all: to make one takes longer than any match, and a megabyte. */
const LOOP = new Script('for (const name of names) if (pattern.test(name)) hits.push(name)')
let room: Context | undefined

function run(pattern: RegExp, names: readonly string[]): Result<readonly string[], string> {
  const hits: string[] = []
  try {
    room ??= createContext({})
    LOOP.runInContext(Object.assign(room, { pattern, names, hits }), { timeout: PATIENCE_MS })
    return ok(hits)
  } catch {
    return err('this takes too long to match: write it more simply')
  }
}
