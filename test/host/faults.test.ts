import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command } from '../../engine/actions/command.ts'
import { path } from '../../engine/facts/path.ts'
import { HostLost, TaskFailed } from '../../engine/host/failure.ts'
import { change } from '../../engine/tasks/change.ts'
import { directory } from '../../engine/tasks/directory.ts'
import { defineTask } from '../../engine/tasks/task.ts'
import { z } from 'zod'
import { FakeHost } from '../../engine/testing/fake-host.ts'
import { openMemory } from '../../engine/testing/memory-host.ts'

const three = ['/a', '/b', '/c'].map((at) => directory({ path: at }))
const threeChanges = ['changed directory /a: create /a', 'changed directory /b: create /b', 'changed directory /c: create /c']

/** A host whose acts come to this, one after the other. */
function fated(...fates: FakeHost['fates']): FakeHost {
  const fake = new FakeHost('memory')
  fake.fates.push(...fates)
  return fake
}

test('a step fails: told is what was done before it, and what was not started', async () => {
  const { host, events, told } = openMemory(fated({ kind: 'fails', task: 1, says: 'no space left\n' }))
  await assert.rejects(async () => host.ensure(...three), TaskFailed)
  assert.deepEqual(told(), [threeChanges[0], 'failed directory /b'])
  const failure = events.find((event) => event.type === 'failure')
  assert.deepEqual(failure?.type === 'failure' && [failure.reason, failure.output, failure.stands], ['command', 'no space left', 'done: create /a\nnot started: directory /c'])
})

test('the place of a failure is where the role asked for it', async () => {
  const { host, events } = openMemory(fated({ kind: 'fails', task: 0 }))
  await assert.rejects(async () => host.ensure(...three))
  const failure = events.find((event) => event.type === 'failure')
  assert.ok(failure?.type === 'failure' && failure.place?.file.endsWith('test/host/faults.test.ts'), JSON.stringify(failure))
})

test('somebody changes the host between look and act: looked again, planned again, nothing is told twice', async () => {
  const fake = fated({ kind: 'drifts', task: 1 })
  const { host, told } = openMemory(fake)
  const results = await host.ensure(...three)
  assert.deepEqual(told(), threeChanges)
  assert.ok(results.every(({ state }) => state?.kind === 'directory'), 'every result tells what stands there now')
  // The first three, what was done and what is left, the rest.
  assert.deepEqual(fake.acts.map(({ tasks }) => tasks.length), [3, 2])
})

test('what they did already is not done again', async () => {
  const fake = fated({ kind: 'drifts', task: 1 })
  fake.before = async (what) => {
    if (what === 'look' && fake.acts.length === 1) await fake.changeBy(change('by hand', ['mkdir'], [{ fact: path('/b'), value: { kind: 'directory', mode: '0755', uid: 0, gid: 0, size: 0 } }]))
  }
  const { host, told } = openMemory(fake)
  await host.ensure(...three)
  assert.deepEqual(told(), [threeChanges[0], 'ok directory /b', threeChanges[2]])
})

test('they do it again: the task fails, and says why', async () => {
  const { host, told, failures } = openMemory(fated({ kind: 'drifts', task: 1 }, { kind: 'drifts', task: 0 }))
  await assert.rejects(async () => host.ensure(...three))
  assert.deepEqual(told(), [threeChanges[0], 'failed directory /b'])
  assert.deepEqual(failures(), ['drifted: what it is about changes while we look at it'])
})

test('what does not stay as it was made: did not converge', async () => {
  const unmade = defineTask({
    name: 'unmade', doc: '', params: z.strictObject({ path: z.string() }), title: (p) => p.path, facts: (p) => ({ now: path(p.path) }),
    // It says that it makes something, and does not.
    plan: (p, { now }) => (now.kind === 'absent' ? [change(`make ${p.path}`, ['true'], [])] : []),
  })
  const { host, told, failures } = openMemory()
  await assert.rejects(async () => host.ensure(directory({ path: '/a' }), unmade({ path: '/x' }), directory({ path: '/b' })))
  assert.deepEqual(told(), [threeChanges[0], 'failed unmade /x'])
  assert.deepEqual(failures(), ['did-not-converge: it was done, and this is still to do: make /x'])
})

