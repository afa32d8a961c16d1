import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { command } from '../../engine/actions/command.ts'
import type { Host } from '../../engine/host/host.ts'
import { Stop } from '../../engine/playbook/stop.ts'
import { directory } from '../../engine/tasks/directory.ts'
import { fakes, role, runInMemory } from '../rig/memory-run.ts'

const make = (at: string) => role('make', (host) => host.ensure(directory({ path: at })))
const letters = (count: number) => [...'abcdefghij'].slice(0, count)
/** Fails on these hosts. */
const failsOn = (...names: string[]) => role('fragile', async (host) => host.assert(!names.includes(host.name), 'it is not well'))

test('fault 1: a host that cannot be reached does not stop the others, and is told', async () => {
  const hosts = fakes('a', 'b', 'c')
  const b = hosts.get('b')
  if (b) b.lines = 0
  const run = await runInMemory(hosts, [{ name: 'p', hosts: 'all', roles: [make('/x')] }])
  assert.deepEqual(run.done, ['a', 'c'])
  assert.deepEqual([run.recap.exit, run.recap.unreachable, run.unfinished], [4, 1, ['b']])
})

test('a task that fails on one host does not stop the others; exit 2', async () => {
  const run = await runInMemory(fakes('a', 'b', 'c'), [{ name: 'p', hosts: 'all', roles: [failsOn('b'), make('/x')] }])
  assert.deepEqual(run.told.toSorted(), ['a changed directory /x', 'b failed fail', 'c changed directory /x'])
  assert.deepEqual([run.recap.exit, run.unfinished], [2, ['b']])
})

test('a host that failed in the first play takes no part in the second', async () => {
  const run = await runInMemory(fakes('a', 'b'), [{ name: 'one', hosts: 'all', roles: [failsOn('a')] }, { name: 'two', hosts: 'all', roles: [make('/x')] }])
  assert.deepEqual(run.told, ['a failed fail', 'b changed directory /x'])
  assert.equal(run.recap.hosts['a']?.stoppedAt, 'fragile › fail')
})

test('fault 8: a host that dies in the middle: done, unknown and not started are told apart; exit 7, and the others go on', async () => {
  const hosts = fakes('a', 'b')
  const b = hosts.get('b')
  b?.fates.push({ kind: 'dies', task: 1 })
  if (b) b.lines = 1
  const three = role('three', (host) => host.ensure(directory({ path: '/1' }), directory({ path: '/2' }), directory({ path: '/3' })))
  const run = await runInMemory(hosts, [{ name: 'p', hosts: 'all', roles: [three, make('/after')] }])
  assert.deepEqual(run.told.filter((each) => each.startsWith('b')), ['b changed directory /1', 'b unknown directory /2'])
  assert.deepEqual(run.told.filter((each) => each.startsWith('a')).length, 4)
  assert.deepEqual([run.recap.exit, run.recap.hosts['b']?.changed, run.recap.hosts['b']?.unknown, run.recap.hosts['b']?.unreachable, run.unfinished], [7, 1, 1, 1, ['b']])
})

test('a line that dies once is opened again: everything is done, and the traffic of both lines is counted', async () => {
  const hosts = fakes('a')
  hosts.get('a')?.fates.push({ kind: 'dies', task: 0 })
  const run = await runInMemory(hosts, [{ name: 'p', hosts: 'all', roles: [make('/x'), make('/y')] }])
  assert.deepEqual(run.told, ['a changed directory /x', 'a changed directory /y'])
  assert.deepEqual([run.recap.exit, run.traffic.get('a')?.roundTrips], [0, 6])
})

test('two roles that lost one line open one new line', async () => {
  const hosts = fakes('a', 'b')
  hosts.get('a')?.fates.push({ kind: 'dies', task: 0 })
  const opened: string[] = []
  // b's role works on a as well, with a handle of its own, before and after the line was lost.
  const cross = role('cross', async (host) => {
    const other = host.name === 'b' ? await host.on('a') : host
    for (const n of [1, 2, 3]) await other.ensure(directory({ path: `/${host.name}/${n}` }))
  })
  const run = await runInMemory(hosts, [{ name: 'p', hosts: 'all', roles: [cross] }], { emit: (event) => event.type === 'connected' && opened.push(event.host) })
  assert.equal(run.recap.exit, 0, run.told.join('\n'))
  assert.equal(run.told.length, 6)
  assert.deepEqual(hosts.get('a')?.lines, Infinity)
})

