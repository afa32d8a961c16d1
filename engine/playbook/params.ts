import { z } from 'zod'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { diagnoseZod } from '../diagnostic/zod.ts'
import { filled, NOT_ASKED, settledIssues, type SecretAnswers } from '../inventory/filled.ts'
import { child } from '../inventory/located.ts'
import type { LocatedVars } from '../inventory/types.ts'
import { err, ok, type Result } from '../values/result.ts'
import type { Playbook } from './playbook.ts'

/** A playbook's param as flags and help show it. */
export interface ParamInfo {
  /** As in `-e`: "app_name". */
  readonly name: string
  /** As a flag: "app-name". */
  readonly flag: string
  readonly type: string
  readonly doc: string
  readonly required: boolean
  /** JSON text of the default, when there is one. */
  readonly fallback?: string
}

/** What a playbook takes, read from its schema: the one source of parsing, help and types. */
export function paramsOf(playbook: Pick<Playbook, 'params'>): ParamInfo[] {
  const required = new Set(schemaOf(playbook).required ?? [])
  return Object.entries(propertiesOf(playbook)).map(([name, property]) => ({
    name,
    flag: flagOf(name),
    type: typeText(property),
    doc: property.description ?? '',
    required: required.has(name),
    ...(property.default !== undefined && { fallback: JSON.stringify(property.default) }),
  }))
}

/**
 * The params from what `-e` and the flags gave. What was typed is text, so it is read as what the schema wants there:
 * numbers, true/false, comma lists, JSON.
 *
 * @param secrets gives what references stand for. Default: stand-ins, as before any store was asked.
 */
export function readParams<P extends z.ZodObject>(playbook: Pick<Playbook<P>, 'params'>, extra: LocatedVars, secrets: SecretAnswers = NOT_ASKED): Result<z.output<P>, readonly Diagnostic[]> {
  const properties = propertiesOf(playbook)
  const open: PropertyKey[][] = []
  const input = Object.fromEntries(
    Object.entries(properties).flatMap(([name, property]) => {
      const given = child(extra.tree, name)?.value
      if (given === undefined) return []
      const read = filled(given, (reference, at) => secrets.of(reference, at, undefined))
      open.push(...read.open.map((path) => [name, ...path]))
      return [[name, typeof read.value === 'string' ? fitted(read.value, property) : read.value]]
    }),
  )
  const parsed = playbook.params.safeParse(input)
  if (parsed.success) return ok(parsed.data)
  const where = { place: (path: readonly PropertyKey[]) => (path.length > 0 && String(path[0]) in input ? extra.place(path) : undefined), schema: playbook.params, input }
  return err(
    settledIssues(parsed.error, open).flatMap((issue) => {
      const [name] = issue.path
      const hint = `give it as ${name === undefined ? 'a flag' : `--${flagOf(String(name))}`}, or with -e name=value; --help shows all`
      return diagnoseZod(new z.ZodError([issue]), where).map((each) => (each.at === undefined ? { ...each, hint: each.hint ?? hint } : each))
    }),
  )
}

const flagOf = (name: string): string => name.replaceAll('_', '-')

interface Property {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Property[]
  readonly items?: Property
}

function schemaOf({ params }: Pick<Playbook, 'params'>): { properties?: Record<string, Property>; required?: string[] } {
  // JSON Schema as zod emits it; only the keys named in Property are looked at.
  return z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }) as { properties?: Record<string, Property>; required?: string[] }
}

const propertiesOf = (playbook: Pick<Playbook, 'params'>): Record<string, Property> => schemaOf(playbook).properties ?? {}

function typesOf(property: Property): string[] {
  return [...(property.type === undefined ? [] : [property.type].flat()), ...(property.anyOf ?? []).flatMap(typesOf)]
}

function typeText(property: Property): string {
  if (property.enum) return property.enum.map(String).join('|')
  if (property.type === 'array') return `list of ${property.items ? typeText(property.items) : 'values'}`
  return typesOf(property).join('|') || 'value'
}

function fitted(text: string, property: Property): unknown {
  const types = typesOf(property)
  if (types.includes('string')) return text
  if ((types.includes('number') || types.includes('integer')) && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text)
  if (types.includes('boolean') && /^(?:true|false)$/.test(text)) return text === 'true'
  if (types.includes('array') && !text.trimStart().startsWith('[')) return text === '' ? [] : text.split(',').map((part) => part.trim())
  if (types.includes('array') || types.includes('object')) return jsonOr(text)
  return text
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text // the schema says what it wanted
  }
}
