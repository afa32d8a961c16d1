import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { codeOf } from '../../values/error-code.ts'
import { inHome } from '../../values/home.ts'
import { wildcard } from './pattern.ts'

/** One line of ssh_config that says something, with the `Host` lines it stands under (one for each file on the way to it). */
export interface Directive {
  readonly keyword: string
  readonly values: readonly string[]
  readonly under: readonly (readonly string[])[]
  readonly where: string
}

export interface SshConfig {
  readonly directives: readonly Directive[]
  /** `Match` blocks, which are left out. */
  readonly warnings: readonly string[]
  /** Lines and files that cannot be read: nobody can say what they would have meant. */
  readonly problems: readonly string[]
}

/** As deep as OpenSSH follows `Include`. */
const DEEPEST_INCLUDE = 16

/**
 * Reads ssh_config files, each with what it includes, in order. A file that is not there counts as empty, unless `required`.
 * Nothing in them is ever executed: a `Match` block is left out whole, with a warning, because its condition may be a command.
 */
export async function loadSshConfig(files: readonly { path: string; required: boolean }[], home: string): Promise<SshConfig> {
  const directives: Directive[] = []
  const warnings: string[] = []
  const problems: string[] = []
  for (const { path, required } of files) await load(path, required, dirname(path), [], 0)
  return { directives, warnings, problems }

  async function load(path: string, required: boolean, base: string, outer: Directive['under'], depth: number): Promise<void> {
    let text: string
    try {
      text = await readFile(path, 'utf8')
      if (((await stat(path)).mode & 0o002) !== 0) problems.push(`${path} can be written by everybody: chmod o-w it`)
    } catch (error) {
      if (required || codeOf(error) !== 'ENOENT') problems.push(`${path} cannot be read (${codeOf(error, String(error))})`)
      return
    }
    let block: { kind: 'host'; patterns: readonly string[] } | { kind: 'match' } | undefined
    for (const [index, line] of text.split('\n').entries()) {
      const where = `${path}:${index + 1}`
      const words = splitLine(line)
      if (typeof words === 'string') {
        problems.push(`${where}: ${words}`)
        continue
      }
      const [keyword, ...values] = words
      if (keyword === undefined) continue
      if (keyword === 'match') {
        block = { kind: 'match' }
        warnings.push(`${where}: Match blocks are not supported; this one is left out`)
      } else if (keyword === 'host') {
        block = { kind: 'host', patterns: values }
      } else if (block?.kind !== 'match') {
        const under = block === undefined ? outer : [...outer, block.patterns]
        if (keyword !== 'include') directives.push({ keyword, values, under, where })
        else if (depth >= DEEPEST_INCLUDE) problems.push(`${where}: Include goes deeper than ${DEEPEST_INCLUDE} files`)
        else for (const pattern of values) for (const file of await included(pattern, base)) await load(file, false, base, under, depth + 1)
      }
    }
  }

  async function included(pattern: string, base: string): Promise<string[]> {
    const expanded = inHome(pattern, home)
    return glob(isAbsolute(expanded) ? expanded : join(base, expanded))
  }
}

/** `Keyword value…`, `Keyword=value`, "quoted values", # comments. The keyword comes back in lower case; a text is what is wrong. */
export function splitLine(line: string): string[] | string {
  const match = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+|$)(.*)$/s.exec(line)
  if (match === null) return /^\s*(#.*)?$/.test(line) ? [] : 'not "Keyword value"'
  const [, keyword = '', rest = ''] = match
  const words: string[] = [keyword.toLowerCase()]
  for (let at = 0; at < rest.length; ) {
    const char = rest[at]
    if (char === ' ' || char === '\t' || char === '\r') {
      at += 1
    } else if (char === '#') {
      break
    } else {
      const word = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\\.|[^\s"'])+/.exec(rest.slice(at))?.[0]
      if (word === undefined) return 'a quote is not closed'
      words.push(word.replace(/\\(["'\\ ])|["']/g, '$1'))
      at += word.length
    }
  }
  return words
}

/** The files a pattern names, sorted. Wildcards count in every part of the path. */
async function glob(pattern: string): Promise<string[]> {
  let found = ['/']
  for (const part of pattern.split('/').filter((part) => part !== '')) {
    if (!/[*?]/.test(part)) {
      found = found.map((dir) => join(dir, part))
      continue
    }
    const next: string[] = []
    for (const dir of found) {
      const names = await readdir(dir).catch(() => [])
      next.push(...names.filter((name) => !name.startsWith('.') && wildcard(part, name)).sort().map((name) => join(dir, name)))
    }
    found = next
  }
  return found
}