test('two plays that work as the same user share one line; told apart by who that is', async () => {
  const hosts = fakes('a')
  const a = hosts.get('a')
  if (a) a.lines = 1
  const plays = [{ name: 'one', hosts: 'all', roles: [make('/x')], become: true }, { name: 'two', hosts: 'all', roles: [make('/y')] }]
  const run = await runInMemory(hosts, plays, { userOf: () => 'root' })
  assert.deepEqual([run.recap.exit, run.told.length], [0, 2])
})

test('a host where nothing was done is let go when its last play is through; one where something was done is held to the end', async () => {
  const hosts = fakes('a', 'b', 'c')
  await runInMemory(hosts, [{ name: 'earlier', hosts: 'a', roles: [make('/x')] }])
  const seen: unknown[] = []
  const look = role('look', (host) => {
    seen.push([host.name, hosts.get('a')?.held, hosts.get('b')?.held])
    return Promise.resolve()
  })
  const run = await runInMemory(hosts, [{ name: 'one', hosts: 'all', roles: [make('/x')] }, { name: 'two', hosts: 'all', roles: [look] }], { forks: 1 })
  assert.deepEqual(seen, [['a', 1, 1], ['b', 0, 1], ['c', 0, 1]])
  assert.deepEqual([run.recap.exit, run.recap.changed, run.traffic.get('a')?.roundTrips, hosts.get('b')?.held], [0, 2, 1, 0])
})

test('a host that was let go is found anew by who asks for it after all, and then held to the end', async () => {
  const hosts = fakes('a', 'b', 'c')
  await runInMemory(hosts, [{ name: 'earlier', hosts: 'a', roles: [make('/x')] }])
  const seen: unknown[] = []
  const cross = role('cross', async (host) => {
    await (await host.on('a')).ensure(directory({ path: '/x' }))
    seen.push([host.name, hosts.get('a')?.held])
  })
  const plays = [{ name: 'one', hosts: 'a', roles: [make('/x')] }, { name: 'two', hosts: 'b,c', roles: [cross] }]
  const run = await runInMemory(hosts, plays, { forks: 1 })
  assert.deepEqual(seen, [['b', 1], ['c', 1]])
  // Looked at by the first play, and again over the new line: it may have been somebody else's meanwhile. The third finds that known.
  assert.deepEqual([run.recap.exit, run.recap.changed, run.traffic.get('a')?.roundTrips, hosts.get('a')?.held], [0, 0, 2, 0])
})

test('a role is told who is in the inventory, without anybody being contacted', async () => {
  const seen: unknown[] = []
  const look = role('look', (host) => {
    seen.push(host.inventory('all:!a').map(({ name, address }) => [name, address]), host.inventory('all')[0]?.name)
    return Promise.resolve()
  })
  const run = await runInMemory(fakes('a', 'b', 'c'), [{ name: 'p', hosts: 'a', roles: [look] }])
  assert.deepEqual([seen[0], seen[1], run.traffic.get('b')?.roundTrips, run.recap.exit], [[['b', 'b'], ['c', 'c']], 'a', undefined, 0])
  const wrong = await runInMemory(fakes('a'), [{ name: 'p', hosts: 'a', roles: [role('wrong', (host) => Promise.resolve(void host.inventory('al')))] }])
  assert.match(wrong.events.flatMap((event) => (event.type === 'failure' ? [event.message] : [])).join(), /there is no host or group "al"/)
  assert.equal(wrong.recap.exit, 2)
})

test('a play that may be for nobody says so; without it that is a mistake', async () => {
  const rest = { name: 'rest', hosts: 'all:!a', roles: [make('/x')] }
  const run = await runInMemory(fakes('a'), [{ ...rest, allowEmpty: true }, { name: 'all', hosts: 'all', roles: [make('/y')] }])
  assert.deepEqual([run.told, run.recap.exit], [['a changed directory /y'], 0])
  await assert.rejects(runInMemory(fakes('a'), [rest]), /all:!a matches no host/)
})

test('a host that is asked for again while it is being let go: its lock is free before a new line wants it', async () => {
  const hosts = fakes('a', 'b')
  await runInMemory(hosts, [{ name: 'earlier', hosts: 'a', roles: [make('/x')] }])
  const a = hosts.get('a')
  assert.ok(a)
  let askedAgain = () => {}
  const asked = new Promise<void>((resolve) => (askedAgain = resolve))
  a.before = (moment) => (moment === 'close' && a.held === 1 ? asked : undefined)
  const cross = role('cross', async (host) => {
    const other = host.on('a')
    // Whoever does not wait for it has a second line by now.
    setTimeout(askedAgain, 20)
    await (await other).ensure(directory({ path: '/x' }))
  })
  const run = await runInMemory(hosts, [{ name: 'one', hosts: 'a', roles: [make('/x')] }, { name: 'two', hosts: 'b', roles: [cross] }])
  assert.deepEqual([run.recap.exit, a.most.held, a.held], [0, 1, 0])
})

