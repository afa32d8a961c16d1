import assert from 'node:assert/strict'
import test from 'node:test'
import type { Event, FailureReason, Mode, PlanStatus, TaskStatus } from '../../engine/report/event.ts'
import { Tally } from '../../engine/report/tally.ts'
import { recapOf } from './fixture.ts'

const run: Event = { type: 'run', playbook: 'p', mode: 'apply', inventory: ['i'], hosts: ['a', 'b'], version: '1' }
const task = (status: TaskStatus, name = 't', host = 'a'): Event => ({ type: 'task', host, role: 'r', task: name, status, changes: [], ms: 1 })
const failure = (reason: FailureReason = 'command', name = 't', host = 'a'): Event => ({ type: 'failure', host, role: 'r', task: name, reason, message: 'm' })
const rescued = (name = 't'): Event => ({ type: 'rescued', host: 'a', role: 'r', task: name })
const away = (reason: string, host = 'b'): Event => ({ type: 'unreachable', host, reason, message: 'm' })
const stopped: Event = { type: 'play-stopped', play: 'p', message: 'm', notStarted: ['b'] }
const interrupted: Event = { type: 'interrupted', signal: 'SIGINT' }
const plan = (status: PlanStatus): Event => ({ type: 'plan', file: 'f', status, message: 'm', differences: [] })
const bug: Event = { type: 'bug', message: 'm', stack: 's' }

const exits: readonly (readonly [exit: number, mode: Mode, detailed: boolean, events: readonly Event[]])[] = [
  [0, 'apply', false, []],
  [0, 'apply', true, [task('changed'), task('ok'), task('skipped')]],
  [0, 'check', false, [task('changed')]],
  [6, 'check', true, [task('changed')]],
  [0, 'check', true, [task('ok'), task('unknown')]],
  [0, 'check', false, [task('unknown')]],
  [7, 'apply', false, [task('unknown'), failure('lost'), away('lost', 'a')]],
  [2, 'apply', false, [task('failed'), failure()]],
  [2, 'check', true, [task('failed'), failure(), task('changed', 'u')]],
  [2, 'apply', false, [failure('error')]],
  [0, 'apply', false, [task('failed'), failure(), rescued()]],
  [2, 'apply', false, [task('failed'), failure(), rescued(), task('failed'), failure()]],
  [2, 'apply', false, [task('failed'), failure(), rescued('another')]],
  [4, 'apply', false, [away('auth')]],
  [5, 'apply', false, [away('locked')]],
  [4, 'apply', false, [away('locked'), away('auth', 'a')]],
  [4, 'check', true, [away('auth'), task('changed')]],
  [2, 'apply', false, [away('auth'), task('failed')]],
  [7, 'apply', false, [away('auth'), task('failed'), task('unknown', 'u'), interrupted]],
  [2, 'apply', false, [task('failed'), failure(), stopped]],
  [2, 'apply', false, [stopped]],
  [130, 'apply', false, [task('changed'), interrupted]],
  [130, 'apply', false, [task('failed'), interrupted]],
  [1, 'apply', false, [task('failed'), interrupted, bug]],
  [0, 'check', false, [task('changed'), plan('saved')]],
  [2, 'check', true, [task('changed'), plan('not-saved')]],
  [4, 'check', false, [away('auth'), plan('not-saved')]],
  [0, 'apply', false, [plan('as-planned'), task('changed')]],
  [2, 'apply', false, [plan('not-as-planned')]],
  [4, 'apply', false, [away('auth'), plan('not-looked-at')]],
]
for (const [exit, mode, detailed, events] of exits) {
  const what = events.map((event) => [event.type, 'status' in event ? event.status : 'reason' in event ? event.reason : ''].join(' ').trim()).join(', ')
  test(`exit ${exit}: ${mode}${detailed ? ', detailed' : ''}: ${what || 'nothing'}`, () => assert.equal(recapOf([run, ...events], mode, 1, detailed).exit, exit))
}

const NONE = { ok: 0, changed: 0, failed: 0, skipped: 0, unknown: 0, rescued: 0, unreachable: 0, roundTrips: 0, bytesSent: 0 }
const host = (events: readonly Event[], name = 'a') => recapOf([run, ...events], 'apply', 1).hosts[name]

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
})
test('totals are sums over hosts; traffic comes from outside', () => {
  const tally = new Tally()
  for (const event of [run, task('ok'), task('changed', 't', 'b'), task('ok', 'u', 'b')]) tally.add(event)
  const recap = tally.recap('apply', 42, { detailedExitcode: false, traffic: new Map([['b', { roundTrips: 2, bytesSent: 99 }]]) })
  assert.deepEqual(recap, {
    type: 'recap', mode: 'apply', ms: 42, exit: 0, ok: 2, changed: 1, failed: 0, unreachable: 0, skipped: 0, unknown: 0,
    hosts: { a: { ...NONE, ok: 1 }, b: { ...NONE, ok: 1, changed: 1, roundTrips: 2, bytesSent: 99 } },
  })
})
