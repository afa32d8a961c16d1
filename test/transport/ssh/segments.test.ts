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

test('a login and a command are a segment for each time we speak', async (t) => {
  await using rig = await startSshd()
  const connected = await connectSsh(rig.settings())
  assert.ok(connected.ok, connected.ok ? '' : connected.error.message)
  t.after(() => connected.connection.close())
  // The greeting, our offer, our half of the key, "new keys" with the wish to log in, the login.
  assert.ok(segmentsTo(rig.port) <= 5, `${segmentsTo(rig.port)} segments`)
  const started = await connected.connection.start('exec /bin/sh')
  assert.ok(started.ok)
  const heard = new Promise((resolve) => started.process.listen({ stdout: resolve, stderr() {} }))
  await started.process.write(Buffer.from('echo here\n'))
  assert.equal(String(await heard), 'here\n')
  // The channel with its command, the answer about the host's other keys, the line.
  assert.ok(segmentsTo(rig.port) <= 8, `${segmentsTo(rig.port)} segments`)
})