for (const half of [true, false])
  test(`fault 8: the line dies in the middle, and is found again: the rest is done, once (the step ${half ? 'was' : 'was not'} done)`, async () => {
    const fake = fated({ kind: 'dies', task: 1, half })
    fake.lines = 2
    const { host, told } = openMemory(fake)
    const results = await host.ensure(...three)
    // Whoever reloads what has changed must hear of it, though the look after it finds nothing left to do.
    assert.deepEqual(told(), threeChanges)
    assert.ok(results.every(({ state, changed }) => changed && state?.kind === 'directory'))
  })

test('fault 8: the line dies for good: done, unknown and not started are told apart', async () => {
  const fake = fated({ kind: 'dies', task: 1 })
  fake.lines = 1
  const { host, told, failures } = openMemory(fake)
  await assert.rejects(async () => host.ensure(...three), (error) => error instanceof HostLost && error.host === 'memory')
  assert.deepEqual(told(), [threeChanges[0], 'unknown directory /b: create /b'])
  assert.deepEqual(failures(), ['lost: the line was lost while this was done: the line is gone'])
})

test('the line dies twice: given up', async () => {
  const fake = fated({ kind: 'dies', task: 0 }, { kind: 'dies', task: 0 })
  fake.lines = 5
  const { host, told } = openMemory(fake)
  await assert.rejects(async () => host.ensure(...three), HostLost)
  assert.deepEqual(told(), ['unknown directory /a: create /a'])
})

test('the line died while nothing was at work: opened again, nothing is unknown', async () => {
  const fake = new FakeHost('memory')
  fake.lines = 3
  const link = fake.link()
  const { host, told } = openMemory(fake, 'apply', { link })
  await host.ensure(directory({ path: '/a' }))
  await link.close()
  await host.ensure(directory({ path: '/b' }))
  await link.close()
  assert.equal((await host.run(command({ argv: ['true'] }))).ran, true)
  assert.deepEqual(told(), [...threeChanges.slice(0, 2), 'changed command true: run true'])
})

test('a host that is gone: looked for again once, then lost', async () => {
  const fake = new FakeHost('memory')
  fake.lines = 2
  fake.before = () => {
    throw new Error('never reached')
  }
  const { host } = openMemory(fake, 'apply', { link: deadLink(), reconnect: () => Promise.resolve(undefined) })
  await assert.rejects(async () => host.ensure(...three), HostLost)
  await assert.rejects(async () => host.read(path('/a')), HostLost)
})

test('fault 8: the line dies while an action runs: never repeated, and not known', async () => {
  const fake = fated({ kind: 'dies', task: 0 })
  fake.lines = 5
  const { host, told, failures } = openMemory(fake)
  await assert.rejects(async () => host.run(command({ argv: ['make', 'install'] }), { retries: 3, delaySeconds: 0 }), HostLost)
  assert.equal(fake.acts.length, 1)
  assert.deepEqual(told(), ['unknown command make install: run make install'])
  assert.deepEqual(failures(), ['lost: the line was lost while it ran: the line is gone'])
})

test('an action that fails is tried again as often as it is asked for', async () => {
  const fake = fated({ kind: 'fails', task: 0 }, { kind: 'fails', task: 0 })
  const { host, events, told } = openMemory(fake)
  await host.run(command({ argv: ['curl'] }), { retries: 2, delaySeconds: 0 })
  assert.deepEqual(told(), ['failed command curl', 'failed command curl', 'changed command curl: run curl'])
  assert.equal(events.filter(({ type }) => type === 'rescued').length, 2)
})

test('waiting for the next try ends when the run is to stop', async () => {
  const stop = new Error('stopped')
  let asked = false
  setTimeout(() => (asked = true), 50)
  const { host } = openMemory(fated({ kind: 'fails', task: 0 }), 'apply', {
    checkStopped: () => {
      if (asked) throw stop
    },
  })
  const started = performance.now()
  await assert.rejects(async () => host.run(command({ argv: ['x'] }), { retries: 1, delaySeconds: 30 }), stop)
  assert.ok(performance.now() - started < 2000)
})

function deadLink() {
  const link = new FakeHost('memory').link()
  void link.close()
  return link
}