test('interrupted: what runs is finished, nothing new is started; exit 130', async () => {
  const stop = new Stop()
  const slow = role('slow', async (host: Host) => {
    await host.ensure(directory({ path: '/1' }))
    stop.request('interrupted by SIGINT')
    await host.ensure(directory({ path: '/2' }))
  })
  const run = await runInMemory(fakes('a', 'b'), [{ name: 'p', hosts: 'all', roles: [slow], serial: 1 }, { name: 'q', hosts: 'all', roles: [make('/3')] }], { stop })
  assert.deepEqual(run.told, ['a changed directory /1'])
  assert.deepEqual(run.unfinished, ['a', 'b'])
})

test('interrupted before anybody was reached: nobody is', async () => {
  const stop = new Stop()
  stop.request('interrupted by SIGINT')
  const hosts = fakes('a', 'b')
  const run = await runInMemory(hosts, [{ name: 'p', hosts: 'all', roles: [make('/x')] }], { stop })
  assert.deepEqual([run.told, run.events.filter(({ type }) => type === 'connected').length], [[], 0])
})

test('what a role throws fails its host, with the place; the others go on', async () => {
  const broken = role('broken', async (host) => {
    if (host.name === 'a') throw new TypeError('x is not a function')
  })
  const run = await runInMemory(fakes('a', 'b'), [{ name: 'p', hosts: 'all', roles: [broken, make('/x')] }])
  const failure = run.events.find((event) => event.type === 'failure')
  assert.ok(failure?.type === 'failure' && failure.reason === 'error' && failure.place?.file.endsWith('run.test.ts'))
  assert.deepEqual([run.recap.exit, run.done], [2, ['b']])
})

test('wrong params of a task, found while the role runs, are told as such', async () => {
  const run = await runInMemory(fakes('a'), [{ name: 'p', hosts: 'all', roles: [role('r', async (host) => host.ensure(directory({ path: 'relative' })))] }])
  const failure = run.events.find((event) => event.type === 'failure')
  assert.ok(failure?.type === 'failure' && failure.reason === 'params')
  assert.match(failure.message, /path: a path on a host must be absolute/)
})

test('what a schema of the role itself refuses is told in sentences, and not in JSON', async () => {
  const Wish = z.strictObject({ domain: z.string().regex(/^[a-z.]+$/, 'a domain such as shop.example.com'), port: z.number() })
  const run = await runInMemory(fakes('a'), [{ name: 'p', hosts: 'all', roles: [role('r', async () => void Wish.parse({ domain: 'a b', prot: 1 }))] }])
  const failure = run.events.find((event) => event.type === 'failure')
  assert.ok(failure?.type === 'failure' && failure.place?.file.endsWith('run.test.ts'))
  assert.deepEqual([failure.reason, failure.message], ['params', 'domain: a domain such as shop.example.com; port is missing: expected number; unknown key "prot"'])
})

test('a role that ends while something it did not wait for is at work: waited for, then told', async () => {
  const forgetful = role('forgetful', async (host) => {
    void host.ensure(directory({ path: '/x' }))
  })
  const throwing = role('throwing', async (host) => {
    void host.ensure(directory({ path: '/y' }))
    throw new Error('early')
  })
  const run = await runInMemory(fakes('a'), [{ name: 'p', hosts: 'all', roles: [forgetful] }])
  assert.deepEqual(run.events.flatMap((event) => (event.type === 'failure' ? [event.reason] : [])), ['not-awaited'])
  assert.deepEqual(run.events.flatMap((event) => (event.type === 'task' ? [`${event.status} ${event.task}`] : [])), ['changed directory /x'], 'the role itself is no task: docs/events.md')
  const other = await runInMemory(fakes('a'), [{ name: 'p', hosts: 'all', roles: [throwing] }])
  const types = other.events.map(({ type }) => type)
  assert.ok(types.indexOf('host-done') > types.lastIndexOf('task'), types.join())
})

test('a failure that a role catches is told as rescued; exit 0', async () => {
  const brave = role('brave', async (host) => {
    try {
      await host.run(command({ argv: ['true'] }))
    } catch {
      await host.ensure(directory({ path: '/plan-b' }))
    }
  })
  const hosts = fakes('a')
  hosts.get('a')?.fates.push({ kind: 'fails', task: 0 })
  const run = await runInMemory(hosts, [{ name: 'p', hosts: 'all', roles: [brave] }])
  assert.deepEqual([run.recap.exit, run.recap.hosts['a']?.rescued, run.recap.hosts['a']?.failed], [0, 1, 0])
})

