import { z } from 'zod'
import type { Diagnostic, Place } from '../diagnostic/diagnostic.ts'
import { diagnoseZod } from '../diagnostic/zod.ts'
import { err, ok, type Result } from '../values/result.ts'
import { filled, NOT_ASKED, settledIssues, type SecretAnswers } from './filled.ts'
import { child, EMPTY, findPlace, fromPlain, type Located, type LocatedMap } from './located.ts'
import { over } from './merge.ts'
import type { InventoryHost, LocatedVars } from './types.ts'

/**
 * A role's variables for a host, checked by the role's schema: the schema's default < groups < host < call < `-e`, key by key.
 *
 * @param call what the playbook gives. Undefined values count as not given.
 * @param secrets gives what references stand for. Default: stand-ins, as before any store was asked.
 * @returns the parsed variables, or every problem at its place. What is missing is shown at the role's key, or at the host where there is none.
 * @example
 * readRoleVars(host, 'postgres', z.strictObject({ image: z.string().default('postgres:16-alpine') }))
 */
export function readRoleVars<S extends z.ZodType>(host: InventoryHost, role: string, schema: S, call: Record<string, unknown> = {}, secrets: SecretAnswers = NOT_ASKED): Result<z.output<S>, readonly Diagnostic[]> {
  const said = only(host.vars, role)
  const tree = isMapOrNothing(child(said, role)?.value) ? [wrap(role, call), only(host.extra, role)].reduce(over, said) : said
  const node = child(tree, role)?.value
  const { value: input, open } = node === undefined || isNull(node) ? { value: {}, open: [] } : filled(node, (reference, at) => secrets.of(reference, at ?? host.connection.at, host))
  const parsed = schema.safeParse(input)
  if (parsed.success) return ok(parsed.data)

  const place = (part: 'key' | 'value') => (path: readonly PropertyKey[]): Place | undefined => {
    const [key = ''] = path
    const fromCall = Object.hasOwn(call, key) && Reflect.get(call, key) !== undefined && childAt(host.extra.tree, role, key) === undefined
    return fromCall ? undefined : (findPlace(tree, [role, ...path], part) ?? host.connection.at)
  }
  const problems = diagnoseZod(new z.ZodError(settledIssues(parsed.error, open)), { place: place('value'), keyPlace: place('key'), prefix: role, schema, input })
  return err(problems.map((each) => (each.at === undefined ? { ...each, hint: each.hint ?? 'this value is given in the playbook' } : each)))
}

const childAt = (map: LocatedMap, role: string, key: PropertyKey) => child(child(map, role)?.value ?? EMPTY, key)
const isNull = (node: Located): boolean => node.kind === 'scalar' && node.value === null
const isMapOrNothing = (node: Located | undefined): boolean => node === undefined || node.kind === 'map' || isNull(node)

function only(vars: LocatedVars, role: string): LocatedMap {
  const entry = vars.tree.entries.get(role)
  return entry === undefined ? EMPTY : { kind: 'map', entries: new Map([[role, entry]]), at: undefined }
}

function wrap(role: string, call: Record<string, unknown>): LocatedMap {
  const value = fromPlain(call, undefined)
  return { kind: 'map', entries: new Map([[role, { key: undefined, value }]]), at: undefined }
}
