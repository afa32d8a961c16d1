import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { command } from '../../engine/actions/command.ts'
import { TaskFailed } from '../../engine/host/failure.ts'
import { lastLines } from '../../engine/host/outcomes.ts'
import { change, run } from '../../engine/tasks/change.ts'
import { defineTask } from '../../engine/tasks/task.ts'
import { localHost } from '../rig/local.ts'

const ARGV = ['sh', '-c', 'echo out; echo boom >&2; exit 7'] as const
const failing = defineTask({ name: 'failing', doc: '', params: z.strictObject({}), title: () => '', facts: () => ({}), plan: () => [change('fail', [run([...ARGV])], [])] })

test('what a command printed and what it complained about are both told, of actions and tasks', async () => {
  await using local = await localHost()
  const host = local.host()
  const said = (error: unknown): boolean => error instanceof TaskFailed && error.failure.output === 'out\nboom'
  await assert.rejects(async () => host.run(command({ argv: [...ARGV] })), said)
  await assert.rejects(async () => host.ensure(failing({})), said)
})

const lines = (word: string, count: number) => Buffer.from(Array.from({ length: count }, (_, n) => `${word} ${n + 1}\n`).join(''))

test('there are sixty lines of both together: what one does not need is the other\'s, and neither takes more than half of it from the other', () => {
  const counts = (err: number, out: number): number[] => {
    const told = lastLines(lines('err', err), lines('out', out)).split('\n')
    return ['out', 'err'].map((word) => told.filter((line) => line.startsWith(word)).length)
  }
  assert.deepEqual([counts(100, 100), counts(10, 100), counts(100, 10), counts(0, 100), counts(100, 0)], [[30, 30], [50, 10], [10, 50], [60, 0], [0, 60]])
  assert.equal(lastLines(lines('err', 2), lines('out', 1)), 'out 1\nerr 1\nerr 2')
  assert.equal(lastLines(Buffer.from('\n'), Buffer.from('')), '')
})
