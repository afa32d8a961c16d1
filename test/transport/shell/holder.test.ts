/** A run that holds a host and is killed, stopped or cut off: who comes after it is refused in words, or waits, and never gets in beside it. */
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
import { connectSsh } from '../../../engine/transport/ssh/connect.ts'
import { ShellLink } from '../../../engine/transport/shell/link.ts'
import { handOn, hostile } from '../ssh/hostile.ts'
import { until } from '../../rig/until.ts'
import { startSshd } from '../ssh/sshd-rig.ts'
import { act, groupOf } from './acts.ts'
import { counterIn, home, linkOf, opens, visit } from './homes.ts'

/** Milliseconds within which a refusal comes, on a busy machine too. */
const BOUNDED = 30_000

/** Somebody else wants the host now: refused, and told why; in bounded time. */
async function isRefused(shell: string): Promise<void> {
  const began = performance.now()
  const refused = await opens(shell, 'bob')
  if (refused.ok) await refused.link.close()
  assert.match(refused.ok ? 'bob got in' : `${refused.error.reason}: ${refused.error.message}`, /^locked: .*another run holds this host: ann$/)
  assert.ok(performance.now() - began < BOUNDED)
}

/**
 * In the middle of a step of six seconds (longer than every run waits for a lock) something happens to the run that holds the host; five others wait for it. `harm` resolves when the host may
 * be free again.
 */
async function harmed(name: string, holder: ShellLink, shell: string, counter: ReturnType<typeof counterIn>, harm: (group: number) => Promise<void>): Promise<void> {
  const group = await groupOf(holder)
  const doomed = act(holder, [counter.stay(6)])
  assert.ok(await until(() => counter.read() === 'in\n', 20_000))
  const harming = harm(group)
  await isRefused(shell)
  const waiting = Array.from({ length: 5 }, (_, n) => visit(shell, `${name} ${n}`, counter.stay(0.05)))
  await harming
  await Promise.all(waiting)
  assert.equal(counter.read(), 'in\nout\n'.repeat(6))
  await holder.close()
  await doomed
}

test('fault 66: the holder is killed, and its step goes on: others wait for that', { timeout: 120_000 }, async () => {
  const { shell } = home('killed')
  const holder = await linkOf(shell, 'ann')
  await harmed('killed', holder, shell, counterIn('killed'), async (group) => void process.kill(group, 'SIGKILL'))
})

test('fault 66: the holder is stopped: it holds the host until it goes on', { timeout: 120_000 }, async () => {
  const { shell } = home('stopped')
  const counter = counterIn('stopped')
  const holder = await linkOf(shell, 'ann')
  await harmed('stopped', holder, shell, counter, async (group) => {
    process.kill(-group, 'SIGSTOP')
    try {
      // Long after its step would have ended.
      await pause(7_000)
      await isRefused(shell)
      assert.equal(counter.read(), 'in\n')
    } finally {
      process.kill(-group, 'SIGCONT')
    }
    assert.ok(await until(() => counter.read() === 'in\nout\n', 20_000))
    await holder.close()
  })
})

test('fault 66: the holder is cut off, and neither end is told: the host is held until sshd gives it up', { timeout: 120_000 }, async () => {
  await using sshd = await startSshd({ config: ['ClientAliveInterval 2', 'ClientAliveCountMax 2'] })
  let cut = () => {}
  await using network = await hostile((guest) => ({ cut } = handOn(guest, sshd.port)))
  const { shell } = home('cut')
  const counter = counterIn('cut')
  const connected = await connectSsh(sshd.settings({ port: network.port, acceptNew: true, knownHostsFiles: [`${sshd.dir}/known`] }))
  assert.ok(connected.ok)
  const { connection } = connected
  const opened = await ShellLink.open({ ...connection, start: (command) => connection.start(command.replace('exec /bin/sh', `exec ${shell}`)) }, { lock: { owner: 'ann', waitSeconds: 0 } })
  assert.ok(opened.ok, opened.ok ? '' : opened.error.message)
  await harmed('cut', opened.link, shell, counter, async () => cut())
})
