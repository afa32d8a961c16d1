import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Connection, Ended, RemoteProcess } from '../../../engine/transport/connection.ts'
import { connectSsh } from '../../../engine/transport/ssh/connect.ts'
import { handOn, hostile } from './hostile.ts'
import { until } from '../../rig/until.ts'
import { startSshd, type Sshd } from './sshd-rig.ts'

let rig: Sshd
before(async () => {
  rig = await startSshd()
})
after(() => rig[Symbol.asyncDispose]())

type Open = Connection & AsyncDisposable
async function open(to: Sshd = rig, port = to.port): Promise<Open> {
  const connected = await connectSsh(to.settings({ port, ...(port === to.port ? {} : { acceptNew: true, knownHostsFiles: [`${to.dir}/known_${port}`] }) }))
  assert.ok(connected.ok, connected.ok ? '' : connected.error.message)
  const { connection } = connected
  return { ...connection, [Symbol.asyncDispose]: () => connection.close() }
}

async function begin(connection: Connection, command: string): Promise<RemoteProcess> {
  const started = await connection.start(command)
  assert.ok(started.ok, started.ok ? '' : started.error.message)
  return started.process
}

interface Outcome {
  readonly ended: Ended
  readonly stdout: string
  readonly stderr: string
}

async function run(connection: Connection, command: string, input?: string): Promise<Outcome> {
  const process = await begin(connection, command)
  const output = collect(process)
  if (input !== undefined) await process.write(Buffer.from(input))
  process.end()
  return { ended: await process.ended, ...output() }
}

function collect(process: RemoteProcess): () => { stdout: string; stderr: string } {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  process.listen({ stdout: (chunk) => void stdout.push(chunk), stderr: (chunk) => void stderr.push(chunk) })
  return () => ({ stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() })
}

test('a command: both outputs, input, exit status', async () => {
  await using connection = await open()
  assert.match(connection.target, new RegExp(`^${rig.user}@127\\.0\\.0\\.1:${rig.port}$`))
  assert.deepEqual(await run(connection, 'cat; echo bad >&2; exit 3', 'good'), { ended: { kind: 'exited', code: 3 }, stdout: 'good', stderr: 'bad\n' })
  assert.deepEqual(await run(connection, 'true'), { ended: { kind: 'exited', code: 0 }, stdout: '', stderr: '' })
})

test('a command that is killed says by what', async () => {
  await using connection = await open()
  assert.deepEqual((await run(connection, 'kill -TERM $$')).ended, { kind: 'killed', signal: 'SIGTERM' })
})

test('fault 8: the server side dies under a command: lost, never a success', async () => {
  await using connection = await open()
  const { ended, stdout } = await run(connection, 'echo before; sleep 0.5; kill -9 $PPID; sleep 5')
  assert.equal(stdout, 'before\n')
  assert.equal(ended.kind, 'lost')
  const { error } = await connection.gone
  assert.equal(error?.reason, 'lost')
  const again = await connection.start('true')
  assert.equal(again.ok ? '' : again.error.reason, 'lost')
})

test('fault 8: sshd killed from outside, by its id, with several commands under way', async () => {
  await using connection = await open()
  const first = await begin(connection, 'echo $PPID; exec sleep 30')
  const output = collect(first)
  const others = await Promise.all(Array.from({ length: 4 }, () => begin(connection, 'exec sleep 30')))
  assert.ok(await until(() => output().stdout.endsWith('\n'), 5_000))
  const sshd = Number(output().stdout)
  assert.ok(sshd > 1)
  process.kill(sshd, 'SIGKILL')
  const ends = await Promise.all([first, ...others].map(({ ended }) => ended))
  assert.deepEqual(ends.map(({ kind }) => kind), ['lost', 'lost', 'lost', 'lost', 'lost'])
})

