import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { clientKey, knownHosts } from '../../lab/paths.ts'
import { readState } from '../../lab/state.ts'
import { run } from '../rig/cli.ts'
import { onHost } from '../rig/lab-host.ts'

// Users that are not root: ops may become root without a password, deploy with one.
const HOST = 'lab2'
const folder = mkdtempSync(join(tmpdir(), 'hostwright-sudo-'))
after(() => {
  rmSync(folder, { recursive: true })
  onHost(HOST, ['rm', '-rf', '/srv/hw-sudo'])
})

const PASSWORD = 'deploy-lab-password'
const inventory = join(folder, 'hosts.json')
writeFileSync(
  inventory,
  JSON.stringify({ all: { hosts: { [HOST]: { ansible_host: readState().hosts[HOST]?.address, ansible_ssh_private_key_file: clientKey, known_hosts_file: knownHosts } } } }),
)
const given = (name: string, text: string) => {
  writeFileSync(join(folder, name), text, { mode: 0o600 })
  return join(folder, name)
}
const infra = (args: readonly string[]) => run(['playbooks/infra.ts', '-i', inventory, '-t', 'directories', '-e', '{"directories":{"services":"/srv/hw-sudo","apps":"/srv/hw-sudo/apps","data":"/srv/hw-sudo/data"}}', '--output', 'json', ...args])
const unreachable = (events: readonly { readonly type: string }[]) => events.find((event) => event.type === 'unreachable')

test('fault 27: sudo that asks for nothing', async () => {
  const done = await infra(['-u', 'ops', '-b'])
  assert.equal(done.code, 0, done.stdout + done.stderr)
  assert.equal(onHost(HOST, ['stat', '-c', '%U', '/srv/hw-sudo']).trim(), 'root')
})

test('fault 27: sudo that asks for the password', async () => {
  onHost(HOST, ['rm', '-rf', '/srv/hw-sudo'])
  const done = await infra(['-u', 'deploy', '-b', '--become-password-file', given('password', `${PASSWORD}\n`)])
  assert.equal(done.code, 0, done.stdout + done.stderr)
  assert.equal(onHost(HOST, ['stat', '-c', '%U', '/srv/hw-sudo']).trim(), 'root')
  assert.ok(!(done.stdout + done.stderr).includes(PASSWORD))
})

test('fault 27: a wrong password is tried once, and said to be wrong', async () => {
  const done = await infra(['-u', 'deploy', '-b', '--become-password-file', given('wrong', 'not-the-password')])
  assert.equal(done.code, 4, done.stdout + done.stderr)
  assert.match(JSON.stringify(unreachable(done.events)), /does not take the password/)
  assert.ok(!done.stdout.includes('not-the-password'))
})

test('fault 27: no password where one is needed', async () => {
  const done = await infra(['-u', 'deploy', '-b'])
  assert.equal(done.code, 4, done.stdout + done.stderr)
  assert.match(JSON.stringify(unreachable(done.events)), /cannot become root with sudo.*-K/)
})

test('a user who is not root, and does not become it, is told what is refused', async () => {
  onHost(HOST, ['rm', '-rf', '/srv/hw-sudo'])
  const done = await infra(['-u', 'ops'])
  assert.equal(done.code, 2, done.stdout + done.stderr)
  assert.match(done.stdout, /Permission denied/)
})
