import assert from 'node:assert/strict'
import test from 'node:test'
import type { Event } from '../../engine/report/event.ts'
import { createPlainReporter, type TextOptions } from '../../engine/report/plain.ts'
import { createTtyReporter } from '../../engine/report/tty.ts'
import { everything, paper, recapOf, stamped, tell } from './fixture.ts'
import { assertGolden } from './golden.ts'

const quiet = { color: false, verbosity: 0, diff: false, timings: false } as const

async function printed(make: typeof createPlainReporter, options: Omit<TextOptions, 'out'>, events = everything(), columns = 100): Promise<string> {
  const out = paper({ columns })
  await tell(make({ ...options, out }), events)
  return out.text
}

test('plain, quiet', async () => assertGolden('plain.txt', await printed(createPlainReporter, quiet)))
test('plain, everything that can be asked for', async () =>
  assertGolden('plain-vvv.txt', await printed(createPlainReporter, { color: true, verbosity: 3, diff: true, timings: true })))
test('plain, check mode', async () => assertGolden('plain-check.txt', await printed(createPlainReporter, quiet, everything('check'))))
test('tty without colour', async () => assertGolden('tty.txt', await printed(createTtyReporter, { ...quiet, diff: true })))
test('tty in colour', async () => assertGolden('tty-color-vv.txt', await printed(createTtyReporter, { color: true, verbosity: 2, diff: true, timings: true })))
test('tty in colour, check mode, narrow', async () =>
  assertGolden('tty-color-check.txt', await printed(createTtyReporter, { ...quiet, color: true, verbosity: 1 }, everything('check'), 60)))

test('faults 65 and 75: plain never holds an escape character, whatever a host says', async () => {
  const evil: Event = { type: 'note', host: 'lab1', role: 'x', text: '\x1b[2Jgone\x9b31m' }
  const text = await printed(createPlainReporter, { ...quiet, color: true }, stamped([evil]))
  assert.equal(text, 'lab1  x: \\x1b[2Jgone\\x9b31m\n')
})

test('in check mode nothing reads as if it had been done', async () => {
  const text = await printed(createPlainReporter, quiet, everything('check'))
  for (const line of text.split('\n').filter((each) => /create|chown|install/.test(each))) assert.match(line, /would|  stands/)
  assert.match(text, /^CHECK: nothing will be changed$[^]*^CHECK: nothing was changed$/m, 'said at the beginning and at the end')
})

test('columns stay in line with wide names', async () => {
  const run = (hosts: string[]): Event => ({ type: 'run', playbook: 'p', mode: 'apply', inventory: ['i'], hosts, version: '1' })
  const done = (host: string): Event => ({ type: 'task', host, role: 'r', task: 't', status: 'changed', changes: ['c'], ms: 1 })
  const events = [run(['東京', 'web-1']), done('東京'), done('web-1')]
  const text = await printed(createPlainReporter, quiet, stamped([...events, recapOf(events, 'apply', 1)]))
  assert.match(text, /^東京   r › t   c\nweb-1  r › t   c$/m)
  assert.match(text, /^東京    0        1 .*\nweb-1   0        1 /m)
})

const otherwise = (count: number): Event => ({
  type: 'plan', file: 'infra.plan', status: 'not-as-planned', message: 'm',
  differences: Array.from({ length: count }, (_, n) => ({ host: 'lab1', role: 'r', task: `t${n}`, message: `planned: a; by now: ${n}` })),
})

test('what is not as planned: one screen, each task with how it is otherwise', async () => {
  assert.equal(await printed(createPlainReporter, quiet, stamped([otherwise(2)])), 'NOT AS PLANNED  infra.plan: m\n  lab1  r › t0\n          planned: a; by now: 0\n  lab1  r › t1\n          planned: a; by now: 1\n\n')
  const many = await printed(createPlainReporter, quiet, stamped([otherwise(500)]))
  assert.match(many, /and 480 more: --output json and --events FILE tell all/)
  assert.ok(many.split('\n').length < 50)
})

test('blocks stand apart by one empty line', async () => {
  assert.doesNotMatch(await printed(createPlainReporter, quiet), /\n\n\n/)
})
