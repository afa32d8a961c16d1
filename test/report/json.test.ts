import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import test from 'node:test'
import { InputError } from '../../engine/diagnostic/diagnostic.ts'
import { createEventsFile } from '../../engine/report/events-file.ts'
import { createJsonReporter } from '../../engine/report/json.ts'
import { everything, paper, tell } from './fixture.ts'
import { temporary } from './folder.ts'

async function lines(): Promise<string[]> {
  const out = paper()
  await tell(createJsonReporter({ out }), everything())
  assert.ok(out.text.endsWith('\n'))
  return out.text.slice(0, -1).split('\n')
}
const parse = (line: string): Record<string, unknown> => JSON.parse(line)
const keys = (value: unknown): string[] => (typeof value === 'object' && value !== null ? Object.keys(value) : [])
const has = (value: unknown, ...names: string[]): void => assert.deepEqual(names.filter((name) => !keys(value).includes(name)), [])

test('every event is a line with type and at; the recap is the last', async () => {
  const all = (await lines()).map(parse)
  assert.equal(all.length, everything().length)
  for (const event of all) {
    assert.deepEqual(keys(event).slice(0, 2), ['type', 'at'])
    assert.match(String(event['at']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  }
  assert.deepEqual(all.map(({ type }) => type).filter((type) => type === 'recap').length, 1)
  assert.equal(all.at(-1)?.['type'], 'recap')
})

test('task, failure and recap have the keys of the contract', async () => {
  const all = (await lines()).map(parse)
  for (const event of all) {
    if (event['type'] === 'task') has(event, 'host', 'role', 'task', 'status', 'changes', 'ms')
    if (event['type'] === 'failure') has(event, 'host', 'task', 'reason', 'message')
  }
  const recap = all.at(-1)
  has(recap, 'hosts', 'ok', 'changed', 'failed', 'unreachable', 'ms')
  const hosts = recap?.['hosts']
  assert.deepEqual(keys(hosts), ['lab1', 'lab2', 'db-primary', 'lab4', 'lab5'])
  for (const host of Object.values(hosts ?? {})) has(host, 'ok', 'changed', 'failed', 'skipped', 'unknown', 'unreachable', 'roundTrips')
  has(all.find((event) => event['type'] === 'failure')?.['place'], 'file', 'line', 'column')
})

test('the examples in docs/events.md are lines that are really printed', async () => {
  const docs = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8')
  const examples = docs.split('\n').filter((line) => line.startsWith('{'))
  const printed = await lines()
  assert.deepEqual(examples.filter((example) => !printed.includes(example)), [])
  const types = new Set(examples.map((example) => parse(example)['type']))
  assert.deepEqual(everything().map(({ type }) => type).filter((type) => !types.has(type)), [], 'each type has an example')
})

test('the events file: the same lines, 0600, appended as they happen', async () => {
  using folder = temporary()
  const path = folder.file('run.ndjson')
  writeFileSync(path, '{"half a li', { mode: 0o644 })
  const reporter = createEventsFile(path)
  const [first, ...others] = everything()
  if (first) reporter.report(first)
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 3, 'the first is there before the second happens')
  await tell(reporter, others)
  const [half, ...whole] = readFileSync(path, 'utf8').trimEnd().split('\n')
  assert.equal(half, '{"half a li')
  assert.deepEqual(whole, await lines())
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('a device is written to and left as it is', async () => {
  const before = statSync('/dev/null').mode
  await tell(createEventsFile('/dev/null'), everything())
  assert.equal(statSync('/dev/null').mode, before)
})

test('fault 68: a full disk is told at the end', async () => {
  await assert.rejects(tell(createEventsFile('/dev/full'), everything()), /ENOSPC/)
})

test('a file that cannot be opened is bad input', () => {
  using folder = temporary()
  assert.throws(() => createEventsFile(folder.file('no/such/file')), (error) => error instanceof InputError && /^--events .*ENOENT/.test(error.message))
})
