import { z } from 'zod'

type Schema = z.core.JSONSchema.JSONSchema

/** The rows of a table: what can be given, its type, its default, what it is for. What an object holds stands below it, named by its path. */
export function paramRows(params: z.ZodType): string[][] {
  const schema = z.toJSONSchema(params, {
    io: 'input',
    unrepresentable: 'any',
    // A default is that of the result, so zod leaves it out where the result is another than what is given. An empty map or list is the same in both.
    override: ({ zodSchema: { _zod: { def } }, jsonSchema }) => {
      if (def.type === 'default' && ['{}', '[]'].includes(JSON.stringify(def.defaultValue))) jsonSchema.default ??= def.defaultValue
    },
  })
  return rowsOf(leaves(schema), '').map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))
}

/** The fields of an object, each with what lies below it. Of a union of objects the fields of every form; where forms differ, it is said which has it. */
function rowsOf(forms: readonly Schema[], before: string): string[][] {
  const names = new Set(forms.flatMap((form) => Object.keys(form.properties ?? {})))
  return [...names].flatMap((name) =>
    variants(name, forms).flatMap((having) => {
      const field = fieldOf(having[0], name)
      const path = `${before}${name}`
      const marks = having.length === forms.length ? [] : having.flatMap((form) => markOf(form, forms) ?? [])
      const only = marks.some((mark) => mark.name === name) || marks.length === 0 ? '' : `with ${marks.map(({ text }) => text).join(' or ')}`
      const doc = [only, field.description ?? ''].filter((text) => text !== '').join(': ')
      return [[`\`${path}\``, typeOf(field), fallbackOf(name, having[0], forms), doc], ...below(field, path)]
    }),
  )
}

function below(schema: Schema, path: string): string[][] {
  const all = leaves(schema)
  const parts = all.flatMap(({ items, additionalProperties }): [unknown, string][] => [[items, `${path}[]`], [additionalProperties, `${path}.<name>`]])
  return [...rowsOf(all.filter(({ properties }) => properties !== undefined), `${path}.`), ...parts.flatMap(([part, at]) => (isSchema(part) ? below(part, at) : []))]
}

type Forms = readonly [Schema, ...Schema[]]

/** The forms that have this field, those together that say the same of it. */
function variants(name: string, forms: readonly Schema[]): Forms[] {
  const found = new Map<string, Forms>()
  for (const form of forms) {
    if (form.properties?.[name] === undefined) continue
    const key = JSON.stringify([fieldOf(form, name), isRequired(form, name)])
    const same = found.get(key)
    found.set(key, same === undefined ? [form] : [...same, form])
  }
  return [...found.values()]
}

/** What is there when it is not given; or that it must be. */
function fallbackOf(name: string, form: Schema, forms: readonly Schema[]): string {
  const field = fieldOf(form, name)
  const isMark = markOf(form, forms)?.name === name
  const others = isMark && field.const === undefined ? forms.flatMap((other) => (other === form ? [] : (markOf(other, forms)?.text ?? []))) : []
  if (isRequired(form, name)) return ['**required**', ...(others.length > 0 ? [`or ${others.join(', ')}`] : [])].join(', ')
  const fallback = field.default ?? (isMark ? field.const : undefined)
  return fallback === undefined ? '' : `\`${JSON.stringify(fallback)}\``
}

/** What tells one form of a union from the others: a value that only it has for a field of all, or a field that it requires and no other has. */
function markOf(form: Schema, forms: readonly Schema[]): { readonly name: string; readonly text: string } | undefined {
  if (forms.length < 2) return undefined
  const fixed = Object.keys(form.properties ?? {}).find((name) => forms.every((each) => fieldOf(each, name).const !== undefined))
  if (fixed !== undefined) return { name: fixed, text: `\`${fixed}: ${JSON.stringify(fieldOf(form, fixed).const)}\`` }
  const own = form.required?.find((name) => forms.every((each) => each === form || each.properties?.[name] === undefined))
  return own === undefined ? undefined : { name: own, text: `\`${own}\`` }
}

/** A union as what it is of; a secret may be given in two forms, of which a reader sees none. */
function leaves(schema: Schema): Schema[] {
  const parts = schema['secret'] === true ? undefined : (schema.anyOf ?? schema.oneOf)
  return parts?.flatMap(leaves) ?? [schema]
}

const typeOf = (schema: Schema): string => [...new Set(leaves(schema).map(leafType))].join(' | ')

function leafType(schema: Schema): string {
  const { type, title, items, additionalProperties } = schema
  if (schema['secret'] === true) return 'secret'
  if (schema.$ref !== undefined) return 'JSON' // the one type that holds itself
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(' | ')
  if (type === 'array') return `list of ${isSchema(items) ? grouped(typeOf(items)) : 'values'}`
  if (type === 'object' && isSchema(additionalProperties)) return `map of ${grouped(typeOf(additionalProperties))}`
  return type === undefined ? (title ?? 'value') : [type].flat().join(' | ')
}

const grouped = (type: string) => (type.includes(' | ') ? `(${type})` : type)
const isSchema = (part: unknown): part is Schema => typeof part === 'object' && part !== null && !Array.isArray(part)
const isRequired = (form: Schema, name: string) => form.required?.includes(name) === true

function fieldOf(form: Schema, name: string): Schema {
  const field = form.properties?.[name]
  return isSchema(field) ? field : {}
}
