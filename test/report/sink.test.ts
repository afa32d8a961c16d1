import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import test from 'node:test'
import { makeSink } from '../../engine/report/sink.ts'
import { Secret } from '../../engine/values/secret.ts'

function collector(write: (text: string, done: (error?: Error) => void) => void): Writable {
  return new Writable({ decodeStrings: false, write: (chunk: string, _encoding, done) => write(chunk, done) })
}

test('secrets are redacted in every form', async () => {
  const value = 'S1nk "pass" wort'
  const secret = new Secret(value)
  let text = ''
  const out = makeSink(collector((chunk, done) => ((text += chunk), done())))
  out.write(`raw ${secret.reveal()} json ${JSON.stringify(value)} base64 ${Buffer.from(value).toString('base64')}`)
  await out.flush()
  assert.match(text, /^raw \[secret\] json "\[secret\]" base64 \[secret\].?=*$/)
})

test('fault 64: a reader that went away ends nothing, and later text is dropped', async () => {
  const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
  let calls = 0
  const out = makeSink(collector((_, done) => ((calls += 1), done(broken))))
  out.write('one')
  await out.flush()
  out.write('two')
  await out.flush()
  assert.equal(calls, 1)
})

test('fault 68: a full disk is told by flush', async () => {
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  const out = makeSink(collector((_, done) => setImmediate(() => done(full))))
  out.write('one')
  await assert.rejects(out.flush(), /no space left/)
})

test('flush waits for slow writes, in order', async () => {
  let text = ''
  const out = makeSink(collector((chunk, done) => void setTimeout(() => ((text += chunk), done()), 5)))
  for (const each of ['a', 'b', 'c']) out.write(each)
  await out.flush()
  assert.equal(text, 'abc')
})

test('fault 65: a stream that is no terminal: no TTY, 80 columns', () => {
  const out = makeSink(collector((_, done) => done()))
  assert.deepEqual([out.isTTY, out.columns], [false, 80])
})

test('a terminal that does not know its size has 80 columns', () => {
  const stream = { isTTY: true, columns: 0, on: () => {}, write: () => true }
  assert.deepEqual([makeSink(stream).isTTY, makeSink(stream).columns], [true, 80])
})

test('fault 64: `… | head -1`: the process ends well, by itself', { timeout: 30_000 }, async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', new URL('pipe-child.ts', import.meta.url).pathname], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdout.once('data', () => child.stdout.destroy())
  const [code, signal]: unknown[] = await once(child, 'exit')
  assert.deepEqual([code, signal, stderr], [0, null, 'came to the end\n'])
})