test('a failure on another host that a role catches is rescued there', async () => {
  const brave = role('brave', async (host) => {
    if (host.name !== 'a') return
    const other = await host.on('b')
    await other.run(command({ argv: ['true'] })).then(undefined, () => {})
  })
  const hosts = fakes('a', 'b')
  hosts.get('b')?.fates.push({ kind: 'fails', task: 0 })
  const run = await runInMemory(hosts, [{ name: 'p', hosts: 'all', roles: [brave] }])
  assert.deepEqual([run.recap.exit, run.recap.hosts['b']?.rescued], [0, 1])
})

test('a host that is lost, or an interrupt, is not rescued by a role that catches everything', async () => {
  const careless = role('careless', async (host) => {
    await host.ensure(directory({ path: '/one' }))
    try {
      await host.ensure(directory({ path: '/two' }))
    } catch {
      host.note('left out')
    }
  })
  const lost = fakes('a', 'b')
  const a = lost.get('a')
  if (a) a.lines = 1
  a?.fates.push({ kind: 'works' }, { kind: 'dies', task: 0 })
  const run = await runInMemory(lost, [{ name: 'p', hosts: 'all', roles: [careless] }])
  assert.deepEqual([run.recap.exit, run.recap.hosts['a']?.unreachable, run.unfinished, run.done], [7, 1, ['a'], ['b']])

  const stop = new Stop()
  const ends = role('ends', async (host) => {
    stop.request('interrupted by SIGINT')
    await Promise.resolve(host.ensure(directory({ path: '/one' }))).catch(() => {})
  })
  const interrupted = await runInMemory(fakes('a'), [{ name: 'p', hosts: 'all', roles: [ends] }], { stop })
  assert.deepEqual([interrupted.unfinished, interrupted.done], [['a'], []])
})

test('another host that is lost, which a role catches, is lost all the same; the role goes on', async () => {
  const hosts = fakes('a', 'b')
  const b = hosts.get('b')
  if (b) b.lines = 1
  b?.fates.push({ kind: 'dies', task: 0 })
  const cross = role('cross', async (host) => {
    if (host.name !== 'a') return
    await (await host.on('b')).ensure(directory({ path: '/x' })).then(undefined, () => {})
    await host.ensure(directory({ path: '/y' }))
  })
  const run = await runInMemory(hosts, [{ name: 'p', hosts: 'all', roles: [cross] }])
  assert.deepEqual([run.recap.hosts['b']?.unreachable, run.recap.hosts['a']?.failed, run.told.includes('a changed directory /y')], [1, 0, true])
})

test('another host that is lost while a role works there: that one is lost, and the role has failed on its own', async () => {
  const hosts = fakes('a', 'b', 'c')
  const b = hosts.get('b')
  if (b) b.lines = 1
  b?.fates.push({ kind: 'dies', task: 0 })
  const cross = role('cross', async (host) => {
    if (host.name === 'a') await (await host.on('b')).ensure(directory({ path: '/x' }))
  })
  const run = await runInMemory(hosts, [{ name: 'p', hosts: 'all', roles: [cross] }, { name: 'q', hosts: 'all', roles: [make('/y')] }])
  assert.deepEqual([run.recap.hosts['a']?.unreachable, run.recap.hosts['b']?.unreachable, run.recap.hosts['a']?.failed], [0, 1, 1])
  assert.deepEqual(run.told.filter((each) => each.endsWith('/y')), ['c changed directory /y'])
})

test('a host that was lost by one role is not opened again for another that works there', async () => {
  const hosts = fakes('a', 'b')
  const b = hosts.get('b')
  assert.ok(b)
  b.fates.push({ kind: 'dies', task: 0 }, { kind: 'dies', task: 0 })
  // While the first is at work there, the second takes the same line, and waits for its turn.
  b.before = () => new Promise((resolve) => setTimeout(resolve, 20))
  const cross = role('cross', async (host) => void (await (await host.on('b')).ensure(directory({ path: `/${host.name}` }))))
  const run = await runInMemory(hosts, [{ name: 'p', hosts: 'all', roles: [cross] }])
  assert.deepEqual(run.told.filter((each) => each.startsWith('b ')), ['b unknown directory /a'])
  assert.deepEqual([b.most.held, b.held, run.recap.exit, [...run.unfinished].sort()], [1, 0, 7, ['a', 'b']])
})

