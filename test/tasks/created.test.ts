import assert from 'node:assert/strict'
import { test } from 'node:test'
import { path } from '../../engine/facts/path.ts'
import { created } from '../../engine/tasks/created.ts'
import { given, leftAfter, planOf } from '../rig/plan.ts'

const task = () => created({ path: '/srv/key', by: ['sh', '-c', 'umask 077; head -c 16 /dev/urandom >"$1"', 'sh', '/srv/key'] })

test('created: runs the command when the path is absent, and not otherwise', () => {
  assert.deepEqual(planOf(task()), [`make /srv/key by sh -c 'umask 077; head -c 16 /dev/urandom >"$1"' sh /srv/key`])
  assert.deepEqual(leftAfter(task()), [])
  assert.deepEqual(planOf(task(), [given(path('/srv/key'), { kind: 'file', mode: '0600', uid: 0, gid: 0, size: 16 })]), [])
})
