import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { command } from '../../engine/actions/command.ts'
import { digest, path, text } from '../../engine/facts/path.ts'
import { absent } from '../../engine/tasks/absent.ts'
import { created } from '../../engine/tasks/created.ts'
import { directory } from '../../engine/tasks/directory.ts'
import { file } from '../../engine/tasks/file.ts'
import { line } from '../../engine/tasks/line.ts'
import { link } from '../../engine/tasks/link.ts'
import type { Task } from '../../engine/tasks/task.ts'
import { contentOf } from '../../engine/values/content.ts'
import { FakeHost } from '../../engine/testing/fake-host.ts'
import { localHost } from '../rig/local.ts'
import { openMemory } from '../../engine/testing/memory-host.ts'

const made = { kind: 'directory', mode: '0755', uid: 0, gid: 0, size: 4096 } as const
const hundred = Array.from({ length: 100 }, (_, n) => directory({ path: `/data/${n}` }))

test('a batch of 100 tasks costs two turns when it changes things, one when it does not, none when all is known', async () => {
  const fake = new FakeHost('memory')
  const first = openMemory(fake)
  const results = await first.host.ensure(...hundred)
  assert.ok(results.every(({ changed }) => changed))
  assert.equal(fake.turns, 2)
  await first.host.ensure(...hundred)
  assert.equal(fake.turns, 2)
  const second = openMemory(fake)
  assert.ok((await second.host.ensure(...hundred)).every(({ status }) => status === 'ok'))
  assert.equal(fake.turns, 3)
})

test('check mode looks once and acts never', async () => {
  const fake = new FakeHost('memory')
  const { host } = openMemory(fake, 'check')
  await host.ensure(...hundred)
  await host.ensure(...hundred)
  assert.deepEqual([fake.looks.length, fake.acts.length], [1, 0])
})

test('a fact is asked once, however many tasks need it', async () => {
  const fake = new FakeHost('memory', [[path('/etc'), made]])
  await openMemory(fake).host.ensure(file({ path: '/etc/a', content: 'a' }), file({ path: '/etc/b', content: 'b' }), directory({ path: '/etc' }))
  const asked = fake.looks[0]?.map(({ key }) => key) ?? []
  assert.equal(asked.length, new Set(asked).size)
})

/** What is foretold of tasks on an empty host, and what then happens. */
const sequences: readonly (readonly [what: string, tasks: readonly Task[], told: readonly string[]])[] = [
  ['a file in a directory that is made before', [directory({ path: '/a/b' }), file({ path: '/a/b/c', content: 'x' })], ['changed directory /a/b: create /a/b', 'changed file /a/b/c: create /a/b/c']],
  ['in a parent that is made on the way', [directory({ path: '/a/b' }), file({ path: '/a/c', content: 'x' })], ['changed directory /a/b: create /a/b', 'changed file /a/c: create /a/c']],
  ['twice the same', [directory({ path: '/a' }), directory({ path: '/a' })], ['changed directory /a: create /a', 'ok directory /a']],
  ['made and removed', [directory({ path: '/a/b' }), absent({ path: '/a' }), directory({ path: '/a/b' })], [
    'changed directory /a/b: create /a/b', 'changed absent /a: remove the directory /a and everything in it', 'changed directory /a/b: create /a/b',
  ]],
  ['a link to what is there by then', [directory({ path: '/a' }), file({ path: '/a/f', content: 'x' }), link({ path: '/a/l', target: 'f' })], ['changed directory /a: create /a', 'changed file /a/f: create /a/f', 'changed link /a/l: link /a/l to f']],
]

for (const [what, tasks, told] of sequences)
  for (const batched of [true, false])
    test(`foretold: ${what}${batched ? '' : ', one by one'}`, async () => {
      const check = openMemory(new FakeHost('memory'), 'check')
      const apply = openMemory(new FakeHost('memory'))
      for (const { host } of [check, apply]) {
        if (batched) await host.ensure(...tasks).then(undefined, () => {})
        else for (const task of tasks) await host.ensure(task)
      }
      assert.deepEqual(check.told(), told)
      // Made and removed again in one batch does not converge, and the run says so; foretold is the same work.
      if (!batched || !what.includes('removed')) assert.deepEqual(apply.told(), told)
      else assert.match(apply.failures().join(), /did-not-converge/)
    })

test('below what an earlier task removes, nothing is there: also for facts that are asked later', async () => {
  const fake = new FakeHost('memory', [[path('/a'), made], [path('/a/f'), { ...made, kind: 'file' }], [digest('/a/f'), contentOf('x').digest]])
  const { host, told } = openMemory(fake, 'check')
  await host.ensure(absent({ path: '/a' }))
  await host.ensure(directory({ path: '/a' }), file({ path: '/a/f', content: 'x' }))
  assert.deepEqual(told().slice(1), ['changed directory /a: create /a', 'changed file /a/f: create /a/f'])
})

