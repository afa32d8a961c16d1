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

  override MustacheStatement(statement: hbs.AST.MustacheStatement): void {
    const { path, params, loc, strip } = statement
    for (const param of params) this.accept(param)
    if (path.type !== 'PathExpression' || params.length > 0) return
    const name = path as hbs.AST.PathExpression // the type says which it is
    const said: hbs.AST.StringLiteral = { type: 'StringLiteral', value: name.original, original: name.original, loc }
    this.accept(name)
    Object.assign(statement, { path: { ...name, data: false, depth: 0, parts: [PRINTED], original: PRINTED }, params: [name, said], strip })
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
    const [root = ''] = path.parts
    if (path.data || this.#items.some((names) => names.includes(root))) return
    Object.assign(path, { data: true, parts: ['root', ...path.parts], original: `@root.${path.original}` })
  }
}
