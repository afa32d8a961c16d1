/** The command over a real sshd, and a line that goes while nobody looks. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { handOn, hostile } from '../transport/ssh/hostile.ts'
import { until } from '../rig/until.ts'
import { startSshd } from '../transport/ssh/sshd-rig.ts'
import { fresh, put, start } from './tiny.ts'

test('fault 67: the controller sleeps, and the line is gone when it wakes: unknown, and where things stand; exit 7', { timeout: 90_000 }, async () => {
  await using sshd = await startSshd()
  const lines: Socket[] = []
  let gone = false
  await using network = await hostile((guest) => {
    if (gone) return void guest.destroy()
    lines.push(guest)
    handOn(guest, sshd.port)
  })
  const known = put('asleep-known', `[127.0.0.1]:${network.port} ${sshd.hostKey('ed25519')}\n`)
  const inventory = put('asleep.json', JSON.stringify({ all: { hosts: { far: { ansible_host: '127.0.0.1', ansible_port: network.port, ansible_user: sshd.user, ansible_ssh_private_key_file: sshd.clientKey, known_hosts_file: known } } } }))
  const dir = fresh()
  const { child, ended, text } = start(['-i', inventory, '-e', `dir=${dir}`, '-e', 'then=sleep', '--lock-wait', '50'], true)
  assert.ok(await until(() => existsSync(join(dir, 'begun')), 30_000), text())
  process.kill(-(child.pid ?? 0), 'SIGSTOP')
  gone = true
  for (const line of lines) line.destroy()
  // The host works on: what was begun comes to its end there, or not; we cannot know.
  assert.ok(await until(() => existsSync(join(dir, 'slept')), 10_000))
  process.kill(-(child.pid ?? 0), 'SIGCONT')
  const said = await ended
  assert.equal(said.code, 7, said.text)
  assert.match(said.text, /unknown/)
  assert.ok(!existsSync(join(dir, 'after')))
})
