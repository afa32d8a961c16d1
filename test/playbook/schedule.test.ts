import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Host } from '../../engine/host/host.ts'
import type { Play, Serial } from '../../engine/playbook/playbook.ts'
import { batches, failLimit, share } from '../../engine/playbook/schedule.ts'
import { directory } from '../../engine/tasks/directory.ts'
import { fakes, role, runInMemory } from '../rig/memory-run.ts'

const ten = [...'abcdefghij']
const sizes: readonly (readonly [serial: Play['serial'], sizes: readonly number[]])[] = [
  [undefined, [10]],
  [1, Array(10).fill(1)],
  [3, [3, 3, 3, 1]],
  [100, [10]],
  ['30%', [3, 3, 3, 1]],
  ['1%', Array(10).fill(1)],
  ['100%', [10]],
  ['35%', [3, 3, 3, 1]],
  [[1, '20%', 4], [1, 2, 4, 3]],
  [[1, '50%'], [1, 5, 4]],
  [[20], [10]],
  [[], [10]],
]
for (const [serial, expected] of sizes)
  test(`serial ${JSON.stringify(serial)} of 10 hosts: ${expected.join(', ')}`, () => {
    const found = batches(ten, serial)
    assert.deepEqual(found.map(({ length }) => length), expected)
    assert.deepEqual(found.flat(), ten)
  })

test('no hosts, no batches', () => assert.deepEqual(batches([], 3), []))
test('a share is at least one', () => assert.deepEqual([share('1%', 10), share('50%', 3), share(7, 3)], [1, 1, 7]))

const limits: readonly (readonly [play: Pick<Play, 'maxFail' | 'anyErrorFatal'>, limit: number])[] = [
  [{}, 10],
  [{ maxFail: 1 }, 1],
  [{ maxFail: '30%' }, 3],
  [{ maxFail: '5%' }, 1],
  [{ maxFail: 0 }, 1],
  [{ anyErrorFatal: true }, 1],
  [{ anyErrorFatal: true, maxFail: 5 }, 1],
]
for (const [play, limit] of limits) test(`${JSON.stringify(play)} of 10 hosts: ${limit} may not fail`, () => assert.equal(failLimit(play, 10), limit))

/** Fails on these hosts; one after the other, so that it is told in the order of the inventory. */
const order = async (play: Partial<Play>, failing: readonly string[], options: { serial?: Serial; missing?: readonly string[] } = {}) => {
  const hosts = fakes(...'abcdef')
  for (const name of options.missing ?? []) Object.assign(hosts.get(name) ?? {}, { lines: 0 })
  const fragile = role('fragile', async (host: Host) => {
    await host.ensure(directory({ path: '/x' }))
    host.assert(!failing.includes(host.name), 'not well')
    await host.ensure(directory({ path: '/y' }))
  })
  const run = await runInMemory(hosts, [{ name: 'p', hosts: 'all', roles: [fragile], ...play }, { name: 'q', hosts: 'all', roles: [role('after', async () => {})] }], { forks: 1, ...(options.serial !== undefined && { serial: options.serial }) })
  const begun = new Set(run.told.map((each) => each.slice(0, 1)))
  const stopped = run.events.flatMap((event) => (event.type === 'play-stopped' ? [`${event.message}; not started: ${event.notStarted.join('')}`] : []))
  return { begun: [...begun].join(''), stopped, exit: run.recap.exit, reached: run.recap.hosts }
}

test('maxFail is reached, not exceeded: with 2, the second that fails ends the play', async () => {
  const { begun, stopped, exit } = await order({ maxFail: 2 }, ['a', 'c', 'e'])
  assert.deepEqual([begun, stopped, exit], ['abc', ['2 of 6 hosts failed or cannot be reached; the limit is 2; not started: def'], 2])
})

test('a host that cannot be reached counts', async () => {
  const { begun, stopped } = await order({ maxFail: '50%' }, ['b'], { missing: ['e', 'f'] })
  assert.deepEqual([begun, stopped], ['ab', ['3 of 6 hosts failed or cannot be reached; the limit is 3; not started: cd']])
})

test('too many cannot be reached: the play does not even begin', async () => {
  const { begun, stopped, exit } = await order({ anyErrorFatal: true }, [], { missing: ['f'] })
  assert.deepEqual([begun, stopped, exit], ['', ['1 of 6 hosts failed or cannot be reached; the limit is 1; not started: abcde'], 4])
})

test('without a limit, every host has its turn', async () => assert.equal((await order({}, ['a', 'b', 'c'])).begun, 'abcdef'))

test('what a play left out does not go on to the next', async () => {
  const { reached } = await order({ maxFail: 1 }, ['a'])
  assert.equal(reached['f']?.notReached, true)
})

for (const how of ['play', 'flag'] as const)
  test(`a batch of which every host failed ends the play (serial by the ${how})`, async () => {
    const { begun, stopped } = await order(how === 'play' ? { serial: 2 } : {}, ['c', 'd'], how === 'flag' ? { serial: 2 } : {})
    assert.deepEqual([begun, stopped], ['abcd', ['every host of a batch failed; not started: ef']])
  })

for (const how of [{ maxFail: 1 }, { serial: 1 }] as const)
  test(`an interrupt is no failure that gives a play up (${JSON.stringify(how)})`, async () => {
    let press = (_signal: string) => {}
    const interrupt = new Promise<string>((resolve) => (press = resolve))
    const pressed = role('pressed', async (host: Host) => {
      await host.ensure(directory({ path: '/x' }))
      press('SIGINT')
      await interrupt
      await host.ensure(directory({ path: '/y' }))
    })
    const { events, recap, unfinished } = await runInMemory(fakes('a', 'b'), [{ name: 'p', hosts: 'all', roles: [pressed], ...how }], { forks: 1, interrupt })
    assert.deepEqual([events.filter(({ type }) => type === 'play-stopped'), recap.exit, unfinished], [[], 130, ['a', 'b']])
  })

test('serial: a batch is through before the next begins', async () => {
  const log: string[] = []
  const slow = role('slow', async (host) => {
    log.push(`+${host.name}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
    log.push(`-${host.name}`)
  })
  await runInMemory(fakes(...'abcd'), [{ name: 'p', hosts: 'all', roles: [slow], serial: [1, 2] }])
  assert.deepEqual(log, ['+a', '-a', '+b', '+c', '-b', '-c', '+d', '-d'])
})

test('hosts of a batch that still work when the play is given up stop at their next step, and have not failed', async () => {
  let bIsWorking = () => {}
  const working = new Promise<void>((resolve) => (bIsWorking = resolve))
  const both = role('both', async (host: Host) => {
    await host.ensure(directory({ path: '/x' }))
    if (host.name === 'b') bIsWorking()
    await working
    if (host.name === 'a') host.fail('no')
    await new Promise((resolve) => setTimeout(resolve, 20))
    await host.ensure(directory({ path: '/y' }))
  })
  const run = await runInMemory(fakes('a', 'b'), [{ name: 'p', hosts: 'all', roles: [both], anyErrorFatal: true }])
  assert.deepEqual(run.told.filter((each) => each.startsWith('b')), ['b changed directory /x'])
  assert.deepEqual([run.recap.hosts['b']?.failed, run.recap.hosts['b']?.stoppedAt], [0, 'both › directory /x'])
})
