import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Load, type LoadOptions, type LoadResult } from '../../lab/load.ts'
import { percentiles } from '../../lab/load/percentile.ts'
import { wish } from '../../lab/load/wish.ts'
import { webServer } from '../rig/http.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

/** As a good app: the body back, or a page. */
const well: Answer = (request, response, body) => void response.writeHead(200, { 'x-app-version': 'v1' }).end(request.method === 'POST' ? body : 'page')

/** Whether this is not the first request on its connection. */
const reused = (() => {
  const seen = new WeakSet<object>()
  return ({ socket }: IncomingMessage) => seen.has(socket) || (seen.add(socket), false)
})()

/** What a second or so of load says of a server that answers like this. */
async function loaded(answer: Answer, options: LoadOptions = { slow: false }): Promise<LoadResult> {
  await using server = await webServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => answer(request, response, Buffer.concat(chunks)))
  })
  return await during(server.port, options)
}

async function during(port: number, options: LoadOptions): Promise<LoadResult> {
  const load = new Load({ address: '127.0.0.1', host: 'app.lab', port }, 100, options)
  await load.started
  await sleep(1500)
  return load.stop()
}

test('a good server: nothing failed, at the rate asked for', async () => {
  const { sent, failed, idleResets, versions, seconds, ms } = await loaded(well)
  assert.deepEqual({ failed, idleResets, versions }, { failed: 0, idleResets: 0, versions: { v1: sent } })
  assert.ok(sent > 100 && Math.abs(sent - seconds * 100) <= 15, `${sent} in ${seconds} s`)
  assert.ok(ms.p50 > 0 && ms.max >= ms.p99 && ms.p99 >= ms.p50)
})

const failures: readonly (readonly [string, string, Answer])[] = [
  ['an answer that is not 2xx', 'status', (_, response) => void response.writeHead(503).end()],
  ['an answer that is cut off', 'cut off', (_, response) => void response.writeHead(200, { 'content-length': 10 }).write('half', () => response.destroy())],
  ['a connection that is reset instead of an answer', 'reset', (request) => void request.socket.resetAndDestroy()],
  ['a kept connection that is reset when the request may have been read', 'reset', (request, response, body) => void (reused(request) ? setTimeout(() => request.socket.destroy(), 300) : well(request, response, body))],
]
for (const [what, how, answer] of failures) {
  test(`${what} has failed`, async () => {
    const { failed, kinds, idleResets, failures: words } = await loaded(answer)
    assert.ok(failed > 0 && words.length > 0)
    assert.deepEqual([Object.keys(kinds), idleResets], [[how], 0])
  })
}

test('after a POST, another body than was sent has failed; a page has none', async () => {
  const { sent, failed, kinds } = await loaded((_, response) => void response.writeHead(200).end('page'))
  assert.deepEqual(kinds, { body: failed })
  assert.ok(failed >= sent / 5 && failed <= sent / 5 + 1)
})

test('a kept connection that is closed just when it is used again is told apart for GET, and has failed for POST', async () => {
  const { sent, failed, kinds, idleResets, versions } = await loaded((request, response, body) => (reused(request) ? void request.socket.destroy() : well(request, response, body)))
  assert.deepEqual(Object.keys(kinds), ['reset'])
  assert.ok(idleResets > 0 && failed > 0)
  assert.equal((versions['v1'] ?? 0) + failed, sent, 'what was sent again was answered')
})

test('nobody there: every request has failed', async () => {
  const free = await webServer(() => {})
  await free[Symbol.asyncDispose]()
  const { sent, kinds } = await during(free.port, { slow: false, sockets: 0 })
  assert.deepEqual(kinds, { refused: sent })
})

test('a websocket that is refused has failed', async () => {
  const { kinds, sockets } = await loaded(well, { slow: false, sockets: 1 })
  assert.deepEqual(Object.keys(kinds), ['websocket refused'])
  assert.ok(sockets.refused > 0 && sockets.opened === 0)
})

test('the time a slow answer was asked to take is not its latency, and it stops by itself', async () => {
  await using server = await webServer((request, response) => {
    const asked = Number(/ms=(\d+)/.exec(request.url ?? '')?.[1] ?? 0)
    request.resume().on('end', () => setTimeout(() => response.writeHead(200).end(request.method === 'POST' ? undefined : 'page'), asked))
  })
  const load = new Load({ address: '127.0.0.1', host: 'app.lab', port: server.port }, 40, { seconds: 1 })
  await load.started
  await sleep(1500)
  const { sent, ms, seconds } = await load.stop()
  const asked = server.asked.flatMap((path) => (path.startsWith('/slow') ? [Number(/ms=(\d+)/.exec(path)?.[1])] : []))
  assert.ok(sent >= 38 && sent <= 45 && seconds < 2, `${sent} in ${seconds} s`)
  // What a busy machine adds is far below the seconds that some of them ask for.
  assert.ok(ms.max < Math.max(...asked) / 2, `${ms.max} ms, asked for ${asked.join()}`)
})

test('of twenty requests ten are on kept connections, four POSTs, three slow, one of these a POST', () => {
  const twenty = Array.from({ length: 20 }, (_, n) => wish(n + 20, true))
  const count = (is: (one: ReturnType<typeof wish>) => boolean) => twenty.filter(is).length
  const slow = (one: ReturnType<typeof wish>) => one.askedMs >= 100 && one.askedMs <= 3000
  assert.deepEqual([count(({ kept }) => kept), count(({ method }) => method === 'POST'), count(slow), count((one) => slow(one) && one.body !== undefined)], [10, 4, 3, 1])
  assert.equal(Math.max(...Array.from({ length: 20 }, (_, n) => wish(n, false).askedMs)), 0)
})

test('percentiles', () => {
  const values = Array.from({ length: 100 }, (_, n) => 100 - n)
  assert.deepEqual(percentiles(values, { p50: 0.5, p99: 0.99, max: 1 }), { p50: 50, p99: 99, max: 100 })
  assert.deepEqual(percentiles([], { p50: 0.5 }), { p50: 0 })
})
