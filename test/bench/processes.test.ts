/** What the workload of the benches costs a host in processes: budgets, as in counts.test.ts. The script by hand starts 186 for the same, fresh. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { items } from '../../bench/workload/items.ts'
import { taskOf } from '../../bench/workload/tasks.ts'
import { hostOver } from '../rig/local.ts'
import { needs } from '../rig/needs.ts'
import { folder, openLink } from '../transport/shell/shells.ts'

const strace = needs('strace', 'strace')
const tasks = () => items('here', { root: join(folder, 'workload') }).map(taskOf)

/** A run of its own: how much it changed, in how many turns, and how many programs were started, the shell among them. */
async function run(name: string): Promise<{ changed: number; turns: number; programs: number }> {
  const trace = join(folder, name)
  const link = await openLink(`exec ${strace} -f -qq -o '${trace}' -e trace=execve /bin/dash`)
  const results = await hostOver(link).ensure(...tasks())
  const { turns } = link
  await link.close()
  const ended = readFileSync(trace, 'utf8').split('\n').filter((line) => /execve(?:\(| resumed).*= 0$/.test(line))
  return { changed: results.filter(({ changed }) => changed).length, turns, programs: ended.length }
}

test('a hundred tasks: fewer than 100 processes on a fresh host, 5 where there is nothing to change', { timeout: 180_000 }, async () => {
  const [fresh, again] = [await run('fresh'), await run('again')]
  assert.deepEqual([fresh.changed, fresh.turns, again.changed, again.turns], [100, 2, 0, 1])
  assert.ok(fresh.programs > 50 && fresh.programs <= 97, `${fresh.programs} programs`)
  assert.ok(again.programs > 2 && again.programs <= 5, `${again.programs} programs`)
})
