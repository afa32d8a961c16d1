/**
 * What the benches' workloads cost in what can be counted: turns, bytes, files read. Budgets, for seconds are nobody's to assert: whoever
 * makes it cheaper lowers them, whoever needs more says why.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { lightHosts } from '../../bench/hosts/light.ts'
import { scratchFolder } from '../../bench/hosts/scratch.ts'
import { playbookRun } from '../../bench/peers/hostwright.ts'
import { modulesOf } from '../../bench/start/modules.ts'
import { needs } from '../rig/needs.ts'

/** Turns and bytes of the only host, first on a fresh one of which nothing is remembered, then again. */
async function costs(playbook: 'batch' | 'steps', all: number): Promise<readonly { turns: number; bytes: number }[]> {
  await using hosts = await lightHosts(1)
  using scratch = scratchFolder()
  const ready = playbookRun(playbook, { targets: hosts.targets, folder: scratch.path })
  const runs = [await ready.run(), await ready.run(), await ready.run()]
  assert.deepEqual(runs.map(({ changed }) => changed), [all, 0, 0])
  return runs.map(({ recap }) => ({ turns: recap.hosts['light1']?.roundTrips ?? Number.NaN, bytes: recap.hosts['light1']?.bytesSent ?? Number.NaN }))
}

const within = (found: { turns: number; bytes: number } | undefined, turns: number, bytes: number) =>
  assert.ok(found !== undefined && found.turns <= turns && found.bytes <= bytes, `${JSON.stringify(found)}: at most ${turns} turns and ${bytes} bytes`)

test('a batch of a hundred tasks, nothing to change: one turn, and few bytes', { timeout: 120_000 }, async () => {
  const [fresh, again, third] = await costs('batch', 100)
  within(fresh, 2, 75_000) // files and directories that are made together: few processes, for some bytes more
  within(again, 1, 9_050) // 50 of them to hear whether the host can unpack, 130 to tell a disk that does not keep a name, 220 for what steps of an act have in common
  within(third, 1, 9_050)
})

test('three hundred tasks, one await at a time, nothing to change: what was asked last time is asked at once', { timeout: 300_000 }, async () => {
  const [fresh, again, third] = await costs('steps', 300)
  within(fresh, 600, 405_000)
  within(again, 1, 19_900)
  within(third, 1, 19_900)
})

test('help and lists load nothing that talks to anybody', { timeout: 120_000 }, async () => {
  needs('strace', 'strace')
  using scratch = scratchFolder()
  const playbook = fileURLToPath(new URL('../../bench/playbooks/batch.ts', import.meta.url))
  for (const flags of [['--help'], ['-i', '127.0.0.1', '--list-tasks']]) {
    const files = await modulesOf([process.execPath, '--import', import.meta.resolve('tsx'), playbook, ...flags], { env: { HOME: scratch.path }, cwd: scratch.path })
    assert.ok(files !== undefined && files.length > 100, 'strace saw the files')
    assert.deepEqual(files.filter((file) => /node_modules\/(?:ssh2|zx|ora|@aws-sdk|age-encryption|smithy)\//.test(file)), [])
  }
})
