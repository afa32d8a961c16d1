/** The proxy that makes a host seem far away: as far as it says, and it counts turns. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { test } from 'node:test'
import { startFar } from '../../lab/far.ts'

const RTT = 60

/** Greets, then says back what it hears, and closes when its client does. */
async function echo(): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.write('hello\n')
    socket.on('data', (chunk) => socket.write(chunk)).on('end', () => socket.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address: AddressInfo | string | null = server.address()
  assert.ok(address !== null && typeof address !== 'string')
  return { port: address.port, [Symbol.asyncDispose]: async () => void (await new Promise((resolve) => server.close(resolve))) }
}

/** Everything that has been heard, as soon as it is so much. */
async function heard(socket: Socket, text: { all: string }, length: number): Promise<string> {
  while (text.all.length < length) await once(socket, 'data')
  return text.all
}

test('each answer comes a round trip later, bytes and order kept, and the chain is counted', { timeout: 20_000 }, async () => {
  await using server = await echo()
  await using far = await startFar({ address: '127.0.0.1', port: server.port, rtt: RTT })
  const socket = connect(far.port, far.address)
  const text = { all: '' }
  socket.setEncoding('utf8').on('data', (chunk: string) => (text.all += chunk))
  const started = performance.now()
  assert.equal(await heard(socket, text, 6), 'hello\n')
  assert.equal(far.seen.turns, 2) // opening TCP, the greeting
  const greeted = performance.now()
  assert.ok(greeted - started >= 2 * RTT - 5, `greeted after ${greeted - started} ms`)

  socket.write('one')
  await heard(socket, text, 9)
  // Three at once are one turn: nobody waits for the first before asking the second.
  for (const word of ['two', 'six', 'ten']) socket.write(word)
  assert.equal(await heard(socket, text, 18), 'hello\nonetwosixten')
  assert.ok(performance.now() - greeted >= 2 * RTT - 5)
  assert.equal(far.seen.turns, 4)
  assert.deepEqual([far.seen.connections, far.seen.bytesUp, far.seen.bytesDown], [1, 12, 18])
  socket.end()
  await once(socket, 'close')
})

test('after a reset it counts from nothing, and connections of before are not among it', { timeout: 20_000 }, async () => {
  await using server = await echo()
  await using far = await startFar({ address: '127.0.0.1', port: server.port, rtt: 10 })
  const first = connect(far.port, far.address)
  await once(first, 'data')
  far.reset()
  first.end('late')
  await once(first, 'close')
  assert.deepEqual([far.seen.connections, far.seen.turns, far.seen.firstAt], [0, 0, undefined])
})

test('nobody there: the connection ends', { timeout: 20_000 }, async () => {
  await using far = await startFar({ address: '127.0.0.1', port: 1, rtt: 10 })
  const socket = connect(far.port, far.address)
  await once(socket, 'close')
  assert.equal(far.seen.connections, 1)
})
