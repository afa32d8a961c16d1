/** docs/fault-model.md against the tests: no fault without a verdict, and what the page says of the tests is so. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const COUNT = 93
const all = Array.from({ length: COUNT }, (_, index) => index + 1)
const here = fileURLToPath(new URL('.', import.meta.url))
const page = (name: string) => readFileSync(join(here, '../docs', name), 'utf8')
const numbers = (text: string) => [...text.matchAll(/\d+/g)].map(([number]) => Number(number))

/** Which files name a fault in the title of a test, or of a row that is one: "fault 13: …", "faults 51 and 52: …". */
const namedIn = new Map<number, Set<string>>()
for (const name of readdirSync(here, { recursive: true, encoding: 'utf8' }).filter((each) => each.endsWith('.test.ts') && each !== 'faults.test.ts'))
  for (const [, found = ''] of readFileSync(join(here, name), 'utf8').matchAll(/['"`]faults? (\d+(?:(?:, | and )\d+)*): /g))
    for (const number of numbers(found)) namedIn.set(number, (namedIn.get(number) ?? new Set()).add(name.replace(/\.test\.ts$/, '')))

interface Row {
  readonly number: number
  readonly happens: string
  readonly verdict: string
  readonly tests: string
}
const model = page('fault-model.md')
const rows = [...model.matchAll(/^\| (\d+) \| [^|]+ \| ([^|]+) \| (\w+) \| ([^|]*)\|$/gm)].map(([, number, happens = '', verdict = '', tests = '']): Row => ({ number: Number(number), happens, verdict, tests: tests.trim() }))
const those = (verdict: string) => rows.filter((row) => row.verdict === verdict)

test('every fault stands in the page once, in order, with a verdict', () => {
  assert.deepEqual(rows.map(({ number }) => number), all)
  assert.deepEqual(rows.filter(({ verdict }) => !['proved', 'limit', 'open'].includes(verdict)), [])
})

test('titles name faults that there are', () => assert.deepEqual([...namedIn.keys()].filter((number) => !all.includes(number)), []))

test('the page names the tests that name the fault, all of them', () => {
  const differ = rows.map(({ number, tests }) => [number, tests, [...(namedIn.get(number) ?? [])].sort().join(', ')] as const).filter(([, said, is]) => said !== is)
  assert.deepEqual(differ.map(([number, said, is]) => `${number}: the page says "${said}", the tests are "${is}"`), [])
})

test('what is proved has a test; what is open says what is missing', () => {
  assert.deepEqual(those('proved').filter(({ tests }) => tests === '').map(({ number }) => number), [])
  assert.deepEqual(those('open').filter(({ happens }) => !happens.includes('Missing: ')).map(({ number }) => number), [])
  assert.deepEqual(rows.filter(({ happens, verdict }) => happens.includes('Missing: ') && verdict !== 'open').map(({ number }) => number), [])
})

test('the figures at the head of the page are those of its rows', () => {
  const [, ...said] = /^(\d+) faults: (\d+) proved, (\d+) limits, (\d+) open\.$/m.exec(model) ?? []
  assert.deepEqual(said.map(Number), [COUNT, ...['proved', 'limit', 'open'].map((verdict) => those(verdict).length)])
})

test('a known limit stands in docs/known-limits.md with the number, and what stands there is said here', () => {
  const limits = [...page('known-limits.md').matchAll(/\(faults? ([^)]*)\)/g)].flatMap(([, found = '']) => numbers(found))
  assert.deepEqual(rows.filter(({ happens, verdict }) => verdict === 'limit' || happens.includes('known limit')).map(({ number }) => number), limits.toSorted((a, b) => a - b))
})

test('every guarantee stands in docs/guarantees.md, with tests that there are', () => {
  const text = page('guarantees.md')
  assert.deepEqual([...text.matchAll(/^\| G(\d+) \|/gm)].map(([, number]) => Number(number)), Array.from({ length: 20 }, (_, index) => index + 1))
  const tests = [...text.matchAll(/`([a-z]+(?:\/[a-z0-9-]+)+|laws|faults|offline)`/g)].map(([, name = '']) => name)
  assert.ok(tests.length > 20)
  assert.deepEqual(tests.filter((name) => !existsSync(join(here, `${name}.test.ts`))), [])
})
