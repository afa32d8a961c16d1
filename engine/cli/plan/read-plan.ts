import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Diagnostic, Place } from '../../diagnostic/diagnostic.ts'
import { diagnoseZod } from '../../diagnostic/zod.ts'
import type { Problems } from '../../inventory/draft.ts'
import { displayName, Source } from '../../inventory/source.ts'
import { locatedVars } from '../../inventory/vars.ts'
import { parseYaml } from '../../inventory/yaml.ts'
import { Plan, VERSION } from '../../plan/plan.ts'
import { err, ok, type Result } from '../../values/result.ts'

/** Bytes: a plan for a thousand hosts with a thousand changes each is larger, and nobody reads it. */
const LARGEST = 64 * 1024 * 1024

/** Bytes: a larger one is read, but no place is looked for in it. */
const LARGEST_WITH_PLACES = 1024 * 1024

const NEW_ONE = 'make a new one with --check --save-plan'

/** Of what is wrong with a file that was damaged, the first few tell enough. */
const MOST = 5

/** Reads a plan, or says what is wrong with the file, and where. That nobody changed it is for who has the key to say. */
export async function readPlan(file: string, cwd: string): Promise<Result<Plan, readonly Diagnostic[]>> {
  const text = await textOf(resolve(cwd, file)).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
  if (text instanceof Error) return err([{ message: `--plan ${file}: ${'code' in text && text.code === 'ENOENT' ? 'there is no such file' : text.message}` }])
  const source = new Source(displayName(resolve(cwd, file), cwd), text)
  const fail = (message: string) => err([{ message, at: source.at(0), hint: NEW_ONE }])
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return err([{ message: 'this is not a plan, or one that was damaged: it is not JSON from here on', at: brokenAt(source, error), hint: NEW_ONE }])
  }
  if (typeof value !== 'object' || value === null || !('hostwright' in value) || value.hostwright !== 'plan') return fail('this is not a plan of hostwright')
  if ('version' in value && typeof value.version === 'number' && value.version !== VERSION) return fail(`this plan has form ${value.version}; form ${VERSION} is what this hostwright reads`)
  const read = Plan.safeParse(value)
  if (read.success) return ok(read.data)
  const place = placesIn(source)
  return err(diagnoseZod(read.error, { place: (path) => place(path) ?? source.at(0), input: value }).slice(0, MOST).map((each) => ({ ...each, hint: each.hint ?? 'it was damaged or written by hand: make a new one' })))
}

async function textOf(path: string): Promise<string> {
  const found = await stat(path)
  if (!found.isFile()) throw new Error('this is not a file')
  if (found.size > LARGEST) throw new Error(`this file has ${found.size} bytes; more than ${LARGEST} is not read`)
  return readFile(path, 'utf8')
}

/** Node does not always say where; what is no JSON mostly is no YAML either, and that reader does. */
function brokenAt(source: Source, error: unknown): Place {
  const said = error instanceof Error ? error.message : ''
  const position = /position (\d+)/.exec(said)?.[1]
  if (position !== undefined) return source.at(Number(position))
  const problems: Problems = { errors: [], warnings: [] }
  if (source.text.length <= LARGEST_WITH_PLACES) parseYaml(source, problems)
  return problems.errors[0]?.at ?? source.at(/end of JSON/.test(said) ? source.text.trimEnd().length : 0)
}

/** JSON is YAML, and of that we keep places. */
function placesIn(source: Source): ReturnType<typeof locatedVars>['place'] {
  const root = source.text.length > LARGEST_WITH_PLACES ? undefined : parseYaml(source, { errors: [], warnings: [] })
  return root?.kind === 'map' ? locatedVars(root).place : () => undefined
}
