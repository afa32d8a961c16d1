import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connectSsh, type Connected } from '../../../engine/transport/ssh/connect.ts'
import { freePort, startSshd, type Sshd } from './sshd-rig.ts'

let bastion: Sshd
let target: Sshd
before(async () => {
  bastion = await startSshd()
  target = await startSshd()
})
after(async () => {
  await bastion[Symbol.asyncDispose]()
  await target[Symbol.asyncDispose]()
})

interface Way {
  readonly known?: string
  readonly config?: string
  readonly port?: number
  readonly bastionPort?: number
}

/** From here to the target over the bastion, each with a key of its own. */
function connectOver({ known = both(), config = '', port = target.port, bastionPort = bastion.port }: Way = {}): Promise<Connected> {
  const knownHosts = join(target.dir, 'known_way')
  const sshConfig = join(target.dir, 'ssh_config')
  writeFileSync(knownHosts, known)
  writeFileSync(sshConfig, `${config}\nHost bastion\n HostName 127.0.0.1\n Port ${bastionPort}\n User ${bastion.user}\n IdentityFile ${bastion.clientKey}\nHost 127.0.0.1\n ProxyJump bastion\n`)
  return connectSsh(target.settings({ port, sshConfigFile: sshConfig, knownHostsFiles: [knownHosts], connectTimeoutMs: 2_000 }))
}
const both = (): string => readFileSync(bastion.knownHosts, 'utf8') + readFileSync(target.knownHosts, 'utf8')

async function says(connected: Promise<Connected>): Promise<string> {
  const outcome = await connected
  if (!outcome.ok) return `${outcome.error.reason}: ${outcome.error.message}`
  await outcome.connection.close()
  return 'in'
}

test('over a bastion: a command runs on the target', async () => {
  const connected = await connectOver()
  assert.ok(connected.ok, connected.ok ? '' : connected.error.message)
  assert.equal(connected.connection.target, `${target.user}@127.0.0.1:${target.port}`)
  const started = await connected.connection.start('echo $SSH_CONNECTION; head -c 5000000 /dev/zero >&2')
  assert.ok(started.ok)
  let stdout = ''
  let stderr = 0
  started.process.listen({ stdout: (chunk) => void (stdout += chunk.toString()), stderr: (chunk) => void (stderr += chunk.length) })
  started.process.end()
  assert.deepEqual(await started.process.ended, { kind: 'exited', code: 0 })
  assert.match(stdout, new RegExp(` 127\\.0\\.0\\.1 ${target.port}\n$`))
  assert.equal(stderr, 5_000_000)
  await connected.connection.close()
  assert.deepEqual(await connected.connection.gone, {})
})

test('fault 16: each hop is known by its own name', async () => {
  assert.match(await says(connectOver({ known: readFileSync(target.knownHosts, 'utf8') })), new RegExp(`^host-key-unknown: the host key of bastion .*@127\\.0\\.0\\.1:${bastion.port} \\(on the way to `))
  assert.match(await says(connectOver({ known: readFileSync(bastion.knownHosts, 'utf8') })), new RegExp(`^host-key-unknown: the host key of ${target.user}@127\\.0\\.0\\.1:${target.port} is`))
  const swapped = `[127.0.0.1]:${bastion.port} ${target.hostKey('ed25519')}\n[127.0.0.1]:${target.port} ${target.hostKey('ed25519')}\n`
  assert.match(await says(connectOver({ known: swapped })), /^host-key-changed: the host key of bastion /)
})

test('fault 16: what is unknown behind a bastion is scanned from there', async () => {
  const connected = await connectOver({ known: readFileSync(bastion.knownHosts, 'utf8') })
  assert.ok(!connected.ok)
  assert.match(connected.error.hint ?? '', new RegExp(`ssh -p ${bastion.port} ${bastion.user}@127\\.0\\.0\\.1 'ssh-keyscan -p ${target.port} 127\\.0\\.0\\.1' >> `))
})

test('fault 16: a bastion that is down is told from a target that is down', async () => {
  const down = await freePort()
  assert.match(await says(connectOver({ bastionPort: down })), /^refused: bastion .* \(on the way to .*\) cannot be reached: nobody listens there/)
  assert.match(await says(connectOver({ port: down })), new RegExp(`^refused: ${target.user}@127\\.0\\.0\\.1:${down} cannot be reached from bastion .*Connection refused`))
})

test('fault 16: a bastion that forbids forwarding', async () => {
  await using strict = await startSshd({ config: ['AllowTcpForwarding no'] })
  const known = both() + readFileSync(strict.knownHosts, 'utf8')
  const config = `Host 127.0.0.1\n ProxyJump ${strict.user}@localhost:${strict.port}\n IdentityFile ${strict.clientKey}\nHost localhost\n IdentityFile ${strict.clientKey}\n HostKeyAlias [127.0.0.1]:${strict.port}\n`
  const connected = await connectOver({ known, config })
  assert.match(connected.ok ? '' : connected.error.message, /cannot be reached from bastion .*: forwarding to it is not allowed there/)
  assert.match(connected.ok ? '' : (connected.error.hint ?? ''), /AllowTcpForwarding/)
})

test('fault 16: a bastion that dies takes the connection with it, and is named', async () => {
  const connected = await connectOver()
  assert.ok(connected.ok)
  const started = await connected.connection.start('exec sleep 30')
  assert.ok(started.ok)
  started.process.listen({ stdout() {}, stderr() {} })
  // The children of the bastion's sshd are its connections: there is one, ours.
  const sshd = readFileSync(join(bastion.dir, 'pid'), 'utf8').trim()
  const children = readFileSync(`/proc/${sshd}/task/${sshd}/children`, 'utf8').trim()
  assert.match(children, /^\d+( \d+)*$/)
  for (const child of children.split(' ')) process.kill(Number(child), 'SIGKILL')
  const ended = await started.process.ended
  assert.equal(ended.kind, 'lost')
  const { error } = await connected.connection.gone
  assert.match(error?.message ?? '', /bastion .* \(on the way to /)
})

test('over two bastions, and a loop is no way', async () => {
  const config = `Host 127.0.0.1\n ProxyJump first,bastion\nHost first\n HostName 127.0.0.1\n Port ${bastion.port}\n User ${bastion.user}\n IdentityFile ${bastion.clientKey}\n`
  assert.equal(await says(connectOver({ config })), 'in')
  assert.match(await says(connectOver({ config: 'Host bastion\n ProxyJump second\nHost second\n ProxyJump bastion\n' })), /^local-key: ProxyJump leads to 127\.0\.0\.1 over more than 7 bastions/)
})

test('the password of the target is never given to a bastion', async () => {
  const { Secret } = await import('../../../engine/values/secret.ts')
  const { prepareRoute } = await import('../../../engine/transport/ssh/route.ts')
  const sshConfig = join(target.dir, 'ssh_config_password')
  writeFileSync(sshConfig, `Host bastion\n IdentityFile ${bastion.clientKey}\nHost 127.0.0.1\n ProxyJump bastion\n`)
  const route = await prepareRoute(target.settings({ sshConfigFile: sshConfig, password: new Secret('for the target only') }))
  assert.ok(route.ok)
  assert.deepEqual(route.value.hops.map(({ credentials }) => credentials.map(({ kind }) => kind)), [['key'], ['key', 'password']])
})