test('once a run, on the first host that comes there; a host lost in it does not take the others along', async () => {
  const hosts = fakes('a', 'b')
  const a = hosts.get('a')
  if (a) a.lines = 1
  a?.fates.push({ kind: 'dies', task: 0 })
  const migrate = role('migrate', async (host) => host.once('schema', async () => host.run(command({ argv: ['migrate'] }))))
  const run = await runInMemory(hosts, [{ name: 'p', hosts: 'all', roles: [migrate] }])
  assert.deepEqual([run.recap.hosts['a']?.unreachable, run.recap.hosts['b']?.unreachable, run.recap.hosts['b']?.failed], [1, 0, 1])
})

test('fault 70: forks: so many hosts at a time, and no more', async () => {
  let [inside, most] = [0, 0]
  const busy = role('busy', async () => {
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setTimeout(resolve, 10))
    inside--
  })
  const run = await runInMemory(fakes(...letters(10)), [{ name: 'p', hosts: 'all', roles: [busy] }], { forks: 3 })
  assert.deepEqual([most, run.done.length], [3, 10])
})

test('tags of the play, of the role and its name reach every task, on other hosts too', async () => {
  const cross = role('cross', async (host) => {
    await host.ensure(directory({ path: '/here' }), directory({ path: '/extra' }, { tags: ['extra'] }))
    await (await host.on('b')).ensure(directory({ path: '/there' }))
  }, ['net'])
  const told = async (...tags: string[]) => (await runInMemory(fakes('a', 'b'), [{ name: 'p', hosts: 'a', roles: [cross], tags: ['all-of-it'] }], { tags: { tags, skip: [] } })).told.length
  assert.deepEqual([await told(), await told('cross'), await told('net'), await told('all-of-it'), await told('extra'), await told('none')], [3, 3, 3, 3, 1, 0])
})

test('fault 74: a thousand hosts', async () => {
  const names = Array.from({ length: 1000 }, (_, n) => `h${n}`)
  const run = await runInMemory(fakes(...names), [{ name: 'p', hosts: 'all', roles: [make('/x')] }])
  assert.deepEqual([run.done.length, run.recap.changed, run.recap.exit], [1000, 1000, 0])
})

test('a role that waits for something of its own is told of, ever more seldom, and given up in the end; the other host and its time in tasks do not count', { timeout: 20_000 }, async () => {
  const hosts = fakes('a', 'b')
  const [hangs, works] = [role('hangs', async (host) => (host.name === 'a' ? new Promise(() => {}) : host.ensure(directory({ path: '/x' })))), role('works', (host) => host.ensure(directory({ path: '/y' })))]
  const { events, done, recap } = await runInMemory(hosts, [{ name: 'p', hosts: 'all', roles: [hangs, works] }], { patienceMs: 2_000 })
  const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))
  assert.deepEqual(warnings, ['a: the role hangs has been waiting for 1 s, for something that is no task', 'a: the role hangs has been waiting for 2 s, for something that is no task'])
  const failure = events.find((event) => event.type === 'failure')
  assert.match(failure?.type === 'failure' ? failure.message : '', /^this role asked nothing of its host for 2 s, and did not end$/)
  assert.deepEqual([done, recap.exit], [['b'], 2])
})

test('a task that was made and given to no host is told of once, with its place; not after a failure', async () => {
  const forgets = role('forgets', async (host) => {
    directory({ path: '/forgotten' })
    await host.ensure(directory({ path: '/kept' }))
    await host.run(command({ argv: ['true'] }))
    command({ argv: ['false'] })
  })
  const warned = async (...roles: (typeof forgets)[]) => (await runInMemory(fakes('a', 'b'), [{ name: 'p', hosts: 'all', roles }])).events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))
  const [first = '', second = '', ...more] = await warned(forgets)
  assert.match(first, /^test\/playbook\/run\.test\.ts:\d+:5 "directory \/forgotten" was made and given to no host: nothing was done about it/)
  assert.match(second, /^test\/playbook\/run\.test\.ts:\d+:5 "command false" was made/)
  assert.deepEqual(more, [])
  assert.deepEqual(await warned(forgets, role('fails', async (host) => host.fail('no'))), [])
})

test('a host on which it was taken back is not through, though its role came to its end', async () => {
  const takesBack = role('takes-back', async (host) => {
    if (host.name === 'a') return
    const other = await host.on('a')
    other.undone()
    host.fail('no')
  })
  const { done, unfinished } = await runInMemory(fakes('a', 'b', 'c'), [{ name: 'p', hosts: 'all', serial: 1, maxFail: 1, roles: [takesBack] }])
  assert.deepEqual([done, unfinished], [['a'], ['a', 'b', 'c']])
})
