import assert from 'node:assert/strict'
import test from 'node:test'
import type { Event, Mode, TaskStatus } from '../../engine/report/event.ts'
import { verdict } from '../../engine/report/text/verdict.ts'
import { recapOf } from './fixture.ts'

const run = (mode: Mode, hosts: readonly string[]): Event => ({ type: 'run', playbook: 'p', mode, inventory: ['i'], hosts, version: '1' })
const task = (host: string, status: TaskStatus): Event => ({ type: 'task', host, role: 'r', task: 't', status, changes: [], ms: 1 })
const lost = (host: string, reason: string): Event => ({ type: 'unreachable', host, reason, message: 'm' })

const rows: readonly (readonly [what: string, mode: Mode, events: readonly Event[], says: readonly string[]])[] = [
  ['no host', 'apply', [run('apply', [])], ['No host took part.']],
  ['as wished', 'apply', [run('apply', ['a', 'b']), task('a', 'ok'), task('b', 'skipped')], ['Nothing to change on all 2 hosts.']],
  ['one host as wished', 'apply', [run('apply', ['a']), task('a', 'ok')], ['Nothing to change on the host.']],
  ['changed', 'apply', [run('apply', ['a', 'b', 'c']), task('a', 'changed'), task('b', 'ok')], ['1 of 3 hosts changed.']],
  ['would change', 'check', [run('check', ['a', 'b']), task('a', 'changed'), task('b', 'changed')], ['All 2 hosts would change.', 'Nothing was changed. Run without --check to do it.']],
  ['would not', 'check', [run('check', ['a', 'b']), task('a', 'ok')], ['Nothing would change on all 2 hosts.']],
  [
    'foretold unknown', 'check', [run('check', ['a', 'b']), task('a', 'unknown')],
    ['Nothing is known to change.', 'On 1 of 2 hosts it is not known beforehand whether 1 task would change anything.', 'Nothing was changed. Run without --check to do it.'],
  ],
  ['failed', 'apply', [run('apply', ['a', 'b']), task('a', 'failed'), { type: 'failure', host: 'a', role: 'r', task: 't', reason: 'command', message: 'm' }], ['1 of 2 hosts failed: a (r › t).', 'Mend the cause, then run again with --resume to go on with those.']],
  ['would fail', 'check', [run('check', ['a']), task('a', 'failed')], ['The host would fail: a.', 'Nothing was changed. Mend the cause, then check again.']],
  ['locked', 'apply', [run('apply', ['a', 'b']), lost('a', 'locked'), task('b', 'ok')], ['1 of 2 hosts was left alone, for another run is at work there: a.', 'Run again with --lock-wait SECONDS to wait for the other run.']],
  ['unreachable', 'apply', [run('apply', ['a', 'b']), lost('a', 'auth'), task('b', 'changed')], ['1 of 2 hosts could not be reached: a (auth).', '1 of 2 hosts changed.', 'Mend the cause, then run again with --resume to go on with those.']],
  [
    'unreachable, and another was not begun for it', 'apply', [run('apply', ['a', 'b']), { type: 'play', play: 'p', hosts: ['a', 'b'] }, lost('a', 'timeout'), { type: 'play-stopped', play: 'p', message: 'm', notStarted: ['b'] }],
    ['1 of 2 hosts could not be reached: a (timeout).', '1 of 2 hosts did not come to the end: b.', 'Mend the cause, then run again with --resume to go on with those.', "Or go on without who cannot be reached: --limit b."],
  ],
  [
    'unknown', 'apply', [run('apply', ['a', 'b']), task('a', 'unknown'), lost('a', 'lost')],
    ['On 1 of 2 hosts it is not known whether 1 task took effect: a (r › t).', '1 of 2 hosts could not be reached: a (r › t).', 'Look there first; a new run finds out what stands and does the rest. With --resume it takes only the hosts that are not done.'],
  ],
  [
    'not as planned', 'apply', [run('apply', ['a']), { type: 'plan', file: 'f', status: 'not-as-planned', message: 'm', differences: [] }],
    ['It is not as planned: nothing was changed.', 'See what is otherwise; if there is still something to do, make a new plan: --check --save-plan FILE.'],
  ],
  [
    'a plan was not looked at', 'apply', [run('apply', ['a', 'b']), lost('a', 'auth'), { type: 'plan', file: 'f', status: 'not-looked-at', message: 'm', differences: [] }],
    ['1 of 2 hosts could not be reached: a (auth).', 'The plan was not applied: nothing was changed.', 'Mend the cause, then apply the plan again.'],
  ],
  [
    'interrupted', 'apply', [run('apply', ['a', 'b']), { type: 'play', play: 'p', hosts: ['a', 'b'] }, task('a', 'ok'), { type: 'interrupted', signal: 'SIGINT' }],
    ['Interrupted.', 'All 2 hosts did not come to the end: a (r › t), b.', 'Run again with --resume to go on with the hosts that are not done.'],
  ],
]

for (const [what, mode, events, says] of rows) test(`verdict: ${what}`, () => assert.deepEqual(verdict(recapOf(events, mode, 1)), says))
