import { readdirSync, readFileSync } from 'node:fs'

/** What the source says of what it exports: the docstring, and the code below it. Text, for types are gone when a program runs. */
export interface Declared {
  readonly name: string
  /** Prose in Markdown. */
  readonly doc: string
  /** What stands after `@example`. */
  readonly example: string
  readonly code: string
}

const engine = new URL('../engine/', import.meta.url)
const sources = readdirSync(engine, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).sort().map((file) => readFileSync(new URL(file, engine), 'utf8'))

export const sourceOf = (file: string): string => readFileSync(new URL(file, engine), 'utf8')

/** An exported type or interface of the engine, whole. */
export function declaredType(name: string): Declared | undefined {
  const found = sources.map((text) => new RegExp(`^(?:/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n)?export ((?:interface ${name}\\b[^{\\n]*\\{\\n[^]*?^\\})|(?:type ${name}\\b[^\\n]*(?:\\n {2}[^\\n]*)*))`, 'm').exec(text)).find((each) => each !== null)
  return found && declared(name, found[1] ?? '', shown(found[2] ?? ''))
}

/** These types and the types of the engine that they name, each once. */
export function typesOf(code: string, told: Set<string> = new Set()): Declared[] {
  return [...code.matchAll(/\b[A-Z]\w*/g)].flatMap(([name]) => {
    const type = told.has(name) ? undefined : declaredType(name)
    told.add(name)
    return type ? [type, ...typesOf(type.code, told)] : []
  })
}

/** An exported `const` or function: the code is its first line. */
export function declaredValue(file: string, name: string): Declared {
  const found = new RegExp(`(?:/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n)?export (?:const|function) ${name}\\b(.*)$`, 'm').exec(sourceOf(file))
  if (!found) throw new Error(`${file} exports no ${name}`)
  return declared(name, found[1] ?? '', found[2] ?? '')
}

/** The public members of a class, in its order. What is `@internal`, or has no docstring, is the engine's own. */
export function membersOf(file: string, className: string): Declared[] {
  const body = new RegExp(`^export class ${className} \\{\\n([^]*?)^\\}`, 'm').exec(sourceOf(file))?.[1] ?? ''
  return [...body.matchAll(/^ {2}\/\*\*((?:(?!\*\/)[^])*)\*\/\n {2}(?!#|constructor)(.+)$/gm)]
    .filter(([, doc = '']) => !doc.includes('@internal'))
    .map(([, doc = '', line = '']) => declared(/^(?:readonly |get )?(\w+)/.exec(line)?.[1] ?? '', doc, line.replace(/ \{$/, '').replace(/^readonly /, '').replace(/^get (\w+)\(\)/, '$1')))
}

function declared(name: string, comment: string, code: string): Declared {
  const text = comment.replace(/^\s*\* ?/gm, '').replace(/\{@link (\w+)\}/g, '`$1`').trim()
  const [doc = '', ...tags] = text.split(/^@(?=\w+)/m)
  const thrown = tags.filter((tag) => tag.startsWith('throws')).map((tag) => `Throws ${tag.slice('throws '.length).trim()}`)
  const example = tags.find((tag) => tag.startsWith('example'))?.slice('example'.length).replace(/```(?:ts)?\n?/g, '').trim() ?? ''
  return { name, doc: [doc.trim(), ...thrown].join('\n\n').replace(/([^\n])\n(?=[^\n-])/g, '$1 ').trim(), example, code }
}

/** As a reader wants it: that nothing may be written to is understood. */
const shown = (code: string) => code.replace(/\breadonly /g, '')

export const codeBlock = (code: string): string => `\`\`\`ts\n${code.trim()}\n\`\`\``
