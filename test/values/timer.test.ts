import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectLocal } from '../../engine/transport/local/connect.ts'
import { ShellLink } from '../../engine/transport/shell/link.ts'
import { Duration } from '../../engine/values/schema.ts'
import { timerMs } from '../../engine/values/timer.ts'

test('a wait that is longer than a timer can count is as long as it can, not a millisecond', { timeout: 20_000 }, async () => {
  assert.deepEqual([timerMs(5), timerMs(2 ** 31), timerMs(Number.POSITIVE_INFINITY)], [5, 2 ** 31 - 1, 2 ** 31 - 1])
  const opened = await ShellLink.open(connectLocal(), { deadline: 2_200_000_000, patience: 2_200_000_000 })
  assert.ok(opened.ok, JSON.stringify(opened))
  const acted = await opened.link.act({ tasks: [], facts: [] })
  assert.equal(acted.kind, 'done')
  await opened.link.close()
})

test('time spans have an end', () => {
  assert.equal(Duration.parse('240h'), 864_000)
  assert.match(Duration.safeParse('600h').error?.message ?? '', /at most 240h/)
})
