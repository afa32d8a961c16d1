import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import type { LinkError } from '../../../engine/transport/connection.ts'
import { connectSsh, type SshSettings } from '../../../engine/transport/ssh/connect.ts'
import { loadSsh2 } from '../../../engine/transport/ssh/ssh2.ts'
import { handOn, hostile } from './hostile.ts'
import { until } from '../../rig/until.ts'
import { freePort, startSshd, type Sshd } from './sshd-rig.ts'

let rig: Sshd
before(async () => {
  rig = await startSshd()
})
after(() => rig[Symbol.asyncDispose]())

/** Must fail, in time; a message names the address and a hint says what to do. */
async function failure(settings: SshSettings, longestMs: number): Promise<LinkError> {
  const start = performance.now()
  const connected = await connectSsh(settings)
  const took = performance.now() - start
  assert.ok(!connected.ok, 'it must not connect')
  assert.ok(took < longestMs, `it took ${took} ms`)
  assert.ok(connected.error.message.includes(settings.address), connected.error.message)
  assert.ok((connected.error.hint ?? '') !== '', 'a hint')
  return connected.error
}

/** The rig's own key is right for the port of a stand-in, so that only the fault of the test counts. */
const at = (port: number, other: Partial<SshSettings> = {}): SshSettings => rig.settings({ port, connectTimeoutMs: 400, ...other })

test('fault 1: nobody listens', async () => {
  const error = await failure(at(await freePort()), 1_000)
  assert.equal(error.reason, 'refused')
  assert.match(error.message, /nobody listens there/)
})

test('fault 1: no such name', async () => {
  // No name server is asked about a name with an empty label.
  const error = await failure(at(22, { address: 'no..such.host', connectTimeoutMs: 5_000 }), 6_000)
  assert.equal(error.reason, 'refused')
  assert.match(error.message, /no host named "no\.\.such\.host"|name server does not answer/)
})

test('fault 3: a host that swallows packets', async () => {
  // A listener that is stopped and whose queue is full: the kernel drops every further SYN.
  const listener = spawn(process.execPath, ['-e', "require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () { console.log(this.address().port) })"])
  try {
    const [line] = await once(listener.stdout, 'data')
    listener.kill('SIGSTOP')
    const port = Number(String(line))
    const fillers = Array.from({ length: 6 }, () => connect(port, '127.0.0.1').on('error', () => {}))
    await new Promise((resolve) => setTimeout(resolve, 200))
    const error = await failure(at(port), 1_000)
    assert.equal(error.reason, 'timeout')
    assert.match(error.message, /does not answer within 0.4 s/)
    for (const filler of fillers) filler.destroy()
  } finally {
    listener.kill('SIGKILL')
  }
})

for (const [name, treat] of [
  ['accepted, then closed', 'end'],
  ['accepted, then reset', 'resetAndDestroy'],
] as const) {
  test(`fault 2: ${name}: three tries, then the limit is suspected`, async () => {
    await using server = await hostile((guest) => void guest[treat]())
    const error = await failure(at(server.port), 3_000)
    assert.equal(error.reason, 'limit')
    assert.match(error.message, /before it has said anything \(3 tries\)/)
    assert.match(error.hint ?? '', /MaxStartups/)
    assert.equal(server.guests(), 3)
  })
}

test('fault 5: turned away twice, let in the third time', async () => {
  await using server = await hostile((guest, number) => {
    if (number === 1) guest.destroy()
    else if (number === 2) guest.end('Exceeded MaxStartups\r\n')
    else handOn(guest, rig.port)
  })
  const connected = await connectSsh(at(server.port, { acceptNew: true, knownHostsFiles: [`${rig.dir}/known_third`], connectTimeoutMs: 2_000 }))
  assert.ok(connected.ok)
  assert.equal(server.guests(), 3)
  await connected.connection.close()
})

test('fault 5: never more than eight logins at a time at one address', async () => {
  let now = 0
  let most = 0
  await using server = await hostile((guest) => {
    now += 1
    most = Math.max(most, now)
    guest.resume().on('close', () => (now -= 1))
  })
  const all = await Promise.all(Array.from({ length: 20 }, () => connectSsh(at(server.port, { connectTimeoutMs: 150 }))))
  assert.ok(all.every((connected) => !connected.ok && connected.error.reason === 'timeout'))
  assert.equal(server.guests(), 20)
  // One may come while the server has not yet seen another leave.
  assert.ok(most >= 8 && most <= 10, `${most} at a time`)
})

test('fault 5: thirty at once through one sshd: all get in', async () => {
  await using busy = await startSshd({ config: ['MaxStartups 10:100:10'] })
  const all = await Promise.all(Array.from({ length: 30 }, () => connectSsh(busy.settings({ connectTimeoutMs: 10_000 }))))
  const failed = all.flatMap((connected) => (connected.ok ? [] : connected.error.message))
  for (const connected of all) if (connected.ok) await connected.connection.close()
  assert.deepEqual(failed, [])
  assert.doesNotMatch(busy.log(), /drop connection|exceeded MaxStartups/i)
})

