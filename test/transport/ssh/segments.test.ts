/** What is written to sshd in one go reaches it in one segment, and wakes it up once. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { connectSsh } from '../../../engine/transport/ssh/connect.ts'
import { needs } from '../../rig/needs.ts'
import { startSshd } from './sshd-rig.ts'

/** Segments with something in them that the kernel has sent to this port, over its one connection. */
function segmentsTo(port: number): number {
  const said = execFileSync(needs('ss', 'iproute2'), ['-tinH', 'state', 'established', `dport = :${port}`], { encoding: 'utf8' })
  const counts = [...said.matchAll(/\bdata_segs_out:(\d+)/g)].map(([, count]) => Number(count))
  assert.equal(counts.length, 1, said)
  return counts[0] ?? Number.NaN
}

/** Segments of a login, and of that with a command. */
async function speak(): Promise<{ readonly login: number; readonly command: number }> {
  await using rig = await startSshd()
  const connected = await connectSsh(rig.settings())
  assert.ok(connected.ok, connected.ok ? '' : connected.error.message)
  try {
    const login = segmentsTo(rig.port)
    const started = await connected.connection.start('exec /bin/sh')
    assert.ok(started.ok)
    const heard = new Promise((resolve) => started.process.listen({ stdout: resolve, stderr() {} }))
    await started.process.write(Buffer.from('echo here\n'))
    assert.equal(String(await heard), 'here\n')
    return { login, command: segmentsTo(rig.port) }
  } finally {
    connected.connection.close()
  }
}

test('a login and a command are a segment for each time we speak', async () => {
  // On a busy machine we may be woken between two writes of sshd, and answer both: of a few times one is as it is meant to be.
  let least = { login: Number.POSITIVE_INFINITY, command: Number.POSITIVE_INFINITY }
  for (let tries = 0; tries < 8 && (least.login > 5 || least.command > 8); tries++) {
    const { login, command } = await speak()
    least = { login: Math.min(least.login, login), command: Math.min(least.command, command) }
  }
  // The greeting, our offer, our half of the key, "new keys" with the wish to log in, the login.
  assert.ok(least.login <= 5, `${least.login} segments`)
  // The channel with its command, the answer about the host's other keys, the line.
  assert.ok(least.command <= 8, `${least.command} segments`)
})