test('a change with side effects is done before the next task that they may concern is planned, unless the act itself compares what they may have moved', async () => {
  const fake = new FakeHost('memory', [[path('/other'), made], [path('/file'), { ...made, kind: 'file' }], [text('/file'), { kind: 'bytes', bytes: Buffer.from('a\n') }], [digest('/file'), contentOf('a\n').digest]])
  const make = (path: string) => created({ path, by: ['make', path] })
  await openMemory(fake).host.ensure(make('/made'), make('/more'), directory({ path: '/third' }))
  assert.deepEqual([fake.looks.length, fake.acts.map((act) => act.tasks.length)], [1, [3]])
  // Of what is as it should be nothing is compared, and a text cannot be: the first act looks in the same turn at what it may have touched, then comes the rest.
  await openMemory(fake).host.ensure(make('/again'), directory({ path: '/other' }), make('/last'), line({ path: '/file', line: 'b' }))
  assert.deepEqual([fake.looks.length, fake.acts.slice(1).map((act) => act.tasks.length)], [2, [1, 1, 1]])
})

test('what a command does to what comes after it is seen, and no interference', async () => {
  await using local = await localHost()
  const at = (name: string) => `${local.directory}/${name}`
  writeFileSync(at('conf'), 'as it should be\n')
  const results = await local.host().ensure(
    created({ path: at('made'), by: ['sh', '-c', 'mkdir "$1/one" && echo other >"$1/conf" && touch "$1/made"', 'sh', local.directory] }),
    directory({ path: at('one') }),
    created({ path: at('more'), by: ['sh', '-c', 'mkdir "$1/two" && touch "$1/more"', 'sh', local.directory] }),
    directory({ path: at('two') }),
    directory({ path: at('three') }),
    file({ path: at('conf'), content: 'as it should be\n', mode: '0644' }),
  )
  assert.deepEqual(results.map(({ status }) => status), ['changed', 'ok', 'changed', 'ok', 'changed', 'changed'])
  assert.equal(readFileSync(at('conf'), 'utf8'), 'as it should be\n')
})

test('in check mode, what such a change may make possible is unknown, not refused', async () => {
  const { host, told } = openMemory(new FakeHost('memory'), 'check')
  const [, conf] = await host.ensure(created({ path: '/usr/bin/app', by: ['install'] }), file({ path: '/opt/app/conf', content: 'x' }))
  assert.equal(conf.status, 'unknown')
  await host.ensure(file({ path: '/opt/app/more', content: 'x' }))
  assert.deepEqual(told().slice(1), ['unknown file /opt/app/conf', 'unknown file /opt/app/more'])
})

test('after a command that would have run, check mode knows nothing, and says so', async () => {
  const { host, told } = openMemory(new FakeHost('memory'), 'check')
  await host.ensure(directory({ path: '/a' }))
  const ran = await host.run(command({ argv: ['make', 'install'] }))
  assert.equal(ran.ran, false)
  const [after] = await host.ensure(directory({ path: '/a' }))
  assert.deepEqual([after.status, after.changed, after.state], ['unknown', false, undefined])
  assert.deepEqual(told(), ['changed directory /a: create /a', 'unknown command make install: run make install', 'unknown directory /a'])
  assert.equal(await host.read(path('/a')), undefined)
})

test('for real, after a command everything is looked at again', async () => {
  const fake = new FakeHost('memory')
  const { host } = openMemory(fake)
  await host.ensure(directory({ path: '/a' }))
  await host.run(command({ argv: ['make'] }))
  await host.ensure(directory({ path: '/a' }))
  assert.deepEqual([fake.looks.length, fake.acts.length], [3, 2])
})

test('a refusal: what is before it is done, it and what is after it is not', async () => {
  const { host, told, failures } = openMemory(new FakeHost('memory'))
  await assert.rejects(async () => host.ensure(directory({ path: '/a' }), file({ path: '/b/c', content: '' }), directory({ path: '/d' })), /file \/b\/c: the directory \/b does not exist/)
  assert.deepEqual(told(), ['changed directory /a: create /a', 'failed file /b/c'])
  assert.deepEqual(failures(), ['refused: the directory /b does not exist'])
  assert.deepEqual(await host.read(path('/d')), { kind: 'absent' })
})

test('the same task value twice in a batch has two results', async () => {
  const twice = directory({ path: '/a' })
  const [first, second] = await openMemory().host.ensure(twice, twice)
  assert.deepEqual([first.status, second.status], ['changed', 'ok'])
})

test('an empty batch is nothing', async () => {
  const fake = new FakeHost('memory')
  assert.deepEqual(await openMemory(fake).host.ensure(), [])
  assert.equal(fake.turns, 0)
})

test('two batches at once are done one after the other', async () => {
  const fake = new FakeHost('memory')
  let [inside, most] = [0, 0]
  fake.before = async () => {
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setTimeout(resolve, 5))
    inside--
  }
  const { host, told } = openMemory(fake)
  const all = await Promise.all([host.ensure(directory({ path: '/a' })), host.run(command({ argv: ['true'] })), host.ensure(directory({ path: '/a' })), host.read(path('/a'))])
  assert.equal(most, 1)
  assert.deepEqual([all[0][0].status, all[2][0].status], ['changed', 'ok'])
  assert.equal(told().length, 3)
})
