import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import { diagnoseZod, sentences } from '../../engine/diagnostic/zod.ts'

/** Without places: those are the business of what was read. The path that was asked for stands in the "file". */
function diagnose(schema: z.ZodType, input: unknown, withInput = true): string {
  const parsed = schema.safeParse(input)
  if (parsed.success) return ''
  const place = (path: readonly PropertyKey[]) => ({ file: path.join('/'), line: 1, column: 1 })
  const keyPlace = (path: readonly PropertyKey[]) => ({ file: `${path.join('/')}#key`, line: 1, column: 1 })
  return diagnoseZod(parsed.error, { place, keyPlace, schema, ...(withInput ? { input } : {}) }).map(printDiagnostic).join('\n')
}

const Ports = z.strictObject({ web: z.int() })
const rows: readonly (readonly [what: string, schema: z.ZodType, input: unknown, printed: string])[] = [
  ['an unknown key, through optional, default, pipe and array', z.strictObject({ a: z.array(Ports.optional()).default([]).pipe(z.any()) }), { a: [{ web: 1, wbe: 2 }] }, 'a/0/wbe#key:1:1 unknown key "wbe" in a[0]\n  did you mean "web"?'],
  ['two unknown keys', Ports, { web: 1, x1: 1, y2: 2 }, 'x1#key:1:1 unknown key "x1"\n  there is: web\ny2#key:1:1 unknown key "y2"\n  there is: web'],
  ['a missing value', Ports, {}, 'web:1:1 web is missing: expected number'],
  ['a missing option', z.strictObject({ a: z.enum(['x', 'y']) }), {}, 'a:1:1 a is missing: expected one of "x"|"y"'],
  ['a record with a wrong name', z.record(z.string().regex(/^[a-z]+$/, 'names are small letters'), z.int()), { A: 1 }, 'A#key:1:1 A: names are small letters'],
  ['a map with a wrong value', z.strictObject({ a: z.map(z.string(), Ports) }), { a: new Map([['x', { wbe: 1, web: 1 }]]) }, 'a/x/wbe#key:1:1 unknown key "wbe" in a.x'],
  ['a union of kinds', z.strictObject({ a: z.union([z.string(), z.int()]) }), { a: [] }, 'a:1:1 a: expected string or number'],
  ['a missing union', z.strictObject({ a: z.union([z.string(), z.int()]) }), {}, 'a:1:1 a is missing: expected string or number'],
  ['a union with its own words', z.strictObject({ a: z.union([z.string(), z.int()], 'a name or a number') }), { a: [] }, 'a:1:1 a: a name or a number'],
  ['a union: the branch that fits best', z.strictObject({ a: z.union([z.string(), Ports]) }), { a: { web: 'x' } }, 'a/web:1:1 a.web: expected number, received string\n  write it without quotes'],
  ['a union: an unknown key in a branch', z.strictObject({ a: z.union([z.string(), Ports]) }), { a: { web: 1, wbe: 1 } }, 'a/wbe#key:1:1 unknown key "wbe" in a\n  did you mean "web"?'],
  ['a discriminated union', z.strictObject({ a: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('x') }), z.strictObject({ kind: z.literal('y') })]) }), { a: { kind: 'z' } }, 'a/kind:1:1 a.kind: Invalid discriminator value. Expected \'x\' | \'y\''],
  ['a number for an option', z.strictObject({ a: z.enum(['16', '17']) }), { a: 16 }, 'a:1:1 a: expected one of "16"|"17"\n  quote it'],
  ['a rule of its own', z.strictObject({ a: z.string().refine(() => false, 'must rhyme') }), { a: 'x' }, 'a:1:1 a: must rhyme'],
  ['the whole', z.strictObject({}), 5, ':1:1 expected object, received number'],
  ['a key in an intersection', z.intersection(z.object({ left: z.int() }), z.object({ right: z.int() })), { left: 'a', right: 1 }, 'left:1:1 left: expected number, received string\n  write it without quotes'],
  ['a tuple', z.tuple([z.int(), Ports]), [1, { wbe: 1, web: 1 }], '1/wbe#key:1:1 unknown key "wbe" in [1]\n  did you mean "web"?'],
]

