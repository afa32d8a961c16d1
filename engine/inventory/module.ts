import module from 'node:module'
import { pathToFileURL } from 'node:url'
import { diagnostic } from '../diagnostic/make.ts'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { err, ok, type Result } from '../values/result.ts'
import { fromPlain, type Located } from './located.ts'
import { displayName } from './source.ts'

/** A module that asks a cloud for its hosts may take a while, but not for ever. */
const PATIENCE_MS = 60_000

/**
 * Runs an inventory written in TypeScript: its default export is what the YAML would say, or a function (async or not) that returns it.
 *
 * @example
 * export default async () => ({ all: { hosts: { web1: { ansible_host: '192.0.2.10' } } } })
 */
export async function readModule(path: string, cwd: string, patienceMs = PATIENCE_MS): Promise<Result<Located, readonly Diagnostic[]>> {
  const at = { file: displayName(path, cwd), line: 1, column: 1 }
  const fail = (message: string, hint?: string): Result<never, readonly Diagnostic[]> => err([diagnostic(message, at, hint)])
  const late = Symbol('late')
  let timer: NodeJS.Timeout | undefined
  try {
    const timeout = new Promise<typeof late>((resolve) => (timer = setTimeout(resolve, patienceMs, late)))
    const value = await Promise.race([evaluate(path), timeout])
    if (value === late) return fail(`this inventory did not answer within ${patienceMs / 1000} s`)
    if (value === undefined) return fail('this module has no default export, or its function returned nothing', 'export default { all: { hosts: { … } } }')
    return ok(fromPlain(value, at))
  } catch (error) {
    return fail(`this inventory failed: ${error instanceof Error ? error.message : 'it threw something that is not an Error'}`)
  } finally {
    clearTimeout(timer)
  }
}

let isHooked = false

async function evaluate(path: string): Promise<unknown> {
  // Only now: what is hooked in makes every import after it slower.
  if (!isHooked && !Reflect.get(process.features, 'typescript')) module.register(new URL('as-module.js', import.meta.url))
  isHooked = true
  const exported: unknown = await import(pathToFileURL(path).href)
  const value: unknown = typeof exported === 'object' && exported !== null ? Reflect.get(exported, 'default') : undefined
  return typeof value === 'function' ? await value() : value
}
