/** What is not waited for: each saves a turn, and a server that does not like it is asked in turn. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Connection as Guest } from 'ssh2'
import { linkOpener } from '../../../engine/cli/links.ts'
import { NO_VARS } from '../../../engine/inventory/extra.ts'
import { connectSsh } from '../../../engine/transport/ssh/connect.ts'
import { loadSsh2 } from '../../../engine/transport/ssh/ssh2.ts'
import { startFar } from '../../../lab/far.ts'
import { hostile } from './hostile.ts'
import { until } from '../../rig/until.ts'
import { makeKey, startSshd, type Sshd } from './sshd-rig.ts'

let rig: Sshd
before(async () => {
  rig = await startSshd()
})
after(() => rig[Symbol.asyncDispose]())

/** Opening TCP, the greeting, the exchange of keys, asking for the login, the login. */
const LOGIN = 5

for (const type of ['ed25519', 'ecdsa', 'rsa'])
  test(`a login with a key of type ${type} takes ${LOGIN} turns, and a command that reads two more`, async () => {
    const key = makeKey(join(rig.dir, `turns_${type}`), type)
    appendFileSync(join(rig.dir, 'authorized_keys'), readFileSync(`${key}.pub`))
    // On a busy machine answers can cross, and are counted too high, never too low.
    const counts: number[][] = []
    while (counts.length < 4 && counts.at(-1)?.join() !== `${LOGIN},2`) counts.push(await turnsWith(key))
    assert.deepEqual(counts.at(-1), [LOGIN, 2], JSON.stringify(counts))
  })

/** Turns until we are logged in, and from then on until a command has said back what it was told. */
async function turnsWith(key: string): Promise<[login: number, command: number]> {
  await using far = await startFar({ address: rig.address, port: rig.port, rtt: 60 })
  const known = `${key}.known`
  writeFileSync(known, `[127.0.0.1]:${far.port} ${rig.hostKey('ed25519')}\n`)
  const connected = await connectSsh(rig.settings({ address: far.address, port: far.port, privateKeyFile: key, knownHostsFiles: [known] }))
  assert.ok(connected.ok, connected.ok ? '' : connected.error.message)
  const login = far.seen.turns
  const started = await connected.connection.start('exec /bin/sh')
  assert.ok(started.ok)
  const heard = new Promise((resolve) => started.process.listen({ stdout: resolve, stderr() {} }))
  await started.process.write(Buffer.from('echo here\n'))
  assert.equal(String(await heard), 'here\n')
  const { turns } = far.seen
  await connected.connection.close('leave')
  return [login, turns - login]
}

test('the host does not sign with keys that nobody asked for', async () => {
  await using told = await startSshd({ config: ['LogLevel DEBUG3'] })
  const connected = await connectSsh(told.settings())
  assert.ok(connected.ok, connected.ok ? '' : connected.error.message)
  const ran = await connected.connection.start('exec true')
  assert.ok(ran.ok)
  ran.process.listen({ stdout() {}, stderr() {} })
  await ran.process.ended
  await connected.connection.close()
  assert.ok(await until(() => told.log().includes('do_cleanup'), 5000), told.log())
  assert.match(told.log(), /rtype hostkeys-prove/, 'sshd would wait for us')
  assert.doesNotMatch(told.log(), /hostkeys_prove: sign/)
})

/** An SSH server that says it is OpenSSH, and that ends the line of its first guests when they ask for a session: they were too hasty. */
async function strictServer(hasty: number) {
  const { Server } = await loadSsh2()
  const hostKey = makeKey(join(rig.dir, `strict_${hasty}`), 'ed25519')
  const server = new Server({ hostKeys: [readFileSync(hostKey)], ident: 'OpenSSH_9.9' })
  const guests = new WeakMap<Guest, () => void>()
  let visits = 0
  const port = await hostile((socket) => {
    server.once('connection', (guest) => guests.set(guest, () => socket.destroy()))
    server.injectSocket(socket)
  })
  server.on('connection', (guest) => {
    guest.on('error', () => {}).on('authentication', (login) => login.accept())
    guest.on('session', (accept) => {
      visits += 1
      if (visits <= hasty) return guests.get(guest)?.()
      accept().on('exec', (take) => {
        const channel = take()
        const shell = spawn('/bin/sh', { stdio: 'pipe' })
        channel.pipe(shell.stdin)
        shell.stdout.pipe(channel, { end: false })
        shell.stderr.pipe(channel.stderr, { end: false })
        shell.on('close', (code) => (channel.exit(code ?? 1), channel.end()))
      })
    })
  })
  const known = join(rig.dir, `known_strict_${hasty}`)
  writeFileSync(known, `[127.0.0.1]:${port.port} ${readFileSync(`${hostKey}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')}\n`)
  const connection = { kind: 'ssh', address: '127.0.0.1', port: port.port, user: rig.user, privateKeyFile: rig.clientKey, knownHostsFiles: [known], sshConfigFile: 'none' } as const
  return {
    visits: () => visits,
    host: { name: 'strict', groups: [], connection, vars: NO_VARS, extra: NO_VARS },
    [Symbol.asyncDispose]: () => port[Symbol.asyncDispose](),
  }
}

const opener = () => linkOpener({ forks: 1, lockWait: 0, tags: { tags: [], skip: [] }, output: 'plain', acceptNew: false, env: { home: '/nonexistent', user: 'root' } }, { mode: 'check', command: 'test' })
const HOW = { become: false, again: false, beside: false, ahead: [] }

test('a server that breaks off when the command comes before its answer is connected to once more, and asked in turn', async () => {
  await using server = await strictServer(1)
  const opened = await opener()(server.host, HOW)
  assert.ok(opened.ok, opened.ok ? '' : opened.error.message)
  assert.equal(server.visits(), 2)
  await opened.link.close()
  const again = await opener()(server.host, HOW)
  assert.ok(again.ok)
  assert.equal(server.visits(), 3, 'it is remembered')
  await again.link.close()
})

test('one that breaks off all the same is unreachable, after two tries', async () => {
  await using server = await strictServer(99)
  const opened = await opener()(server.host, HOW)
  assert.ok(!opened.ok)
  assert.equal(opened.error.reason, 'lost')
  assert.equal(server.visits(), 2)
})