test('fault 6: a ban is said to be one, and not tried against', async () => {
  await using server = await hostile((guest) => void guest.end('Not allowed at this time\r\n'))
  const error = await failure(at(server.port), 2_000)
  assert.equal(error.reason, 'limit')
  assert.match(error.hint ?? '', /PerSourcePenalties/)
  assert.equal(server.guests(), 1)
})

test('fault 3: a server that says nothing', async () => {
  await using server = await hostile(() => {})
  const error = await failure(at(server.port), 2_000)
  assert.equal(error.reason, 'timeout')
  assert.match(error.message, /says nothing within 0.8 s/)
})

test('fault 3: a server that says its name and no more', async () => {
  await using server = await hostile((guest) => void guest.write('SSH-2.0-OpenSSH_9.2\r\n'))
  const error = await failure(at(server.port), 4_000)
  assert.equal(error.reason, 'timeout')
  assert.match(error.message, /did not finish the SSH handshake/)
})

for (const [name, banner] of [
  ['an HTTP server', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html>'],
  ['one long line', 'x'.repeat(1_000_000)],
  ['a megabyte of lines', `${'y'.repeat(100)}\n`.repeat(10_000)],
  ['control characters', '\x1b[2J\x1b]0;owned\x07 hello\r\n'],
  ['bytes', Buffer.alloc(5_000, 0xff)],
] as const) {
  test(`fault 4: ${name} is not an SSH server`, async () => {
    await using server = await hostile((guest) => void guest.end(banner))
    const error = await failure(at(server.port), 2_000)
    assert.equal(error.reason, 'not-ssh')
    assert.match(error.message, /is not an SSH server: it says "/)
    assert.doesNotMatch(error.message, /[\x00-\x1f]/)
    assert.ok(error.message.length < 500)
    assert.equal(server.guests(), 1)
  })
}

test('fault 4: SSH 1', async () => {
  await using server = await hostile((guest) => void guest.end('SSH-1.5-old\r\n'))
  assert.ok(['not-ssh', 'lost'].includes((await failure(at(server.port), 2_000)).reason))
})

test('fault 4: a real banner, then garbage', async () => {
  await using server = await hostile((guest) => void guest.end(Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(100_000, 7)])))
  assert.equal((await failure(at(server.port), 4_000)).reason, 'lost')
})

test('fault 2: cut in the middle of the handshake: not tried again', async () => {
  await using server = await hostile((guest) => {
    handOn(guest, rig.port)
    // First our name, then, once the server has said its own, our offer.
    let heard = 0
    guest.on('data', () => {
      heard += 1
      if (heard === 2) guest.resetAndDestroy()
    })
  })
  const error = await failure(at(server.port), 4_000)
  assert.equal(error.reason, 'lost')
  assert.equal(server.guests(), 1)
})

test('no algorithm in common', async () => {
  await using old = await startSshd({ config: ['KexAlgorithms diffie-hellman-group14-sha1'] })
  const error = await failure(old.settings(), 2_000)
  assert.equal(error.reason, 'not-ssh')
  assert.match(error.message, /no algorithm in common/)
})

test('what is agreed on is strong', async () => {
  await using verbose = await startSshd({ config: ['LogLevel DEBUG1'] })
  const connected = await connectSsh(verbose.settings())
  assert.ok(connected.ok)
  await connected.connection.close()
  await until(() => /Connection closed|disconnected/i.test(verbose.log()), 2_000)
  assert.match(verbose.log(), /kex: client->server cipher: aes256-gcm@openssh.com/)
  assert.match(verbose.log(), /kex: algorithm: curve25519-sha256/)
})

test('fault 14: IPv6 and brackets', async () => {
  const port = await freePort()
  for (const address of ['::1', '[::1]']) {
    const connected = await connectSsh(at(port, { address }))
    assert.ok(!connected.ok)
    assert.equal(connected.error.reason, 'refused')
    assert.ok(connected.error.message.includes(`@[::1]:${port} `), connected.error.message)
  }
})

test('a server that announces packets of no bytes is left alone: ssh2 would write for ever', async () => {
  const { Server } = await loadSsh2()
  const server = new Server({ hostKeys: [readFileSync(`${rig.dir}/host_ed25519`)] }, (guest) => {
    const protocol: unknown = Reflect.get(guest, '_protocol')
    assert.ok(typeof protocol === 'object' && protocol !== null)
    const confirm: unknown = Reflect.get(protocol, 'channelOpenConfirm')
    assert.ok(typeof confirm === 'function')
    Reflect.set(protocol, 'channelOpenConfirm', (recipient: number, sender: number, window: number) => Reflect.apply(confirm, protocol, [recipient, sender, window, 0]))
    guest.on('error', () => {}).on('authentication', (context) => context.accept())
    guest.on('session', (accept) => void accept().on('exec', (accept) => void accept()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address: unknown = server.address()
  assert.ok(typeof address === 'object' && address !== null && 'port' in address && typeof address.port === 'number')
  const connected = await connectSsh(at(address.port, { acceptNew: true, knownHostsFiles: [`${rig.dir}/known_zero`] }))
  assert.ok(connected.ok)
  const started = await connected.connection.start('cat')
  assert.match(started.ok ? '' : started.error.message, /a channel that cannot carry anything/)
  await connected.connection.close()
  await new Promise<void>((resolve) => server.close(() => resolve()))
})
