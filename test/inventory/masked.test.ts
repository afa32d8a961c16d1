import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { diagnoseZod } from '../../engine/diagnostic/zod.ts'
import { Source } from '../../engine/inventory/source.ts'
import { PlainSecret, SecretEntry, SecretValue } from '../../engine/values/secret-value.ts'

/** What is shown of each line when an error is about its value; of a line that is only a key, the key. */
const shown = (text: string): string[] => {
  const source = new Source('x', text)
  return Array.from({ length: source.lineCount }, (_, index) => {
    const line = source.line(index + 1)
    const start = /^\s*(?:- +)*[\w.-]+:\s+/.exec(line)?.[0].length ?? line.search(/\S|$/)
    return source.on(index + 1, start + 1, line.length - start).text ?? ''
  })
}

test('what stands below a key that sounds like a secret is not shown, however it is written; references and the settings of a store are', () => {
  const text = ['app:', '  secrets:', '    STRIPE: "sk_live "', '    PIN: 9384', '    LIST:', '    - a1', '    - b: c2', '    # why', '    REF: !secret shop/x', '  name: web']
  assert.deepEqual(shown(text.join('\n')), ['app:', '  secrets:', '    [secret]', '    [secret]', '    [secret]', '    [secret]', '    [secret]', '    # why', '    REF: !secret shop/x', '  name: web'])
  assert.deepEqual(shown('redis:\n  password:\n\n    "deep: in"\n  port: 6379'), ['redis:', '  password:', '', '    [secret]', '  port: 6379'])
  assert.deepEqual(shown('key:\n- password: |\n    a: b\n    c\n- 1'), ['key:', '- password: [secret]', '    [secret]', '    [secret]', '- 1'])
  assert.deepEqual(shown('secrets:\n  store: ssm\n  regoin: eu\ntoken_file:\n  /x/y'), ['secrets:', '  store: ssm', '  regoin: eu', 'token_file:', '  /x/y'])
})

test('a file of nothing but deep secrets is read in no time', () => {
  const source = new Source('x', 'secrets:\n  a:\n'.repeat(50_000))
  const began = performance.now()
  assert.equal(source.on(99_999, 1, 8).text, 'secrets:')
  assert.ok(performance.now() - began < 2000)
})

for (const [name, schema] of Object.entries({ PlainSecret, SecretEntry, SecretValue }))
  test(`a ${name} that cannot be taken is not shown, whatever its key is called`, () => {
    const input = { stripe: ' sk_live_51 ' }
    const parsed = z.strictObject({ stripe: schema }).safeParse(input)
    assert.ok(!parsed.success)
    const found = diagnoseZod(parsed.error, { place: () => new Source('x', 'stripe: " sk_live_51 "').at(8), schema: z.strictObject({ stripe: schema }), input })
    assert.equal(found.length, 1)
    assert.doesNotMatch(JSON.stringify(found), /sk_live/)
    assert.equal(found[0]?.at?.line, 1)
  })