for (const [what, schema, input, printed] of rows) test(`fault 72: diagnoses ${what}`, () => assert.equal(diagnose(schema, input), printed))

test('a missing value is told from a wrong one without the input, too', () => {
  assert.equal(diagnose(Ports, {}, false), 'web:1:1 web is missing: expected number')
  assert.equal(diagnose(Ports, { web: 'x' }, false), 'web:1:1 web: expected number, received string')
})

test('fault 72: a value never gets into a message', () => {
  const all = z.strictObject({ a: z.string().regex(/^x/), b: z.enum(['one']), c: z.literal('two'), d: z.union([z.int(), z.boolean()]), e: z.email() })
  const printed = diagnose(all, { a: 'hunter2', b: 'hunter2', c: 'hunter2', d: 'hunter2', e: 'hunter2' })
  assert.equal(printed.split('\n').filter((line) => line.includes(':1:1')).length, 5)
  assert.doesNotMatch(printed, /hunter2/)
})

test('what is written in code is told in one line, with the nearest name and the own words of a key', () => {
  const Keys = z.strictObject({ keys: z.record(z.string().regex(/\./, 'a key such as net.core.somaxconn'), z.string()), content: z.string().optional() })
  const input = { keys: { somaxconn: '1' }, contents: 'x' }
  const parsed = Keys.safeParse(input)
  assert.equal(parsed.success ? '' : sentences(parsed.error, Keys, input), 'keys.somaxconn: a key such as net.core.somaxconn; unknown key "contents" (did you mean "content"?)')
})

test('of -e k=v for a map or a list it is said how those are written', () => {
  const hint = (schema: z.ZodType, input: unknown) => {
    const parsed = schema.safeParse(input)
    return parsed.success ? [] : diagnoseZod(parsed.error, { place: () => ({ file: '-e', line: 1, column: 1 }), prefix: 'tune', schema, input }).map((each) => each.hint)
  }
  assert.deepEqual(hint(z.strictObject({ keys: z.record(z.string(), z.string()) }), { keys: '{"x":"1"}' }), [`-e k=v gives strings; write JSON: -e '{"tune":{"keys":{…}}}'`])
  assert.deepEqual(hint(z.strictObject({ keys: z.array(z.string()) }), { keys: 'a,b' }), [`-e k=v gives strings; write JSON: -e '{"tune":{"keys":[…]}}'`])
})

const Hidden = z.string().min(4).meta({ secret: true })
const shownOf: readonly (readonly [what: string, schema: z.ZodType, value: unknown, text: string])[] = [
  ['a number for a text', z.strictObject({ a: z.string() }), 5, 'a: hunter2'],
  ['a secret', z.strictObject({ a: Hidden }), 5, 'a: …'],
  ['what is within a secret', z.strictObject({ a: z.record(z.string(), Hidden) }), { x: 5 }, 'a: …'],
  ['a text where a map is wanted', z.strictObject({ a: z.strictObject({ b: z.string() }) }), 'hunter2', 'a: …'],
  ['a text where a number or a map with a secret is wanted', z.strictObject({ a: z.union([z.int(), z.strictObject({ b: z.array(Hidden) })]) }), 'hunter2', 'a: …'],
  ['anything, refused in words of its own', z.strictObject({ a: z.unknown().refine(() => false, 'no') }), 'hunter2', 'a: …'],
]
for (const [what, schema, value, text] of shownOf)
  test(`a refused value is shown only where it can be no secret: ${what}`, () => {
    const parsed = schema.safeParse({ a: value })
    assert.ok(!parsed.success)
    const [found] = diagnoseZod(parsed.error, { place: () => ({ file: 'x', line: 1, column: 4, length: 7, text: 'a: hunter2' }), schema, input: { a: value } })
    assert.equal(found?.at?.text, text)
  })
