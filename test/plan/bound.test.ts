/** A run that is held to a plan, act by act. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command } from '../../engine/actions/command.ts'
import { becomes } from '../../engine/facts/fact.ts'
import { digest as contentDigest, path } from '../../engine/facts/path.ts'
import { NotAsPlanned, TaskFailed } from '../../engine/host/failure.ts'
import type { Host } from '../../engine/host/host.ts'
import { Bound } from '../../engine/plan/bound.ts'
import { differences } from '../../engine/plan/compare.ts'
import { keyedDigest } from '../../engine/plan/digest.ts'
import { Recorder, type Entries } from '../../engine/plan/recorder.ts'
import { absent } from '../../engine/tasks/absent.ts'
import { change } from '../../engine/tasks/change.ts'
import { directory } from '../../engine/tasks/directory.ts'
import { file } from '../../engine/tasks/file.ts'
import { link } from '../../engine/tasks/link.ts'
import { sha256 } from '../../engine/values/content.ts'
import { Secret } from '../../engine/values/secret.ts'
import { FakeHost } from '../../engine/testing/fake-host.ts'
import { openMemory } from '../../engine/testing/memory-host.ts'
import { given } from '../rig/plan.ts'

const digest = keyedDigest('5e'.repeat(32))
/** A host on which files can be written. */
const rooted = () => new FakeHost('memory', [given(path('/'), { kind: 'directory', mode: '0755', uid: 0, gid: 0, size: 4096 })])
type Role = (host: Host) => PromiseLike<unknown>

async function planOf(role: Role, fake = rooted(), by = digest): Promise<Entries> {
  const ledger = new Recorder(by)
  await role(openMemory(fake, 'check', { ledger }).host)
  return ledger.entries
}

/** Runs a role held to a plan, and gives how the host ended and what was told. */
async function held(entries: Entries, role: Role, fake = rooted()) {
  const bound = new Bound(entries, digest)
  const memory = openMemory(fake, 'apply', { ledger: bound })
  const thrown: unknown = await Promise.resolve(role(memory.host)).then(() => undefined, (error: unknown) => error)
  return { fake, thrown, failures: memory.failures(), told: memory.told(), left: bound.left('memory').map(({ task }) => task), sent: fake.acts.flatMap(({ tasks }) => tasks.map(({ title }) => title)) }
}

const write = (at: string, content: string | Secret = 'x') => file({ path: at, content })
const restart = (...more: readonly string[]) => command({ argv: ['restart', ...more] }, { title: 'restart' })

test('what was not planned is refused before it is sent, and so is all that comes after it', async () => {
  const plan = await planOf((host) => host.ensure(write('/a')))
  const { thrown, failures, sent } = await held(plan, async (host) => {
    await host.ensure(write('/a'))
    try {
      await host.ensure(write('/b'))
    } catch (error) {
      assert.ok(error instanceof NotAsPlanned && !(error instanceof TaskFailed))
      await host.ensure(write('/c')) // a role that catches everything gets no further
    }
  })
  assert.ok(thrown instanceof NotAsPlanned)
  assert.deepEqual(failures, ['not-as-planned: not planned, or done already: create /b', 'not-as-planned: not planned, or done already: create /c'])
  assert.deepEqual(sent, ['file /a'])
})

test('nothing of a batch is sent when one of its tasks is otherwise', async () => {
  const plan = await planOf((host) => host.ensure(directory({ path: '/d' }), write('/d/a', 'one')))
  const { failures, sent } = await held(plan, (host) => host.ensure(directory({ path: '/d' }), write('/d/a', 'two')))
  assert.deepEqual([failures, sent], [['not-as-planned: with other content, or by other commands, than planned: create /d/a'], []])
})

test('the same once more was not planned', async () => {
  const plan = await planOf((host) => host.run(restart()))
  const { thrown, sent } = await held(plan, async (host) => {
    await host.run(restart())
    await host.run(restart())
  })
  assert.ok(thrown instanceof NotAsPlanned)
  assert.deepEqual(sent, ['restart'])
})

test('an action is unknown beforehand, and still the same command', async () => {
  const plan = await planOf((host) => host.run(restart()))
  assert.match(plan['memory']?.[0]?.unknown ?? '', /cannot be foretold/)
  assert.deepEqual((await held(plan, (host) => host.run(restart('--all')))).failures, ['not-as-planned: planned: run restart; by now: run restart --all'])
  const secretly = (value: string) => command({ argv: ['feed'], stdin: new Secret(value) })
  const fed = await planOf((host) => host.run(secretly('correct horse')))
  assert.deepEqual((await held(fed, (host) => host.run(secretly('correct horse')))).failures, [])
  assert.deepEqual((await held(fed, (host) => host.run(secretly('battery staple')))).failures, ['not-as-planned: with other content, or by other commands, than planned: run feed'])
})

