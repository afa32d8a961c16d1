import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command } from '../../engine/actions/command.ts'
import { TaskFailed } from '../../engine/host/failure.ts'
import type { Host } from '../../engine/host/host.ts'
import { Once } from '../../engine/playbook/once.ts'
import { isSelected } from '../../engine/playbook/tags.ts'
import { directory } from '../../engine/tasks/directory.ts'
import { file } from '../../engine/tasks/file.ts'
import { FakeHost } from '../../engine/testing/fake-host.ts'
import { openMemory } from '../../engine/testing/memory-host.ts'
import { aDirectory } from '../../engine/testing/paths.ts'

test('try and catch in a role: what failed is kept, so that it can be told as rescued', async () => {
  const { host } = openMemory()
  try {
    await host.ensure(file({ path: '/no/dir', content: '' }))
    assert.fail('it should have failed')
  } catch (error) {
    assert.ok(error instanceof TaskFailed)
  }
  await host.ensure(directory({ path: '/a' }))
  assert.deepEqual(host.watch.caught.map(({ host, task, reason }) => [host, task, reason]), [['memory', 'file /no/dir', 'refused']])
})

const forgets: readonly (readonly [what: string, role: (host: Host) => unknown, forgotten: number])[] = [
  ['ensure', (host) => void host.ensure(directory({ path: '/a' })), 1],
  ['run', (host) => void host.run(command({ argv: ['true'] })), 1],
  ['read, awaited', async (host) => void (await host.ensure(directory({ path: '/a' }))), 0],
  ['one of two in Promise.all', (host) => Promise.all([host.ensure(directory({ path: '/a' })), host.run(command({ argv: ['true'] }))]), 0],
  ['once', (host) => void host.once('key', async () => 1), 1],
  ['a failing once', (host) => void host.once('key', () => Promise.reject(new Error('nobody hears this'))), 1],
  ['ensure on another host', async (host) => void (await host.on('other')).ensure(directory({ path: '/a' })), 1],
]
for (const [what, role, forgotten] of forgets)
  test(`a forgotten await is found: ${what}`, async () => {
    const other = openMemory()
    const { host } = openMemory(new FakeHost('memory'), 'apply', { services: { other: () => Promise.resolve(other.host) } })
    await role(host)
    await host.watch.settled()
    assert.equal(host.watch.forgotten.length, forgotten)
    for (const origin of host.watch.forgotten) assert.match(origin.stack ?? '', /handle\.test\.ts/)
  })

test('what fails on another host counts for the role that asked', async () => {
  const other = openMemory()
  const { host } = openMemory(new FakeHost('memory'), 'apply', { services: { other: () => Promise.resolve(other.host) } })
  const there = await host.on('other')
  await assert.rejects(async () => there.ensure(file({ path: '/no/dir', content: '' })))
  assert.equal(host.watch.caught.length, 1)
})

test('once a run: the first does it, the others get its result, and its failure too', async () => {
  const once = new Once()
  let runs = 0
  const work = async () => ++runs
  assert.deepEqual(await Promise.all([once.do('k', 'a', work), once.do('k', 'b', work), once.do('other', 'c', work)]), [1, 1, 2])
  const fails = () => Promise.reject(new Error('broken'))
  await assert.rejects(once.do('f', 'a', fails), /broken/)
  await assert.rejects(once.do('f', 'b', () => Promise.resolve('fine')), /broken/)
})

test('--step: nothing is changed without a yes, and the question says what', async () => {
  const asked: unknown[] = []
  let answer = true
  const fake = new FakeHost('memory')
  const { host, told } = openMemory(fake, 'apply', {
    confirm: (name, what) => {
      asked.push(name, ...what)
      return Promise.resolve(answer)
    },
  })
  await host.ensure(directory({ path: '/a' }), directory({ path: '/' }))
  await host.ensure(directory({ path: '/a' }))
  answer = false
  await assert.rejects(async () => host.ensure(directory({ path: '/b' })), /not confirmed/)
  await assert.rejects(async () => host.run(command({ argv: ['true'] })), /not confirmed/)
  assert.deepEqual(asked.filter((each) => typeof each === 'object'), [
    { task: 'directory /a', changes: ['create /a'] },
    { task: 'directory /', changes: ['create /'] },
    { task: 'directory /b', changes: ['create /b'] },
    { task: 'command true', changes: ['run true'] },
  ])
  assert.equal(fake.acts.length, 1)
  assert.equal(told().length, 3)
})

