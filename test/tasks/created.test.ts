import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest, path, text } from '../../engine/facts/path.ts'
import { planTask } from '../../engine/host/plan.ts'
import { created } from '../../engine/tasks/created.ts'
import { sha256 } from '../../engine/values/content.ts'
import { given, leftAfter, modelOf, planOf } from '../rig/plan.ts'

const task = () => created({ path: '/srv/key', by: ['sh', '-c', 'umask 077; head -c 16 /dev/urandom >"$1"', 'sh', '/srv/key'] })

test('created: runs the command when the path is absent, and not otherwise', () => {
  assert.deepEqual(planOf(task()), [`make /srv/key by sh -c 'umask 077; head -c 16 /dev/urandom >"$1"' sh /srv/key`])
  assert.deepEqual(leftAfter(task()), [])
  assert.deepEqual(planOf(task(), [given(path('/srv/key'), { kind: 'file', mode: '0600', uid: 0, gid: 0, size: 16 })]), [])
})

test('created: where it is said what will be in it, others can plan on that', () => {
  const task = created({ path: '/srv/name', by: ['sh', '-c', 'printf shop >/srv/name'], content: 'shop' })
  const model = modelOf(task, [])
  assert.equal(planTask(task, model).kind, 'changes')
  assert.deepEqual([path, text, digest].map((kind) => model.value(kind('/srv/name'))), [{ kind: 'file', mode: '0644', size: 4, uid: 0, gid: 0 }, { kind: 'bytes', bytes: Buffer.from('shop') }, sha256('shop')])
})
