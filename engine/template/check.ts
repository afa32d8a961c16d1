import Handlebars from 'handlebars/dist/handlebars.js'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { suggest } from '../diagnostic/nearest.ts'
import type { Shape } from './shape.ts'

/** Compiling costs more than in proportion from here on. */
const MOST_EXPRESSIONS = 2000

/**
 * Compares the names in a template with the keys of its view. Handlebars itself sees a missing name only when it prints it, and not at all
 * in `{{#if}}` and `{{#each}}`.
 */
export function checkTemplate(file: string, text: string, view: Shape): readonly Diagnostic[] {
  let program: hbs.AST.Program
  try {
    program = Handlebars.parse(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const line = Number(/line (\d+)/.exec(message)?.[1] ?? 1)
    return [{ message: 'the template cannot be read', at: { file, line, column: 1, text: text.split('\n')[line - 1] ?? '' }, hint: message.split('\n').at(-1) ?? '' }]
  }
  const found = new Names(file, text.split('\n'), view)
  found.accept(program)
  const unused = [...(view.keys?.keys() ?? [])].filter((key) => !found.used.has(key)).map((key) => ({ message: `${file}: "${key}" is in the view and not in the template` }))
  const many = found.count > MOST_EXPRESSIONS ? [{ message: `${file} has ${found.count} expressions; more than ${MOST_EXPRESSIONS} take too long to compile` }] : []
  return [...found.problems, ...unused, ...many]
}

class Names extends Handlebars.Visitor {
  readonly problems: Diagnostic[] = []
  readonly used = new Set<string>()
  count = 0
  readonly #file: string
  readonly #lines: readonly string[]
  readonly #view: Shape
  /** What the names of items stand for, the innermost loop last. */
  readonly #items: Map<string, Shape>[] = []
  /** Of each block whether it is a loop without a name for the item: over what, and what an item of it is. */
  readonly #nameless: ({ readonly over: string; readonly item: Shape } | undefined)[] = []

  constructor(file: string, lines: readonly string[], view: Shape) {
    super()
    this.#file = file
    this.#lines = lines
    this.#view = view
  }

  override MustacheStatement(statement: hbs.AST.MustacheStatement): void {
    this.count++
    this.#call(statement)
  }

  override SubExpression(expression: hbs.AST.SubExpression): void {
    this.#call(expression)
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    this.count++
    this.#call(block)
    const [item, ...more] = block.program?.blockParams ?? []
    const [over] = block.params
    const shape = this.#below(over)?.item ?? {}
    const each = item === undefined ? [] : [[item, shape] as const, ...more.map((name) => [name, {}] as const)]
    for (const [name] of each) if (HELPERS.includes(name)) this.#problem(`"${name}" is a helper, and no name for an item`, block.loc)
    this.#items.push(new Map(each))
    this.#nameless.push(item === undefined && isPath(block.path) && block.path.original === 'each' && isPath(over) ? { over: over.original, item: shape } : undefined)
    if (block.program) this.accept(block.program)
    this.#items.pop()
    this.#nameless.pop()
    if (block.inverse) this.accept(block.inverse)
  }

  override PartialStatement(statement: hbs.AST.PartialStatement): void {
    this.#problem('a template takes no partials', statement.loc, 'write the text here, or make it a view value')
  }

  /** `{{name}}`, `{{helper a b}}`, `{{#if a}}`: the first word is a helper when something follows it or it is one of the house. */
  #call({ path, params, hash }: hbs.AST.MustacheStatement | hbs.AST.SubExpression | hbs.AST.BlockStatement): void {
    if (params.length === 0 && !hash?.pairs.length) this.accept(path)
    else if (isPath(path)) this.#helper(path)
    for (const param of params) this.accept(param)
    for (const pair of hash?.pairs ?? []) this.accept(pair.value)
  }

  #helper(path: hbs.AST.PathExpression): void {
    if (!HELPERS.includes(path.original)) this.#problem(`there is no helper "${path.original}"`, path.loc, suggest(path.original, HELPERS))
  }

  override PathExpression(path: hbs.AST.PathExpression): void {
    if (path.data) return DATA.includes(path.original) ? undefined : this.#problem(`there is no "${path.original}"`, path.loc, `there is: ${DATA.join(', ')}; a name of the view stands alone, also in a loop`)
    const [root] = path.parts
    if (path.depth > 0 || path.original.startsWith('this') || root === undefined) return this.#problem(`"${path.original}" hides what is meant`, path.loc, 'name the item: {{#each nodes as |node|}}{{node.name}}')
    if (this.#view.keys?.has(root)) this.used.add(root)
    this.#below(path, true)
  }

  /** What stands at the end of a path. Undefined when a name of it is unknown, which is told when asked for. */
  #below(path: hbs.AST.Expression | undefined, tell = false): Shape | undefined {
    if (!isPath(path)) return {}
    const { parts, loc, original } = path
    const [root = '', ...rest] = parts
    const item = this.#items.findLast((names) => names.has(root))?.get(root)
    let at: Shape | undefined = item ?? this.#view.keys?.get(root)
    if (at === undefined && tell) this.#problem(`"${root}" is not in the view`, loc, this.#itemWith(root) ?? this.#itemIn(root) ?? suggest(root, [...(this.#view.keys?.keys() ?? [])]))
    for (const [index, name] of rest.entries()) {
      if (at?.keys === undefined) return at && {}
      const keys: readonly string[] = [...at.keys.keys()]
      at = at.keys.get(name)
      if (at === undefined && tell) this.#problem(`"${original}": there is no "${name}" in ${[root, ...rest.slice(0, index)].join('.')}`, loc, suggest(name, keys))
    }
    return at
  }

  /** Whoever comes from another dialect leaves the item out. */
  #itemWith(name: string): string | undefined {
    const here = this.#items.flatMap((names) => [...names]).find(([, { keys }]) => keys?.has(name))
    return here && `it is in the item: {{${here[0]}.${name}}}`
  }

  /** The same where it has no name yet, as Handlebars would have it. */
  #itemIn(name: string): string | undefined {
    const loop = this.#nameless.findLast((each) => each !== undefined && (each.item.keys?.has(name) ?? true))
    return loop && `name the item: {{#each ${loop.over} as |item|}}{{item.${name}}}`
  }

  #problem(message: string, loc: hbs.AST.SourceLocation, hint?: string): void {
    const { line, column } = loc.start
    const length = loc.end.line === line ? loc.end.column - column : 1
    this.problems.push({ message, at: { file: this.#file, line, column: column + 1, length, text: this.#lines[line - 1] ?? '' }, ...(hint !== undefined && { hint }) })
  }
}

/** The type says which it is. */
const isPath = (node: hbs.AST.Node | undefined): node is hbs.AST.PathExpression => node?.type === 'PathExpression'

/** What Handlebars knows in a loop. */
const DATA: readonly string[] = ['@index', '@first', '@last', '@key']

const HELPERS: readonly string[] = ['yaml', 'compose', 'if', 'unless', 'each']
