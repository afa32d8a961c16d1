/**
 * What files cost in what can be counted: turns, bytes, processes on the host, memory here. Budgets as in counts.test.ts: nobody asserts seconds.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { everywhere } from '../../bench/hosts/everywhere.ts'
import { lightHosts } from '../../bench/hosts/light.ts'
import { scratchFolder } from '../../bench/hosts/scratch.ts'
import { playbookRun } from '../../bench/peers/hostwright.ts'
import { ROOT } from '../../bench/workload/items.ts'
import { tree } from '../../engine/tasks/tree.ts'
import { ShellLink } from '../../engine/transport/shell/link.ts'
import { needs } from '../rig/needs.ts'
import { hostOver } from '../rig/local.ts'
import { connectTo } from '../transport/shell/shells.ts'

const strace = needs('strace', 'strace')
const BIG = 64_000_000
const PROBE = import.meta.resolve('../../bench/width/probe.ts')

test('a large file that is there: not one byte of it is sent; one that is not: once, and little memory', { timeout: 180_000 }, async () => {
  await using hosts = await lightHosts(1)
  using scratch = scratchFolder()
  const source = `${scratch.path}/big`
  writeFileSync(source, randomBytes(BIG))
  const probe = `${scratch.path}/probe`
  const ready = playbookRun('send', { targets: hosts.targets, folder: scratch.path }, { flags: ['--source', source, '--as', 'file'], preload: PROBE, env: { BENCH_PROBE: probe } })
  const cost = async () => {
    const { changed, recap } = await ready.run()
    const { roundTrips, bytesSent } = recap.hosts['light1'] ?? { roundTrips: Number.NaN, bytesSent: Number.NaN }
    const { maxRssMb }: { maxRssMb: number } = JSON.parse(readFileSync(probe, 'utf8'))
    return { changed, roundTrips, bytesSent, maxRssMb }
  }
  const [fresh, again] = [await cost(), await cost()]
  assert.deepEqual([fresh.changed, fresh.roundTrips, again.changed, again.roundTrips], [2, 2, 0, 1])
  assert.ok(fresh.bytesSent < BIG + 12_000, `${fresh.bytesSent} bytes the first time`)
  assert.ok(again.bytesSent < 6_000, `${again.bytesSent} bytes the second time`)
  // It was 170 MB: 32 MB of dead packets, and pieces that were read.
  assert.ok(Math.max(fresh.maxRssMb, again.maxRssMb) < 150, `${fresh.maxRssMb} and ${again.maxRssMb} MB`)
})

test('a directory of a thousand files is one look and one send; of one that differs, that one is sent', { timeout: 180_000 }, async () => {
  await using hosts = await lightHosts(1)
  using scratch = scratchFolder()
  const source = `${scratch.path}/many`
  mkdirSync(source)
  for (let n = 0; n < 1000; n++) writeFileSync(`${source}/${n}`, `file ${n}\n`.repeat(50))
  const ready = playbookRun('send', { targets: hosts.targets, folder: scratch.path }, { flags: ['--source', source, '--as', 'tree'] })
  const cost = async () => {
    const { changed, recap } = await ready.run()
    return { changed, ...recap.hosts['light1'] }
  }
  const fresh = await cost()
  const again = await cost()
  await everywhere(hosts.targets, `echo x >${ROOT}/files/500`)
  const one = await cost()
  assert.deepEqual([fresh, again, one].map(({ changed, roundTrips }) => [changed, roundTrips]), [[2, 2], [0, 1], [1, 2]])
  // A header and a whole block a file: 512 bytes and 512 to 1024 of content.
  assert.ok((fresh.bytesSent ?? Number.NaN) < 1_560_000, `${fresh.bytesSent} bytes the first time`)
  assert.ok((again.bytesSent ?? Number.NaN) < 6_000, `${again.bytesSent} bytes the second time`)
  assert.ok((one.bytesSent ?? Number.NaN) < 14_000, `${one.bytesSent} bytes where one differs`)
})

test('a tree is a handful of processes, however many files it has', { timeout: 120_000 }, async () => {
  using scratch = scratchFolder()
  const started = async (count: number, before = () => {}) => {
    const [from, to, trace] = [`${scratch.path}/from-${count}`, `${scratch.path}/to-${count}`, `${scratch.path}/trace`]
    mkdirSync(from, { recursive: true })
    for (let n = 0; n < count; n++) writeFileSync(`${from}/${n}`, String(n))
    before()
    rmSync(trace, { force: true })
    const opened = await ShellLink.open(connectTo(`exec ${strace} -f -qq -z -o '${trace}' -e trace=execve /bin/dash`))
    assert.ok(opened.ok)
    const [result] = await hostOver(opened.link).ensure(tree({ source: from, path: to }))
    await opened.link.close()
    return { changed: result.changed, processes: readFileSync(trace, 'utf8').split('\n').filter((line) => line.includes('execve(')).length }
  }
  const [ten, thousand] = [await started(10), await started(1000)]
  assert.deepEqual([ten.changed, thousand.changed], [true, true])
  // What comes is taken in whole blocks and a rest: two more where it is more than a block, on each of two ways.
  assert.ok(thousand.processes - ten.processes <= 4, `${ten.processes} for ten, ${thousand.processes} for a thousand`)
  assert.ok(thousand.processes <= 45, `${thousand.processes} processes for a thousand files`)
  const again = await started(1000)
  assert.deepEqual([again.changed, again.processes <= 10], [false, true], `${again.processes} processes to see that nothing is to be done`)
})
