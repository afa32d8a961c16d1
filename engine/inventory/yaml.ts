import { isAlias, isMap, isScalar, isSeq, parseDocument, Scalar, type YAMLError } from 'yaml'
import type { Diagnostic, Place } from '../diagnostic/diagnostic.ts'
import { covered, diagnostic, unshown } from '../diagnostic/make.ts'
import { nearest } from '../diagnostic/nearest.ts'
import { SecretReference } from '../secrets/reference.ts'
import type { Problems } from './draft.ts'
import { DEEPEST, type Located, type LocatedEntry } from './located.ts'
import type { Source } from './source.ts'
import { SECRET_TAGS } from './secret-tags.ts'

/** More values than this in one file (aliases counted as often as they are used) are an accident or an attack. */
const MOST = 100_000
/** After this many syntax errors the rest is noise. */
const ENOUGH = 20

/**
 * YAML 1.2 (and so JSON) as located values. Stricter than the standard where it is known to mislead: unknown tags,
 * keys that only look different (`1` and `"1"`) and numbers that would not read back as they were written are errors.
 *
 * @returns undefined when it is not YAML at all. Other problems do not keep what else there is from being checked.
 */
export function parseYaml(source: Source, problems: Problems): Located | undefined {
  try {
    const document = parseDocument(source.text, { prettyErrors: false, uniqueKeys: false, resolveKnownTags: false, customTags: SECRET_TAGS, logLevel: 'error' })
    // A tag that cannot be read spoils its own value only.
    const spoilt = document.errors.some(({ code }) => code !== 'TAG_RESOLVE_FAILED')
    const found = spoilt ? document.errors : [...document.errors, ...document.warnings]
    problems.errors.push(...found.slice(0, ENOUGH).map((each) => syntaxError(each, source)))
    if (spoilt) return undefined
    if (document.directives.yaml.version !== '1.2') problems.errors.push(diagnostic('only YAML 1.2 is read', source.at(0), 'remove the %YAML line'))
    return new Reader(source, problems).read(document.contents, source.at(0), 0)
  } catch (error) {
    // The parser recurses, so a hostile nesting can exhaust its stack.
    problems.errors.push(diagnostic(error instanceof RangeError ? TOO_DEEP : 'this is not YAML that can be read', source.at(0)))
    return undefined
  }
}

const TOO_DEEP = `values nest deeper than ${DEEPEST} levels`

function syntaxError(error: YAMLError, source: Source): Diagnostic {
  const [start, end] = error.pos
  const at = source.at(start, end - start)
  switch (error.code) {
    case 'TAG_RESOLVE_FAILED':
      return unknownTag(error, at)
    case 'MULTIPLE_DOCS':
      return { message: 'there is more than one YAML document in this file', at, hint: 'remove the second "---"' }
    case 'TAB_AS_INDENT':
      return { message: 'a tab where YAML wants spaces', at, hint: 'indent with spaces' }
    case 'RESOURCE_EXHAUSTION':
      return { message: TOO_DEEP, at }
    default:
      return { message: `YAML: ${error.message.replace(QUOTES_SOURCE, '$1')}`, at: unshown(at) }
  }
}

/** Where the parser's message goes on with what was written. */
const QUOTES_SOURCE = /(extra characters|Not a YAML token|escape sequence)\b.*$/s

/** What other tools know. */
const FOREIGN_TAG = /^(!vault|!unsafe|!vault-encrypted|!include|!reset|!override|tag:yaml\.org,2002:\w+)$/

/** A text that begins with "!" looks like a tag too, and may be a secret: only what is known to be a tag is named. */
function unknownTag({ message }: YAMLError, at: Place): Diagnostic {
  const name = /^Unresolved tag: (.*)$/s.exec(message)?.[1]
  if (name === undefined) return { message, at }
  const meant = nearest(name, ['!secret', '!secrets'])
  if (meant !== undefined) return { message: `unknown tag ${name}`, at, hint: `did you mean "${meant}"?` }
  if (FOREIGN_TAG.test(name)) return { message: `unknown tag ${name}`, at, hint: TAGS }
  return { message: 'what begins with "!" is a tag, and this one is not known', at: covered(at), hint: `quote it when it is a text; ${TAGS}` }
}

