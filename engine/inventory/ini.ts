import { diagnostic, unshown } from '../diagnostic/make.ts'
import { suggest } from '../diagnostic/nearest.ts'
import type { DraftChild, DraftGroup, DraftHost, Problems } from './draft.ts'
import { EMPTY, fromPlain, type Located, type LocatedEntry } from './located.ts'
import type { Source } from './source.ts'
import { splitWords, type Word } from './words.ts'

type Kind = 'hosts' | 'vars' | 'children'

interface Section {
  readonly name: string
  readonly kind: Kind
  readonly line: number
  readonly hosts: DraftHost[]
  readonly children: DraftChild[]
  readonly vars: Map<string, LocatedEntry>
}

/** Reads Ansible's INI: `[group]`, `[group:vars]`, `[group:children]`; hosts before the first section are in no group. */
export function readIni(source: Source, problems: Problems): DraftGroup[] {
  const ungrouped = newSection('ungrouped', 'hosts', 1)
  const sections: Section[] = []
  let current: Section | undefined = ungrouped
  for (let line = 1; line <= source.lineCount; line++) {
    const text = source.line(line)
    if (/^\s*([#;]|$)/.test(text)) continue
    if (/^\s*\[/.test(text)) {
      current = readHeader(text, line, source, problems)
      if (current !== undefined) sections.push(current)
    } else if (current !== undefined) readLine(current, text, line, source, problems)
  }
  if (ungrouped.hosts.length > 0) sections.unshift(ungrouped)
  checkDeclared(sections, source, problems)
  return sections.map(({ name, line, hosts, children, vars }) => ({ name, at: source.header(line, 2, name.length), hosts, children, vars: { ...EMPTY, entries: vars } }))
}

const newSection = (name: string, kind: Kind, line: number): Section => ({ name, kind, line, hosts: [], children: [], vars: new Map() })

/** Undefined when it is not understood: then the lines beneath it mean nothing either. */
function readHeader(text: string, line: number, source: Source, problems: Problems): Section | undefined {
  const [, name, kind = 'hosts'] = /^\s*\[([^\]:\s]+)(?::([^\]\s]*))?\]\s*([#;].*)?$/.exec(text) ?? []
  if (name !== undefined && (kind === 'hosts' || kind === 'vars' || kind === 'children')) return newSection(name, kind, line)
  const known = name === undefined ? undefined : suggest(kind, ['vars', 'children'])
  const at = source.header(line, 1, text.length)
  problems.errors.push(diagnostic('a section is [group], [group:vars] or [group:children]', /^\s*\[[\w.:-]*\]?\s*$/.test(text) ? at : unshown(at), known))
  return undefined
}

function readLine(section: Section, text: string, line: number, source: Source, problems: Problems): void {
  if (section.kind === 'vars') return readVariable(section, text, line, source, problems)
  const words = splitWords(text)
  if (!words.ok) return void problems.errors.push(diagnostic(words.error.message, unshown(source.on(line, words.error.column))))
  const [first, ...rest] = words.value
  if (first === undefined) return
  const at = source.on(line, first.column, first.length)
  const name = first.text.slice(0, Math.max(0, first.text.indexOf('=')))
  if (name !== '') return void problems.errors.push(diagnostic(`"${name}" is given a value where a name is expected`, source.on(line, first.column, name.length), `variables of a group stand beneath [${section.name}:vars], those of a host after its name`))
  if (section.kind === 'hosts') {
    const entries = new Map<string, LocatedEntry>()
    for (const word of rest) addVariable(entries, word, line, source, problems)
    section.hosts.push({ pattern: first.text, at, vars: { ...EMPTY, entries } })
    return
  }
  section.children.push({ name: first.text, at })
  const [extra] = rest
  if (extra !== undefined) problems.errors.push(diagnostic('in [group:children] a line is one name', source.on(line, extra.column, extra.length)))
}

/**
 * `key = value` up to the end of the line; the value may be quoted. A " #" after quotes, a number, a truth value or JSON starts a comment; in a bare text
 * Ansible has it for a part of the text, most people do not, and a password is not guessed at.
 */
function readVariable(section: Section, text: string, line: number, source: Source, problems: Problems): void {
  const indent = text.length - text.trimStart().length
  const equals = text.indexOf('=')
  if (equals === -1) return void problems.errors.push(diagnostic('expected "name = value"', unshown(source.on(line, indent + 1))))
  const key = text.slice(indent, equals).trimEnd()
  const rest = text.slice(equals + 1)
  const start = equals + 1 + rest.length - rest.trimStart().length
  const bare = rest.trim()
  const [, quoted] = /^(?:"([^"]*)"|'([^']*)')\s*(?:#.*)?$/.exec(bare)?.filter((part) => part !== undefined) ?? []
  if (hasEscape(bare)) return void problems.errors.push(diagnostic('a "\\" in quotes means something to Ansible, which is not read here', unshown(source.on(line, start + 1)), 'without quotes the text is taken as it stands'))
  const before = isText(bare) ? withoutComment(rest) : rest
  const value = quoted ?? before.trim()
  if (quoted === undefined && before !== rest && isText(value)) return void problems.errors.push(diagnostic('here "#" may begin a comment or belong to the text', unshown(source.on(line, equals + before.length + 2)), 'quote the text; a comment may stand on a line of its own'))
  const word = { text: `${key}=${value}`, column: indent + 1, length: key.length, quotedFrom: quoted === undefined ? undefined : key.length + 1 }
  addVariable(section.vars, word, line, source, problems, start + 1)
}

/** Whether a text stands in quotes, with a "\" between them. */
function hasEscape(text: string): boolean {
  const close = text.lastIndexOf(text.charAt(0))
  return /^["']/.test(text) && text.slice(1, close).includes('\\') && /^\s*(?:#.*)?$/.test(text.slice(close + 1))
}

const isText = (text: string): boolean => {
  const read = typed(text, false, undefined)
  return read.kind === 'scalar' && typeof read.value === 'string'
}

function withoutComment(text: string): string {
  for (let at = text.indexOf('#'); at !== -1; at = text.indexOf('#', at + 1)) {
    if (at === 0 || /\s/.test(text.charAt(at - 1))) return text.slice(0, at)
  }
  return text
}

function addVariable(entries: Map<string, LocatedEntry>, word: Word, line: number, source: Source, problems: Problems, column?: number): void {
  const at = source.on(line, word.column, word.length)
  const equals = word.text.indexOf('=')
  if (equals < 1) return void problems.errors.push(diagnostic('after the name of a host stand variables: name=value', unshown(at), equals === 0 ? 'write it without blanks around "="' : undefined))
  const name = word.text.slice(0, equals)
  const key = source.on(line, word.column, name.length)
  if (entries.has(name)) return void problems.errors.push(diagnostic(`"${name}" is given twice`, key, 'keep one of them'))
  const text = word.text.slice(equals + 1)
  const start = column ?? word.column + equals + 1
  entries.set(name, { key, value: typed(text, word.quotedFrom !== undefined, source.on(line, start, text.length)) })
}

/** A bare number or truth value is one, JSON is a list or map, all else is a string: `0755`, `1.10` and what is quoted. */
function typed(text: string, quoted: boolean, at: Located['at']): Located {
  if (/^[{[].*[}\]]$/s.test(text)) {
    try {
      return fromPlain(JSON.parse(text), at)
    } catch {
      // Not JSON, so it is text: an address such as [::1].
    }
  }
  if (!quoted && /^(true|false)$/i.test(text)) return { kind: 'scalar', value: /^true$/i.test(text), at }
  const isNumber = !quoted && /^-?\d+(\.\d+)?$/.test(text) && String(Number(text)) === text
  return { kind: 'scalar', value: isNumber ? Number(text) : text, at }
}

/** Unlike in YAML, naming a group is not declaring it: a misspelt one would silently be another. */
function checkDeclared(sections: readonly Section[], source: Source, problems: Problems): void {
  const declared = new Set(['all', 'ungrouped', ...sections.filter((section) => section.kind !== 'vars').map((section) => section.name)])
  const check = (name: string, at: DraftChild['at']): void => {
    if (!declared.has(name)) problems.errors.push(diagnostic(`there is no group "${name}"`, at, suggest(name, declared) ?? `declare it: [${name}]`))
  }
  for (const section of sections) {
    if (section.kind === 'vars') check(section.name, source.header(section.line, 2, section.name.length))
    for (const child of section.children) check(child.name, child.at)
  }
}
