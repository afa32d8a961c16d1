import Handlebars from 'handlebars/dist/handlebars.js'

/** The helper that prints what stands alone in braces: what is not given is never printed as nothing. */
export const PRINTED = 'printed'

/**
 * A template as it is compiled: a name means the view wherever it stands, also inside of a loop, where Handlebars would look for it in the item;
 * and what is printed goes through {@link PRINTED}.
 */
export function parsed(text: string): hbs.AST.Program {
  const program = Handlebars.parse(text)
  new Meaning().accept(program)
  return program
}

class Meaning extends Handlebars.Visitor {
  readonly #items: string[][] = []
  /** The last one, as it is written. */
  #name: string | undefined

  override MustacheStatement(statement: hbs.AST.MustacheStatement): void {
    const { path, params, loc } = statement
    for (const param of params) this.accept(param)
    if (params.length > 0) return
    this.#name = undefined
    this.accept(path)
    if (this.#name === undefined) return // a literal
    const said: hbs.AST.StringLiteral = { type: 'StringLiteral', value: this.#name, original: this.#name, loc }
    Object.assign(statement, { path: { ...path, data: false, depth: 0, parts: [PRINTED], original: PRINTED }, params: [path, said] })
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    for (const param of block.params) this.accept(param)
    this.#items.push(block.program?.blockParams ?? [])
    if (block.program) this.accept(block.program)
    this.#items.pop()
    if (block.inverse) this.accept(block.inverse)
  }

  override SubExpression({ params }: hbs.AST.SubExpression): void {
    for (const param of params) this.accept(param)
  }

  override PathExpression(path: hbs.AST.PathExpression): void {
    this.#name = path.original
    const [root = ''] = path.parts
    if (path.data || this.#items.some((names) => names.includes(root))) return
    Object.assign(path, { data: true, parts: ['root', ...path.parts], original: `@root.${path.original}` })
  }
}