test('fault 9: a line that goes dead without a word is noticed by keep-alives', async () => {
  const lines: { cut(): void }[] = []
  await using server = await hostile((guest) => void lines.push(handOn(guest, rig.port)))
  const connected = await connectSsh(rig.settings({ port: server.port, acceptNew: true, knownHostsFiles: [`${rig.dir}/known_dead`], keepaliveMs: 100 }))
  assert.ok(connected.ok)
  const started = await connected.connection.start('exec sleep 30')
  assert.ok(started.ok)
  for (const line of lines) line.cut()
  const { error } = await connected.connection.gone
  assert.equal(error?.reason, 'lost')
  assert.match(error.message, /no sign of life/)
  // What ran there is lost for the same reason, and says so.
  assert.deepEqual(await started.process.ended, { kind: 'lost', error })
})

test('fault 53: a child in the background that holds the channel is waited for only briefly', async () => {
  await using connection = await open()
  const start = performance.now()
  const outcome = await run(connection, 'echo done; sleep 20 & exit 4')
  const took = performance.now() - start
  assert.deepEqual(outcome, { ended: { kind: 'exited', code: 4 }, stdout: 'done\n', stderr: '' })
  assert.ok(took > 1_900 && took < 12_000, `${took} ms`)
})

test('output that comes after the exit is not cut off', async () => {
  await using connection = await open()
  const { stdout } = await run(connection, '(for i in 1 2 3 4 5 6; do sleep 0.6; echo $i; done) & exit 0')
  assert.equal(stdout, '1\n2\n3\n4\n5\n6\n')
})

test('fault 56: much on stderr, nothing on stdout', async () => {
  await using connection = await open()
  const { ended, stderr } = await run(connection, 'head -c 5000000 /dev/zero | tr "\\0" x >&2')
  assert.deepEqual(ended, { kind: 'exited', code: 0 })
  assert.equal(stderr.length, 5_000_000)
})

test('nobody listens: drained all the same', async () => {
  await using connection = await open()
  const process = await begin(connection, 'head -c 8000000 /dev/zero; exit 5')
  assert.deepEqual(await process.ended, { kind: 'exited', code: 5 })
})

test('writing to a command that has gone resolves', async () => {
  await using connection = await open()
  const process = await begin(connection, 'exit 3')
  collect(process)
  const chunk = Buffer.alloc(64 * 1024)
  for (let sent = 0; sent < 8_000_000; sent += chunk.length) await process.write(chunk)
  assert.deepEqual(await process.ended, { kind: 'exited', code: 3 })
  await process.write(chunk)
  process.end()
  process.destroy()
})

test('destroy gives up on a command at once; the connection lives on', async () => {
  await using connection = await open()
  const process = await begin(connection, 'exec sleep 30')
  collect(process)
  const start = performance.now()
  process.destroy()
  const ended = await process.ended
  assert.ok(performance.now() - start < 500)
  assert.equal(ended.kind, 'lost')
  assert.match(ended.kind === 'lost' ? ended.error.message : '', /we gave up/)
  assert.equal((await run(connection, 'echo still here')).stdout, 'still here\n')
})

test('fault 7: twenty commands at once over a server that allows ten sessions: they queue', async () => {
  await using connection = await open()
  const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => run(connection, 'sleep 0.1; cat', String(i))))
  assert.deepEqual(outcomes.map(({ stdout }) => stdout), Array.from({ length: 20 }, (_, i) => String(i)))
})

test('fault 7: a session that has just ended may still count: one after another works where one is allowed', async () => {
  await using strict = await startSshd({ config: ['MaxSessions 1'] })
  await using connection = await open(strict)
  for (let i = 0; i < 20; i++) assert.equal((await run(connection, 'cat', String(i))).stdout, String(i))
})

test('fault 7: a server that allows one session: the second is refused by name', async () => {
  await using strict = await startSshd({ config: ['MaxSessions 1'] })
  await using connection = await open(strict)
  const first = await begin(connection, 'cat')
  const second = await connection.start('true')
  assert.equal(second.ok ? '' : second.error.reason, 'limit')
  assert.match(second.ok ? '' : (second.error.hint ?? ''), /MaxSessions/)
  first.end()
  assert.deepEqual(await first.ended, { kind: 'exited', code: 0 })
})

