import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import Handlebars from 'handlebars/dist/handlebars.js'
import { z } from 'zod'
import { InputError, type Diagnostic } from '../diagnostic/diagnostic.ts'
import { sentences } from '../diagnostic/zod.ts'
import { contentOf, type Content } from '../values/content.ts'
import { Secret } from '../values/secret.ts'
import { checkTemplate } from './check.ts'
import { parsed, PRINTED } from './names.ts'
import { shapeOf } from './shape.ts'

/** A template beside its role, and the schema of what it is given. */
export interface Template<V extends z.ZodObject> {
  /**
   * The rendered text as content. When a secret is given, all of it counts as secret.
   *
   * @throws InputError when the view does not fit, or holds what cannot be printed.
   */
  (view: z.input<V>): Content
  readonly file: string
}

/** A template larger than this is a file to copy; compiling grows worse than its size. */
const LARGEST = 1024 * 1024

const known: { readonly file: string; check(): readonly Diagnostic[] }[] = []

/**
 * Declares a template: a Handlebars file beside the role, and a zod schema of its view. Both are checked against each other before any
 * host is contacted: every name in the file must be in the view, and every key of the view must be used.
 *
 * Helpers: `{{yaml x}}` writes any text as a YAML (and JSON) string; `{{compose x}}` the same with `$` doubled, for Compose files.
 * Loops name their item: `{{#each sites as |site|}}{{site.domain}} {{network}}{{/each}}`; other names mean the view there, too.
 *
 * @example
 * const compose = template(import.meta, 'docker-compose.yml.hbs', z.strictObject({ image: z.string() }))
 * file({ path: '/opt/services/redis/docker-compose.yml', content: compose({ image: p.image }) })
 */
export function template<V extends z.ZodObject>(meta: { readonly url: string }, name: string, view: V): Template<V> {
  const file = fileURLToPath(new URL(name, meta.url))
  const shown = relative('.', file)
  let render: Handlebars.TemplateDelegate | undefined
  const compile = (): Handlebars.TemplateDelegate => (render ??= handlebars().compile(parsed(readFileSync(file, 'utf8')), OPTIONS))
  known.push({ file, check: () => problemsOf(file, shown, view) })
  const make = (input: z.input<V>): Content => {
    const valid = view.safeParse(input)
    if (!valid.success) throw new InputError([{ message: `${shown}: its view: ${sentences(valid.error, view, input)}` }])
    const secrets: Secret[] = []
    const text = rendered(shown, () => compile()(members(valid.data, secrets)))
    return secrets.length > 0 ? contentOf(new Secret(text)) : contentOf(text)
  }
  return Object.assign(make, { file })
}

/** Every problem of every template that was declared: run before anybody is contacted. */
export function checkTemplates(): readonly Diagnostic[] {
  return known.flatMap(({ check }) => check())
}

const OPTIONS = { noEscape: true, knownHelpersOnly: true, knownHelpers: { yaml: true, compose: true, [PRINTED]: true }, preventIndent: true } as const

let shared: typeof Handlebars | undefined

function handlebars(): typeof Handlebars {
  if (shared) return shared
  shared = Handlebars.create()
  shared.registerHelper(PRINTED, (value: unknown, name: string) => {
    if (value === undefined) throw new InputError([{ message: `"${name}" is not given` }])
    return printable(value)
  })
  shared.registerHelper('yaml', (value: unknown) => JSON.stringify(printable(value)))
  shared.registerHelper('compose', (value: unknown) => JSON.stringify(printable(value).replaceAll('$', '$$$$')))
  return shared
}

function printable(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw unprintable(value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : 'nothing: a key that is not given')
}

const unprintable = (what: string) => new InputError([{ message: `a template prints text, numbers and booleans; this is ${what}` }])

/** What goes wrong while it is rendered, with the name of the file. */
function rendered(shown: string, render: () => string): string {
  try {
    return render()
  } catch (error) {
    throw new InputError([{ message: `${shown}: ${error instanceof Error ? error.message : String(error)}` }])
  }
}

/**
 * Secrets are put in as text here and nowhere else; what is rendered with one is a secret again. Handlebars would print nothing for null, which is
 * never meant.
 */
function revealed(value: unknown, secrets: Secret[]): unknown {
  if (value === null) throw unprintable('null')
  if (value instanceof Secret) {
    secrets.push(value)
    return value.reveal()
  }
  if (Array.isArray(value)) return value.map((each) => revealed(each, secrets))
  if (typeof value === 'object') return members(value, secrets)
  return value
}

/** A key without a value is one that is not there: Handlebars would print nothing for it. */
const members = (map: object, secrets: Secret[]): object =>
  Object.fromEntries(Object.entries(map).flatMap(([key, each]) => (each === undefined ? [] : [[key, revealed(each, secrets)]])))

function problemsOf(file: string, shown: string, view: z.ZodObject): readonly Diagnostic[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    return [{ message: `${shown}: ${error instanceof Error ? error.message : String(error)}` }]
  }
  if (text.length > LARGEST) return [{ message: `${shown} is larger than 1 MiB: copy it as a file instead` }]
  if (text.includes('\0')) return [{ message: `${shown} is not text: copy it as a file instead` }]
  return checkTemplate(shown, text, shapeOf(view))
}