test('after an action nobody knows: tasks that the plan names may do what they find to do, others nothing', async () => {
  const role = (last: string) => async (host: Host) => {
    await host.run(restart())
    await host.ensure(write('/a'))
    await host.ensure(write(last))
  }
  const plan = await planOf(role('/b'))
  assert.deepEqual(plan['memory']?.map(({ task, unknown }) => [task, unknown !== undefined]), [['restart', true], ['file /a', true], ['file /b', true]])
  assert.deepEqual((await held(plan, role('/b'))).sent, ['restart', 'file /a', 'file /b'])
  const other = await held(plan, role('/c'))
  assert.deepEqual([other.sent, other.failures], [['restart', 'file /a'], ['not-as-planned: not planned, or done already: create /c']])
})

test('what was planned before, and is not to be done any more, stops what comes after it', async () => {
  const plan = await planOf((host) => host.ensure(write('/a'), write('/b')))
  const { failures, sent } = await held(plan, (host) => host.ensure(write('/b')))
  assert.deepEqual([failures, sent], [['not-as-planned: file /a was planned before it, and is not to be done any more: create /a'], []])
  assert.deepEqual((await held(plan, (host) => host.ensure(write('/a')))).left, ['file /b'])
})

test('a line that breaks before anything was done: it is done once it is found again', async () => {
  const role: Role = (host) => host.ensure(write('/a'), write('/b'))
  const plan = await planOf(role)
  const fake = rooted()
  fake.fates.push({ kind: 'dies', task: 1 })
  const { failures, told, left } = await held(plan, role, fake)
  assert.deepEqual([failures, told, left], [[], ['changed file /a: create /a', 'changed file /b: create /b'], []])
})

test('what is removed, or replaced, before the next batch looks at it is not taken for what that batch finds', async () => {
  const was = () => {
    const fake = rooted()
    return fake.changeBy(change('write /a', [], [becomes(path('/a'), { kind: 'file', mode: '0644', uid: 0, gid: 0, size: 1 }), becomes(contentDigest('/a'), sha256('y'))])).then(() => fake)
  }
  for (const first of [absent({ path: '/a' }), link({ path: '/a', target: 'b', force: true })]) {
    const role = async (host: Host) => {
      await host.ensure(first)
      await host.ensure(file({ path: '/a', content: 'x', replaceLink: true }))
    }
    assert.deepEqual((await held(await planOf(role, await was()), role, await was())).failures, [], first.title)
  }
})

test('an action that fails may be tried again, as the role says', async () => {
  const role: Role = (host) => host.run(restart(), { retries: 1, delaySeconds: 0 })
  const fake = rooted()
  fake.fates.push({ kind: 'fails', task: 0 })
  assert.deepEqual((await held(await planOf(role), role, fake)).sent, ['restart', 'restart'])
})

test('a task that failed and was caught does not stop what was planned after it', async () => {
  const role = async (host: Host) => {
    await Promise.resolve(host.ensure(write('/a'))).catch((error: unknown) => assert.ok(error instanceof TaskFailed))
    await host.ensure(write('/b'))
  }
  const fake = rooted()
  fake.fates.push({ kind: 'fails', task: 0 })
  assert.deepEqual((await held(await planOf(role), role, fake)).sent, ['file /a', 'file /b'])
})

test('the order within a role is planned too', async () => {
  const [a, b] = [write('/a'), write('/b')]
  const found = differences(await planOf((host) => host.ensure(a, b)), await planOf((host) => host.ensure(b, a)))
  assert.deepEqual(found.map(({ message }) => message), ['in another order than planned'])
})

test('a plan tells nothing about a secret to who does not have the key', async () => {
  const password = 'correct horse battery'
  const role: Role = (host) => host.ensure(write('/secret', new Secret(password)))
  const text = JSON.stringify([await planOf(role), await planOf((host) => host.run(command({ argv: ['feed'], stdin: new Secret(password) })))])
  assert.ok(!text.includes(password) && !text.includes(sha256(password)) && !text.includes(sha256(password).slice(0, 32)))
  const [one, other] = [await planOf(role), await planOf(role, rooted(), keyedDigest('ab'.repeat(32)))]
  assert.notEqual(one['memory']?.[0]?.changes[0]?.steps, other['memory']?.[0]?.changes[0]?.steps)
})
