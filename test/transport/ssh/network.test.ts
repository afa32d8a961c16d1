/** What the network between us and a real sshd does. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { connectSsh } from '../../../engine/transport/ssh/connect.ts'
import { ShellLink } from '../../../engine/transport/shell/link.ts'
import { act, outcomeOf, runs } from '../shell/acts.ts'
import { contentOf } from '../../../engine/values/content.ts'
import { hostile } from './hostile.ts'
import { freePort, startSshd, type Sshd } from './sshd-rig.ts'

let rig: Sshd
before(async () => {
  rig = await startSshd()
})
after(() => rig[Symbol.asyncDispose]())

/** Hands everything on in order and late; every tenth piece in two, of which the second waits for a second, as after a lost packet. */
function late(from: Socket, to: Socket, ms: number): void {
  let pieces = 0
  let last = Promise.resolve()
  const send = (bytes: Buffer, wait: number) => {
    const due = performance.now() + wait
    last = last.then(async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())))
      to.write(bytes)
    })
  }
  from.on('data', (chunk: Buffer) => {
    pieces += 1
    const cut = pieces % 10 === 0 ? 1 : chunk.length
    send(chunk.subarray(0, cut), ms)
    if (cut < chunk.length) send(chunk.subarray(cut), ms + 1000)
  })
  from.on('close', () => void last.then(() => to.destroy()))
}

test('fault 12: a third of a second each way, and a packet in ten lost: slower, never wrong', { timeout: 120_000 }, async (t) => {
  await using server = await hostile((guest) => {
    const sshd = connect(rig.port, '127.0.0.1').on('error', () => guest.destroy())
    late(guest, sshd, 330)
    late(sshd, guest, 330)
  })
  const connected = await connectSsh(rig.settings({ port: server.port, acceptNew: true, knownHostsFiles: [`${rig.dir}/known_slow`], connectTimeoutMs: 20_000 }))
  assert.ok(connected.ok, connected.ok ? '' : connected.error.message)
  const opened = await ShellLink.open(connected.connection)
  assert.ok(opened.ok, opened.ok ? '' : opened.error.message)
  t.after(() => opened.link.close())
  const bytes = randomBytes(300_000)
  const acted = await act(opened.link, [runs(['sh', '-c', 'sha256sum; exit 0'], { stdin: contentOf(bytes) }), runs(['sh', '-c', 'sleep 1; echo done'])])
  assert.ok(acted.kind === 'done')
  const said = acted.outputs.flat().map(({ stdout }) => stdout.toString())
  assert.deepEqual([said[0]?.slice(0, 64), said[1]], [createHash('sha256').update(bytes).digest('hex'), 'done\n'])
  assert.match(await outcomeOf(opened.link, runs(['false'])), /^failed 1/)
  assert.equal(server.guests(), 1)
})

test('fault 14: a server at an IPv6 address, known by it and by its port', async () => {
  const port = await freePort('::1')
  await using six = await startSshd({ config: [`ListenAddress [::1]:${port}`] })
  const settings = (known: string) => six.settings({ address: '::1', port, acceptNew: false, knownHostsFiles: [known] })
  writeFileSync(`${six.dir}/known_six`, `[::1]:${port} ${six.hostKey('ed25519')}\n`)
  const connected = await connectSsh(settings(`${six.dir}/known_six`))
  assert.ok(connected.ok, connected.ok ? '' : connected.error.message)
  assert.equal(connected.connection.target, `${six.user}@[::1]:${port}`)
  await connected.connection.close()
  const refused = await connectSsh(settings(`${six.dir}/known_nobody`))
  assert.equal(refused.ok ? '' : refused.error.reason, 'host-key-unknown')
})

/** A process of its own that connects, in a place of which a shell says what it is like; gives what it was told. */
function connecting(under: readonly string[], address: string, port: number, times = 1, before = ''): Promise<string> {
  const text = `import { openSync, closeSync } from 'node:fs'
    import { connectSsh } from './engine/transport/ssh/connect.ts'
    ${before}
    const settings = ${JSON.stringify({ ...rig.settings({ address, port, connectTimeoutMs: 3000 }), host: 'far' })}
    const all = await Promise.all(Array.from({ length: ${times} }, () => connectSsh(settings)))
    console.log([...new Set(all.map((each) => each.ok ? 'in' : each.error.reason + ': ' + each.error.message))].join('\\n'))
    process.exit(0)`
  const [program = '', ...words] = [...under, process.execPath, '--import', 'tsx', '--input-type=module', '-e', text]
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd: new URL('../../..', import.meta.url), stdio: ['ignore', 'pipe', 'inherit'], timeout: 60_000, killSignal: 'SIGKILL' })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.on('error', reject)
    child.on('close', () => resolve(said))
  })
}

test('fault 1: no route to it', { skip: process.getuid?.() !== 0 && 'a network without a way out needs root' }, async () => {
  assert.match(await connecting(['unshare', '--net'], '192.0.2.1', 22), /^no-route: .*@192\.0\.2\.1:22 cannot be reached: there is no route to it \(ENETUNREACH\)\n$/)
})

test('fault 70: no file descriptors left on this machine: told, and no crash', { timeout: 90_000 }, async () => {
  // All there are but two, once everything is loaded.
  const most = `await connectSsh({ ...${JSON.stringify(rig.settings({ port: 1 }))} })
    const taken = []
    try { for (;;) taken.push(openSync('/dev/null')) } catch {}
    for (const each of taken.slice(-2)) closeSync(each)`
  const said = await connecting(['sh', '-c', 'ulimit -n 200; exec "$@"', 'sh'], '127.0.0.1', rig.port, 8, most)
  const lines = said.trim().split('\n').filter((line) => line !== 'in')
  assert.ok(lines.length > 0, 'they were enough')
  for (const line of lines) assert.match(line, /this machine has no file descriptors left|cannot be read \(EMFILE\)/)
})
