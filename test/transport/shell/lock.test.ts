import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ShellLink } from '../../../engine/transport/shell/link.ts'
import { cases } from '../../rig/cases.ts'
import { act, outcomeOf, runs } from './acts.ts'
import { counterIn, home, linkOf, opens, visit } from './homes.ts'
import { connectTo, folder } from './shells.ts'

for (const [name, sh] of [['dash', '/bin/dash'], ['bash', '/bin/bash'], ['busybox', '/bin/busybox sh']] as const) {
  test(`fault 66: the second run is refused, and told who is there (${name})`, async () => {
    const { shell, lock } = home(`two-${name}`, sh)
    const first = await linkOf(shell, `ann@laptop: it's "hers"`)
    const second = await opens(shell, 'bob')
    assert.ok(!second.ok && second.error.reason === 'locked')
    assert.match(second.error.message, /another run holds this host: ann@laptop: it's "hers"$/)
    await first.close()
    const third = await linkOf(shell, 'bob')
    await outcomeOf(third, runs(['true']))
    await third.close()
    assert.ok(!existsSync(lock), 'nothing is left where something was done')
    await (await linkOf(shell, 'bob')).close()
  })

  test(`fault 66: whoever waits gets it when the first is through (${name})`, async () => {
    const { shell } = home(`wait-${name}`, sh)
    const first = await linkOf(shell, 'ann')
    const waiting = linkOf(shell, 'bob', 10)
    const turns = Promise.all([linkOf(shell, 'cid', 10), linkOf(shell, 'dan', 10)].map(async (each) => (await each).close()))
    await outcomeOf(first, runs(['sleep', '0.3']))
    await first.close()
    await (await waiting).close()
    await turns
  })

  test(`a program left running on purpose holds nobody up (${name})`, async () => {
    const { shell } = home(`daemon-${name}`, sh)
    const first = await linkOf(shell, 'ann')
    await outcomeOf(first, runs(['sh', '-c', 'sleep 5 >/dev/null 2>&1 &']))
    await first.close()
    await (await linkOf(shell, 'bob')).close()
  })

  test(`fault 57: a command of a dead run holds the host until it ends (${name})`, async () => {
    const { shell, lock } = home(`orphan-${name}`, sh)
    const connection = connectTo(shell)
    const opened = await ShellLink.open(connection, { lock: { owner: 'ann', waitSeconds: 0 } })
    assert.ok(opened.ok)
    const pid = Number((await outcomeOf(opened.link, runs(['sh', '-c', 'grep PPid /proc/$PPID/status'], { timeout: 0 }))).replace(/\D+0: PPid:\s*/, ''))
    const doomed = act(opened.link, [runs(['sleep', '6'])])
    setTimeout(() => process.kill(pid, 'SIGKILL'), 200)
    assert.equal((await doomed).kind, 'lost')
    const refused = await opens(shell, 'bob')
    assert.ok(!refused.ok && refused.error.reason === 'locked')
    assert.ok(existsSync(lock))
    await (await linkOf(shell, 'bob', 15)).close()
  })
}

test('fault 73: one machine under two names: the run is told that it is itself who holds it', async () => {
  const { shell } = home('self')
  const first = await linkOf(shell, 'ann, since noon')
  const second = await opens(shell, 'ann, since noon')
  assert.ok(!second.ok)
  assert.match(second.error.message, /this run holds it already, under another name/)
  await first.close()
})

const [MANY, ROUNDS] = [cases(20, 50), cases(1, 100)]
test(`fault 66: ${MANY} at once, ${ROUNDS} times: one at a time has it, and of those that do not wait one gets it`, { timeout: cases(300_000, 7_200_000) }, async () => {
  const { shell } = home('many')
  const { read, stay } = counterIn('many')
  for (let round = 1; round <= ROUNDS; round++) {
    await Promise.all(Array.from({ length: MANY }, (_, n) => visit(shell, `run ${n}`, stay(0.01))))
    assert.equal(read(), 'in\nout\n'.repeat(MANY * round))
    const all = await Promise.all(Array.from({ length: MANY }, (_, n) => opens(shell, `run ${n}`)))
    const reasons = all.map((each) => (each.ok ? 'has it' : each.error.reason)).sort()
    for (const each of all) if (each.ok) await each.link.close()
    assert.deepEqual(reasons, ['has it', ...Array<string>(MANY - 1).fill('locked')])
  }
})

test('what is left running on purpose does not keep the host for a run that died', async () => {
  const { shell } = home('dead')
  const first = await linkOf(shell, 'ann')
  const pid = Number((await outcomeOf(first, runs(['sh', '-c', 'grep PPid /proc/$PPID/status'], { timeout: 0 }))).replace(/\D+0: PPid:\s*/, ''))
  await outcomeOf(first, runs(['sh', '-c', 'sleep 3 >/dev/null 2>&1 &'], { daemon: true }))
  process.kill(pid, 'SIGKILL')
  await first.close()
  await (await linkOf(shell, 'bob')).close()
})

test('the file of a lock is gone by the time that it is locked: that lock is worth nothing, and the next file is taken', { timeout: 20_000 }, async () => {
  const { shell } = home('gone')
  const own = join(folder, 'home-gone')
  const asked = join(own, 'asked')
  const slow = join(own, 'bin')
  mkdirSync(slow)
  // Between the opening of the file and its locking there is time for the run before to end.
  writeFileSync(join(slow, 'flock'), `#!/bin/sh\ntouch ${asked}\nsleep 0.5\nexec /usr/bin/flock "$@"\n`, { mode: 0o755 })
  const first = await linkOf(shell, 'ann')
  await outcomeOf(first, runs(['true']))
  const waiting = linkOf(shell.replace('env HOME', `env PATH=${slow}:$PATH HOME`), 'bob', 10)
  while (!existsSync(asked)) await new Promise((resolve) => setTimeout(resolve, 5))
  await first.close()
  const second = await waiting
  const third = await opens(shell, 'cid')
  assert.ok(!third.ok && third.error.reason === 'locked', 'bob has it')
  await second.close()
})

test('a home that cannot be written: no lock, and the operator is told', async (t) => {
  const { shell } = home('none')
  const opened = await opens(shell.replace(/HOME=\S+/, 'HOME=/nonexistent'), 'ann')
  assert.ok(opened.ok)
  t.after(() => opened.link.close())
  assert.match(opened.link.warnings.join(), /no lock could be taken/)
})

test('a look alone takes no lock', async () => {
  const { shell, lock } = home('look')
  const opened = await ShellLink.open(connectTo(shell))
  assert.ok(opened.ok)
  await opened.link.look([])
  await opened.link.close()
  assert.ok(!existsSync(lock))
})
