import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventOf } from '../../engine/report/handlers.ts'
import { slowest } from '../../engine/report/text/timings.ts'

const task = (host: string, role: string, name: string, ms: number, status: EventOf<'task'>['status'] = 'ok'): EventOf<'task'> => ({ type: 'task', at: '', host, role, task: name, status, changes: [], ms })

test('--timings: tasks of a batch are one line, named by what changed; hosts that are at work side by side do not mix', () => {
  const told = [
    task('a', 'web', 'directory /x', 1200), task('b', 'web', 'directory /x', 40),
    task('a', 'web', 'file /x/y', 1200, 'changed'), task('a', 'web', 'file /x/z', 1200, 'changed'),
    task('b', 'web', 'command make', 9000, 'failed'), task('a', 'db', 'file /db', 1200),
  ]
  assert.deepEqual(slowest(told), [
    '', 'Slowest tasks',
    '       9.0 s  b  web › command make',
    '       1.2 s  a  web › file /x/y, and 2 more together with it',
    '       1.2 s  a  db › file /db',
    '       40 ms  b  web › directory /x',
  ])
  assert.deepEqual(slowest([]), [])
})
