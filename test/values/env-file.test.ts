import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cases, gauge } from '../rig/cases.ts'
import { EnvFileError, envFile, parseEnvFile } from '../../engine/values/env-file.ts'
import { Secret } from '../../engine/values/secret.ts'

const rows: [what: string, value: string | number | boolean, line: string][] = [
  ['plain', 'shop', 'A="shop"\n'],
  ['empty', '', 'A=""\n'],
  ['a number', 5432, 'A="5432"\n'],
  ['a truth value', true, 'A="true"\n'],
  ['a dollar, which Compose would take for a variable', 'a$b', 'A="a\\$b"\n'],
  ['quotes and backslashes', 'a"b\\n\'c', 'A="a\\"b\\\\n\'c"\n'],
  ['lines, as of a PEM key', 'one\ntwo\r\n', 'A="one\\ntwo\\r\\n"\n'],
  ['what a raw .env would cut off', ' x # y ', 'A=" x # y "\n'],
]

for (const [what, value, line] of rows) {
  test(`fault 77: envFile: ${what}`, () => {
    assert.equal(envFile({ A: value }).text, line)
    assert.deepEqual([...parseEnvFile(line)], [['A', String(value)]])
  })
}

test('fault 77: envFile: whatever goes in comes out, in the order given', { timeout: cases(60_000, 900_000) }, (t) => {
  const measured = gauge(t)
  const count = cases(500, 100_000)
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/)
  const nasty = fc.string({ unit: fc.constantFrom('\\', '"', '$', '\n', '\r', '\t', "'", '`', '#', '=', '{', '}', ' ', 'n', 'r', 'é', '😀') })
  const value = fc.oneof(nasty, fc.string({ unit: 'binary' })).filter((text) => !text.includes('\0'))
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key }), (entries) => {
      // An object of its own kind: a variable may be called __proto__.
      const record: Record<string, string> = Object.create(null)
      for (const [key, text] of entries) record[key] = text
      assert.deepEqual([...parseEnvFile(envFile(record).text ?? '')], entries)
    }),
    { numRuns: count },
  )
  measured(count)
})

test('envFile: one secret makes all of it secret, and none makes none of it', () => {
  assert.equal(envFile({ USER: 'shop', PASSWORD: new Secret('pa$$word') }).secret, true)
  assert.equal(envFile({ USER: 'shop', PASSWORD: new Secret('pa$$word') }).text, 'USER="shop"\nPASSWORD="pa\\$\\$word"\n')
  assert.equal(envFile({ USER: 'shop' }).secret, false)
})

test('fault 77: envFile: what the dialect cannot hold is refused, and the value is not shown', () => {
  assert.throws(() => envFile({ 'A-B': 'x' }), /"A-B" is not the name of a variable/)
  assert.throws(() => envFile({ '1A': 'x' }), EnvFileError)
  assert.throws(() => envFile({ A: 'geheim\0' }), (error: Error) => error.message === 'A holds a NUL byte, which no environment can hold')
})

test('parseEnvFile: comments are passed over, other dialects refused with their line', () => {
  assert.deepEqual([...parseEnvFile('# by hand\n\nA="x"\n')], [['A', 'x']])
  for (const text of ['\nA=x\n', "\nA='x'\n", '\nA="a$b"\n', '\nA="x" # y\n', '\nexport A="x"\n', '\nA="\\t"\n']) assert.throws(() => parseEnvFile(text), /^EnvFileError: line 2 is not/)
})
