/** How much of what hosts say is kept: all of an answer to the engine, and of what a command prints 1 MiB, which nobody takes for all of it. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { command } from '../../engine/actions/command.ts'
import { TaskFailed } from '../../engine/host/failure.ts'
import { line } from '../../engine/tasks/line.ts'
import { localHost } from '../rig/local.ts'

test('a command that prints more than is kept: where it only looks that is a failure, else it is told', { timeout: 60_000 }, async () => {
  await using local = await localHost()
  const host = local.host()
  const whole = await host.run(command({ argv: ['seq', '1', '100000'], changes: false }))
  assert.ok(whole.ran)
  assert.deepEqual([whole.value.cut, whole.value.stdout.split('\n').length], [0, 100_001])
  const cut = await host.run(command({ argv: ['seq', '1', '300000'] }))
  assert.ok(cut.ran)
  assert.equal(cut.value.cut, 1_988_895 - 1024 * 1024)
  assert.match(cut.value.stdout, /^1\n2\n[^]*\n\[… 940319 bytes left out …\]\n[^]*\n300000\n$/)
  await assert.rejects(async () => host.run(command({ argv: ['seq', '1', '300000'], changes: false })), (error: unknown) => {
    assert.ok(error instanceof TaskFailed)
    assert.match(error.failure.message, /^it printed \d+ bytes, and 1 MiB of what a command prints is kept$/)
    return true
  })
})

test('files of more than 1 MiB together are edited in one batch, and read back whole', { timeout: 60_000 }, async () => {
  await using local = await localHost()
  const at = ['a', 'b', 'c'].map((name) => join(local.directory, name))
  for (const path of at) writeFileSync(path, `${'x'.repeat(99)}\n`.repeat(6_000))
  const [first = '', second = '', third = ''] = at
  const tasks = [line({ path: first, line: 'added' }), line({ path: second, line: 'added' }), line({ path: third, line: 'added' })] as const
  for (const changed of [true, false]) assert.deepEqual((await local.host().ensure(...tasks)).map((each) => each.changed), [changed, changed, changed])
})