test('faults 51 and 52: a command that would kill the connection is not sent', async () => {
  await using connection = await open()
  for (const command of ['echo \0', `echo ${'x'.repeat(40_000)}`]) {
    const started = await connection.start(command)
    assert.ok(!started.ok)
    assert.match(started.error.message, /too long or has a NUL/)
  }
  assert.equal((await run(connection, 'echo fine')).stdout, 'fine\n')
})

test('closing: commands under way are lost, gone has no error, twice is fine', async () => {
  const connection = await open()
  const process = await begin(connection, 'exec sleep 30')
  collect(process)
  await connection.close()
  await connection.close()
  assert.equal((await process.ended).kind, 'lost')
  assert.deepEqual(await connection.gone, {})
  assert.ok(!(await connection.start('true')).ok)
})

test('fault 13: rekeys in the middle of an upload', async () => {
  await using rekeying = await startSshd({ config: ['RekeyLimit 1M', 'LogLevel DEBUG1'] })
  await using connection = await open(rekeying)
  const bytes = Buffer.alloc(20 * 1024 * 1024, 'hostwright')
  const process = await begin(connection, 'sha256sum')
  const output = collect(process)
  for (let at = 0; at < bytes.length; at += 65_536) await process.write(bytes.subarray(at, at + 65_536))
  process.end()
  assert.deepEqual(await process.ended, { kind: 'exited', code: 0 })
  assert.ok(output().stdout.startsWith(createHash('sha256').update(bytes).digest('hex')))
  const rekeys = rekeying.log().match(/SSH2_MSG_NEWKEYS received/g)?.length ?? 0
  assert.ok(rekeys >= 5, `only ${rekeys} key exchanges`) // how many there are hangs on how fast the two are
})

/** Garbage that is not yet collected counts as well: so the limit is generous, and what flows is much more than it. */
const MEGABYTES = 192
const LIMIT = 96
test('192 MB up: bounded memory, back-pressure kept', async () => {
  await using connection = await open()
  const process = await begin(connection, 'sleep 1; sha256sum')
  const output = collect(process)
  const memory = watchMemory()
  const hash = createHash('sha256')
  const start = performance.now()
  let sentWhileAsleep = 0
  for (let i = 0; i < MEGABYTES * 16; i += 1) {
    const chunk = Buffer.alloc(65_536, i)
    hash.update(chunk)
    await process.write(chunk)
    if (performance.now() - start < 900) sentWhileAsleep += chunk.length
    memory.look()
  }
  process.end()
  assert.deepEqual(await process.ended, { kind: 'exited', code: 0 })
  assert.ok(output().stdout.startsWith(hash.digest('hex')))
  assert.ok(sentWhileAsleep < 8_000_000, `${sentWhileAsleep} bytes went to a sleeping reader`)
  assert.ok(memory.grown() < LIMIT, `${memory.grown()} MB`)
})

test('192 MB down: bounded memory', async () => {
  await using connection = await open()
  const process = await begin(connection, `head -c ${MEGABYTES * 1024 * 1024} /dev/zero`)
  const memory = watchMemory()
  const hash = createHash('sha256')
  let bytes = 0
  process.listen({
    stdout(chunk) {
      bytes += chunk.length
      hash.update(chunk)
      memory.look()
    },
    stderr() {},
  })
  assert.deepEqual(await process.ended, { kind: 'exited', code: 0 })
  assert.equal(bytes, MEGABYTES * 1024 * 1024)
  assert.equal(hash.digest('hex'), createHash('sha256').update(Buffer.alloc(bytes)).digest('hex'))
  assert.ok(memory.grown() < LIMIT, `${memory.grown()} MB`)
})

/** Megabytes of buffers and heap over what it was at the start, at the worst moment. */
function watchMemory(): { look(): void; grown(): number } {
  const used = (): number => {
    const { heapUsed, external } = process.memoryUsage()
    return (heapUsed + external) / 1e6
  }
  const start = used()
  let most = start
  return {
    look() {
      most = Math.max(most, used())
    },
    grown: () => Math.round(most - start),
  }
}
