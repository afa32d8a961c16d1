import assert from 'node:assert/strict'
import test from 'node:test'
import type { Event } from '../../engine/report/event.ts'
import { Tally } from '../../engine/report/tally.ts'
import { away, exits, failure, interrupted, rescued, run, stopped, task } from './exits.ts'
import { recapOf } from './fixture.ts'

for (const [exit, mode, detailedExitcode, events] of exits) {
  const what = events.map((event) => [event.type, 'status' in event ? event.status : 'reason' in event ? event.reason : ''].join(' ').trim()).join(', ')
  test(`exit ${exit}: ${mode}${detailedExitcode ? ', detailed' : ''}: ${what || 'nothing'}`, () => assert.equal(recapOf([run(), ...events], mode, 1, { detailedExitcode }).exit, exit))
}

const NONE = { ok: 0, changed: 0, failed: 0, skipped: 0, unknown: 0, rescued: 0, unreachable: 0, roundTrips: 0, bytesSent: 0 }
const host = (events: readonly Event[], name = 'a') => recapOf([run(), ...events], 'apply', 1).hosts[name]

test('each status is counted', () => {
  assert.deepEqual(host([task('ok'), task('ok'), task('changed'), task('skipped')]), { ...NONE, ok: 2, changed: 1, skipped: 1 })
})
test('a failed task is counted once, and where it stopped is told', () => {
  assert.deepEqual(host([task('ok'), task('failed', 'u'), failure('command', 'u')]), { ...NONE, ok: 1, failed: 1, stoppedAt: 'r › u' })
})
test('a failure without a task counts as one', () => assert.deepEqual(host([failure('error', 'r')]), { ...NONE, failed: 1, stoppedAt: 'r' }))
test('rescued is not failed', () => {
  assert.deepEqual(host([task('failed'), failure(), rescued(), task('ok', 'u')]), { ...NONE, ok: 1, rescued: 1 })
})
test('retries: each attempt that was rescued is told, the last one decides', () => {
  const attempt = [task('failed'), failure()]
  assert.deepEqual(host([...attempt, rescued(), ...attempt, rescued(), task('ok')]), { ...NONE, ok: 1, rescued: 2 })
  assert.deepEqual(host([...attempt, rescued(), ...attempt]), { ...NONE, failed: 1, rescued: 1, stoppedAt: 'r › t' })
})
test('the root cause is where it stopped, not what came of it', () => {
  assert.equal(host([task('failed'), failure(), task('failed', 'u'), failure('command', 'u')])?.stoppedAt, 'r › t')
})
test('lost in the middle: unreachable, with its unknown tasks', () => {
  assert.deepEqual(host([task('ok'), task('unknown', 'u'), failure('lost', 'u'), away('lost', 'a')]), { ...NONE, ok: 1, unknown: 1, unreachable: 1, stoppedAt: 'r › u' })
})
test('lost between two tasks: where it was', () => {
  assert.deepEqual(host([task('ok'), away('lost', 'a')]), { ...NONE, ok: 1, unreachable: 1, stoppedAt: 'r › t' })
})
test('stopped because of others is no failure of its own', () => {
  assert.deepEqual(host([{ type: 'role', host: 'a', role: 'r' }, task('ok'), failure('stopped', 'r')]), { ...NONE, ok: 1, stoppedAt: 'r › t' })
})
test('a host that was never begun says so', () => {
  assert.deepEqual(host([stopped], 'b'), { ...NONE, notReached: true })
  assert.deepEqual(host([interrupted], 'b'), { ...NONE, notReached: true })
  assert.deepEqual(host([task('ok', 't', 'b'), stopped], 'b'), { ...NONE, ok: 1, stoppedAt: 'play p' })
  assert.deepEqual(host([], 'b'), NONE)
})
test('interrupted: a host that was through is not unfinished', () => {
  const play: Event = { type: 'play', play: 'p', hosts: ['a', 'b'] }
  const through: Event = { type: 'host-done', host: 'a', play: 'p', ok: true }
  assert.deepEqual(host([play, task('ok'), through, interrupted]), { ...NONE, ok: 1 })
  assert.deepEqual(host([play, task('ok'), interrupted]), { ...NONE, ok: 1, stoppedAt: 'r › t' })
  // Between two plays nothing tells of it but the run itself.
  const told = [play, task('ok'), through, interrupted]
  assert.equal(recapOf([run(), ...told], 'apply', 1, { unfinished: ['a'] }).hosts['a']?.stoppedAt, 'r › t')
})
test('totals are sums over hosts; traffic comes from outside', () => {
  const tally = new Tally()
  for (const event of [run(), task('ok'), task('changed', 't', 'b'), task('ok', 'u', 'b')]) tally.add(event)
  const recap = tally.recap('apply', 42, { detailedExitcode: false, traffic: new Map([['b', { roundTrips: 2, bytesSent: 99 }]]) })
  assert.deepEqual(recap, {
    type: 'recap', mode: 'apply', ms: 42, exit: 0, ok: 2, changed: 1, failed: 0, unreachable: 0, skipped: 0, unknown: 0,
    hosts: { a: { ...NONE, ok: 1 }, b: { ...NONE, ok: 1, changed: 1, roundTrips: 2, bytesSent: 99 } },
  })
})
