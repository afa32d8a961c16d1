import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command } from '../../engine/actions/command.ts'
import { becomes, Unreadable } from '../../engine/facts/fact.ts'
import { path } from '../../engine/facts/path.ts'
import { ReadAhead } from '../../engine/host/ahead.ts'
import type { Host } from '../../engine/host/host.ts'
import type { OpenLink } from '../../engine/playbook/fleet.ts'
import type { Play } from '../../engine/playbook/playbook.ts'
import { change } from '../../engine/tasks/change.ts'
import { directory } from '../../engine/tasks/directory.ts'
import type { Looked } from '../../engine/transport/link.ts'
import type { FakeHost } from '../../engine/testing/fake-host.ts'
import { fakes, role, runInMemory } from '../rig/memory-run.ts'

const made = { kind: 'directory', mode: '0755', uid: 0, gid: 0, size: 4096 } as const
const someoneMakes = (at: string) => change('by hand', [], [becomes(path(at), made)])
const playOf = (run: (host: Host) => PromiseLike<unknown>): Play[] => [{ name: 'p', hosts: 'all', roles: [role('it', run)] }]
/** One `await` a task: as many turns as tasks, for who asks only when he is asked. */
const oneByOne = (count: number) => playOf(async (host) => {
  for (let n = 0; n < count; n++) await host.ensure(directory({ path: `/${n}` }))
})

/** What these plays ask, of hosts on which they have been run already. */
async function learnt(hosts: Map<string, FakeHost>, plays: readonly Play[]): Promise<ReadAhead> {
  const first = new ReadAhead()
  await runInMemory(hosts, plays, { ahead: first })
  for (const host of hosts.values()) host.looks.length = host.acts.length = 0
  return new ReadAhead(first.asked)
}

test('nothing to change: what the last run asked is one turn, however it is asked', async () => {
  const hosts = fakes('a', 'b')
  const ahead = await learnt(hosts, oneByOne(30))
  const run = await runInMemory(hosts, oneByOne(30), { ahead })
  assert.deepEqual([run.recap.changed, run.recap.hosts['a']?.ok, hosts.get('a')?.turns, hosts.get('b')?.turns], [0, 30, 1, 1])
  // It learns from answers that it had as from those it had to ask for.
  const third = await runInMemory(hosts, oneByOne(30), { ahead: new ReadAhead(ahead.asked) })
  assert.deepEqual([third.recap.changed, hosts.get('a')?.turns], [0, 2])
})

test('what nobody asks any more costs nothing but its bytes; what is new is asked as ever', async () => {
  const hosts = fakes('a')
  const ahead = await learnt(hosts, oneByOne(3))
  const run = await runInMemory(hosts, playOf((host) => host.ensure(directory({ path: '/0' }), directory({ path: '/new' }))), { ahead })
  assert.deepEqual(run.told, ['a ok directory /0', 'a changed directory /new'])
  assert.deepEqual(hosts.get('a')?.turns, 3)
  assert.ok(!ahead.asked.get('a')?.some(({ key }) => key.includes('/2')))
})

test('once something was changed, on whichever host, everything is asked anew', async () => {
  const hosts = fakes('a', 'b')
  const [a, b] = [hosts.get('a'), hosts.get('b')]
  assert.ok(a && b)
  const plays = (what: string): Play[] => [
    { name: 'one', hosts: 'a', roles: [role('it', (host) => host.ensure(directory({ path: what })))] },
    { name: 'two', hosts: 'b', roles: [role('it', (host) => host.ensure(directory({ path: '/theirs' })))] },
  ]
  const ahead = await learnt(hosts, plays('/ours'))
  // What is done on a removes something on b: the world behind is not ours to know.
  a.before = (what) => (what === 'act' ? b.changeBy(change('gone', [], [becomes(path('/theirs'), { kind: 'absent' })])) : undefined)
  const run = await runInMemory(hosts, plays('/other'), { ahead })
  assert.deepEqual(run.told, ['a changed directory /other', 'b changed directory /theirs'])
})

test('an action counts as a change', async () => {
  const hosts = fakes('a')
  const plays = playOf(async (host) => {
    await host.run(command({ argv: ['make', 'it'], changes: false }))
    await host.ensure(directory({ path: '/late' }))
  })
  const ahead = await learnt(hosts, plays)
  const a = hosts.get('a')
  await a?.changeBy(change('gone', [], [becomes(path('/late'), { kind: 'absent' })]))
  let acts = 0
  if (a) a.before = (what) => (what === 'act' && ++acts === 1 ? a.changeBy(someoneMakes('/late')) : undefined)
  assert.deepEqual((await runInMemory(hosts, plays, { ahead })).told.at(-1), 'a ok directory /late')
})

test('check mode foretells on top of what was read ahead', async () => {
  const hosts = fakes('a')
  const plays = playOf(async (host) => {
    await host.ensure(directory({ path: '/d' }))
    await host.ensure(directory({ path: '/d/e' }))
  })
  const first = new ReadAhead()
  await runInMemory(hosts, plays, { ahead: first, mode: 'check' })
  const run = await runInMemory(hosts, plays, { ahead: new ReadAhead(first.asked), mode: 'check' })
  assert.deepEqual(run.told, ['a changed directory /d', 'a changed directory /d/e'])
})

/** Lines whose first answer is this one. */
const answering = (hosts: Map<string, FakeHost>, answer: Looked): OpenLink => ({ name }) => {
  const link = hosts.get(name)?.link()
  return Promise.resolve(link ? { ok: true, link: Object.assign(link, { ahead: Promise.resolve(answer) }) } : { ok: false, error: { reason: 'refused', message: 'nobody' } })
}

for (const [what, answer] of [
  ['a line that broke', { kind: 'lost', error: { reason: 'lost', message: 'gone' } }],
  ['an answer that cannot be understood', { kind: 'seen', values: new Map(['/0', '/1'].map((at) => [path(at).key, new Unreadable('no')])) }],
  ['an answer that says too little', { kind: 'seen', values: new Map() }],
] as const)
  test(`${what}: asked for again`, async () => {
    const hosts = fakes('a')
    const ahead = await learnt(hosts, oneByOne(2))
    const run = await runInMemory(hosts, oneByOne(2), { ahead, open: answering(hosts, answer) })
    assert.deepEqual([run.told, hosts.get('a')?.turns], [['a ok directory /0', 'a ok directory /1'], 2])
  })

test('an answer that says otherwise is believed', async () => {
  const hosts = fakes('a')
  const ahead = await learnt(hosts, oneByOne(1))
  const answer = { kind: 'seen', values: new Map<string, unknown>([[path('/0').key, { kind: 'absent' }], [path('/').key, made]]) } as const
  const run = await runInMemory(hosts, oneByOne(1), { ahead, mode: 'check', open: answering(hosts, answer) })
  assert.deepEqual([run.told, hosts.get('a')?.turns], [['a changed directory /0'], 0])
})
