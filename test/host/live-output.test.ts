import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveOutput } from '../../engine/host/live-output.ts'

function heard(pieces: readonly Uint8Array[]): string[] {
  const lines: string[] = []
  const output = liveOutput((task, stream, text) => lines.push(`${task} ${stream} ${text}`))
  for (const piece of pieces) output.hear('t', 'stdout', Buffer.from(piece))
  output.end()
  return lines
}

test('fault 34: letters of several bytes that come in pieces are whole again; bytes that are none are shown as such', () => {
  const bytes = [...Buffer.from('é☃😀\nñ')]
  assert.deepEqual(heard(bytes.map((byte) => Uint8Array.of(byte))), ['t stdout é☃😀', 't stdout ñ'])
  assert.deepEqual(heard([Uint8Array.of(0x61, 0xff, 0xc3, 0x0a, 0x62)]), ['t stdout a\ufffd\ufffd', 't stdout b'])
})

test('two streams do not take bytes from each other', () => {
  const lines: string[] = []
  const output = liveOutput((_, stream, text) => lines.push(`${stream} ${text}`))
  const [first = 0, second = 0] = Buffer.from('é')
  output.hear('t', 'stdout', Buffer.of(first))
  output.hear('t', 'stderr', Buffer.from('x\n'))
  output.hear('t', 'stdout', Buffer.of(second, 0x0a))
  assert.deepEqual(lines, ['stderr x', 'stdout é'])
})

test('fault 55: a line that does not end fills no memory', () => {
  const [last = ''] = heard(Array.from({ length: 100 }, () => Buffer.alloc(10_000, 'x')))
  assert.equal(last.length, 't stdout '.length + 64 * 1024)
})