const TAGS = 'values are plain but for !secret NAME, !secret NAME#KEY and !secrets PREFIX/, which stand for what a secret store holds'

class Reader {
  readonly #source: Source
  readonly #problems: Problems
  readonly #anchors = new Map<string, { readonly value: Located; readonly size: number }>()
  #size = 0

  constructor(source: Source, problems: Problems) {
    this.#source = source
    this.#problems = problems
  }

  read(node: unknown, key: Place, depth: number): Located {
    const start = this.#size
    const at = this.#place(node) ?? key
    const value = this.#value(node, at, depth)
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined
    if (anchor !== undefined) this.#anchors.set(anchor, { value, size: this.#size - start })
    return value
  }

  #value(node: unknown, at: Place, depth: number): Located {
    if (depth > DEEPEST) return this.#problem(TOO_DEEP, at)
    if (!this.#afford(1, at)) return NOTHING
    if (isAlias(node)) return this.#alias(node.source, at)
    if (isMap(node)) return this.#map(node.items, at, depth)
    if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => this.read(item, at, depth + 1)), at }
    return isScalar(node) ? this.#scalar(node, at) : { kind: 'scalar', value: null, at }
  }

  #map(pairs: readonly { readonly key: unknown; readonly value: unknown }[], at: Place, depth: number): Located {
    const entries = new Map<string, LocatedEntry>()
    const merged: Located[] = []
    for (const pair of pairs) {
      const place = this.#place(pair.key) ?? at
      const name = this.#key(pair.key)
      if (name === undefined) {
        this.#problem('a key must be a plain word', place)
        continue
      }
      const value = this.read(pair.value, place, depth + 1)
      const earlier = entries.get(name)?.key
      if (name === '<<' && isScalar(pair.key) && pair.key.type === Scalar.PLAIN) merged.push(...(value.kind === 'list' ? value.items : [value]))
      else if (earlier === undefined) entries.set(name, { key: place, value })
      else this.#problem(`"${name}" stands twice in the same map`, place, `the first is on line ${earlier.line}: keep one of them`)
    }
    // `<<: *defaults` gives what is not said here.
    for (const map of merged) {
      if (map.kind !== 'map') this.#problem('"<<" takes maps', map.at ?? at)
      else for (const [name, entry] of map.entries) if (!entries.has(name) && this.#afford(1, at)) entries.set(name, entry)
    }
    return { kind: 'map', entries, at }
  }

  /** A key as it is written: `1.10` stays "1.10", and is the same key as `"1.10"`. */
  #key(node: unknown): string | undefined {
    if (!isScalar(node) || node.value === null || node.value instanceof SecretReference) return undefined
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
  }

  #scalar(node: Scalar, at: Place): Located {
    const { value, source } = node
    if (typeof value !== 'number' || source === undefined) return { kind: 'scalar', value, at }
    const changed = Number.isInteger(value) ? !/^[-+]?(0|[1-9]\d*)(\.\d*)?([eE][-+]?\d+)?$/.test(source) || !Number.isSafeInteger(value) : !Number.isFinite(value)
    if (changed) return this.#problem('this number would not stay as it is written', covered(at), QUOTE_IT)
    return { kind: 'scalar', value, at }
  }

  #alias(name: string, at: Place): Located {
    const anchored = this.#anchors.get(name)
    if (anchored === undefined) return this.#problem('what begins with "*" repeats an anchor (&), and there is none of that name before this', covered(at), 'quote it when it is a text')
    return this.#afford(anchored.size, at) ? anchored.value : NOTHING
  }

  /** False when there is too much; said once. */
  #afford(size: number, at: Place): boolean {
    const before = this.#size
    this.#size += size
    if (this.#size > MOST && before <= MOST) this.#problem(`more than ${MOST} values in one file`, at)
    return this.#size <= MOST
  }

  #problem(message: string, at: Place, hint?: string): Located {
    this.#problems.errors.push(diagnostic(message, at, hint))
    return NOTHING
  }

  #place(node: unknown): Place | undefined {
    if (!(isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) || !node.range) return undefined
    const [start, end] = node.range
    return end > start ? this.#source.at(start, end - start) : undefined
  }
}

const QUOTE_IT = 'quote it: a bare 0755 is the number 755, and long numbers lose digits'
const NOTHING: Located = { kind: 'scalar', value: null, at: undefined }