test('tasks that are not selected are skipped in silence; the others keep their results; an action is told, for nobody makes up for it', async () => {
  const fake = new FakeHost('memory')
  const { host, told } = openMemory(fake, 'apply', { services: { selected: (_title, tags) => tags.includes('yes') } })
  const [no, yes, never] = await host.ensure(directory({ path: '/no' }), directory({ path: '/yes' }, { tags: ['yes'] }), directory({ path: '/never' }))
  assert.deepEqual([no.status, yes.status, never.status], ['skipped', 'changed', 'skipped'])
  assert.deepEqual(told(), ['changed directory /yes: create /yes'])
  assert.deepEqual(await host.run(command({ argv: ['true'] })), { ran: false, changed: false, why: 'not asked for: --tags, --skip-tags or --start-at' })
  assert.equal((await host.run(command({ argv: ['uname'], changes: false }))).ran, false)
  assert.deepEqual(told(), ['changed directory /yes: create /yes', 'skipped command true'])
})

const tagRows: readonly (readonly [own: string[], tags: string[], skip: string[], selected: boolean])[] = [
  [[], [], [], true],
  [['a'], [], [], true],
  [['a'], ['a'], [], true],
  [['a', 'b'], ['b'], [], true],
  [['a'], ['b'], [], false],
  [[], ['b'], [], false],
  [['a'], [], ['a'], false],
  [['a', 'b'], ['a'], ['b'], false],
  [['always'], ['b'], [], true],
  [['always'], [], ['always'], false],
  [['never'], [], [], false],
  [['never', 'a'], ['a'], [], true],
  [['never'], ['never'], [], true],
  [['never', 'a'], ['b'], [], false],
]
for (const [own, tags, skip, selected] of tagRows)
  test(`tags [${own.join()}] with --tags ${tags.join() || '-'} --skip-tags ${skip.join() || '-'}: ${selected ? 'runs' : 'does not run'}`, () => assert.equal(isSelected(own, { tags, skip }), selected))

test('guards of a command', async () => {
  const { host } = openMemory()
  await host.ensure(directory({ path: '/there' }))
  const why = async (more: object) => {
    const result = await host.run(command({ argv: ['true'], ...more }))
    return result.ran ? 'ran' : result.why
  }
  assert.deepEqual([await why({ creates: '/there' }), await why({ creates: '/nowhere' }), await why({ removes: '/nowhere' }), await why({ removes: '/there' })], ['/there exists', 'ran', '/nowhere does not exist', 'ran'])
})

test('a command that says what it touches: what comes after it is foretold as ever, but for that; for real only that is looked at again', async () => {
  const [a, b] = [file({ path: '/a', content: 'a' }), file({ path: '/b', content: 'b' })]
  const after = async (more: object) => {
    const { host, told } = openMemory(new FakeHost('memory', [aDirectory('/')]), 'check')
    await host.run(command({ argv: ['true'], ...more }))
    await host.ensure(a, b)
    return told().slice(1)
  }
  const foretold = ['changed file /a: create /a', 'changed file /b: create /b']
  assert.deepEqual(await after({ touches: [] }), foretold)
  assert.deepEqual(await after({ touches: ['/a'] }), ['unknown file /a', 'changed file /b: create /b'])
  assert.deepEqual(await after({}), ['unknown file /a', 'unknown file /b'])

  const fake = new FakeHost('memory', [aDirectory('/')])
  const { host } = openMemory(fake)
  await host.ensure(a, b)
  const looks = fake.looks.length
  await host.run(command({ argv: ['true'], touches: ['/a'] }))
  await host.ensure(a, b)
  assert.deepEqual(fake.looks.slice(looks).map((facts) => facts.map(({ arg }) => arg)), [['/a', '/a']])
})

test('in check mode, a command that only looks runs, unless something would have been changed before', async () => {
  const fake = new FakeHost('memory')
  const { host, told } = openMemory(fake, 'check')
  const look = command({ argv: ['uname'], changes: false })
  assert.equal((await host.run(look)).ran, true)
  await host.ensure(directory({ path: '/a' }))
  assert.equal((await host.run(look)).ran, false)
  assert.deepEqual(told(), ['ok command uname', 'changed directory /a: create /a', 'unknown command uname'])
})
