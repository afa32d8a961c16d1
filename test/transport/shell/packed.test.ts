/** Contents that shrink are packed on their way; what counts is the digest of what comes out. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { change, run } from '../../../engine/tasks/change.ts'
import { contentOf, contentOfFile, sha256 } from '../../../engine/values/content.ts'
import { packed } from '../../../engine/values/packed.ts'
import { Secret } from '../../../engine/values/secret.ts'
import { act, outcomeOf, steps, writes } from './acts.ts'
import { folder, openLink, shells } from './shells.ts'

const words = Buffer.concat(Array.from({ length: 40_000 }, (_, n) => Buffer.from(`line ${n * 7919}, and some more words that come again\0\n`)))
const noise = randomBytes(300_000)
const directory = (name: string) => {
  const at = join(folder, name)
  mkdirSync(at)
  return at
}
const sentBy = async (shell: string, work: Parameters<typeof act>[1]) => {
  const link = await openLink(shell)
  const before = link.bytesSent
  const acted = await act(link, work)
  const sent = link.bytesSent - before
  await link.close()
  assert.equal(acted.kind, 'done', JSON.stringify(acted))
  return { sent, outputs: acted.kind === 'done' ? acted.outputs : [] }
}

test('packed is what shrinks and is neither small, large nor secret', () => {
  assert.ok((packed(contentOf(words))?.size ?? Number.NaN) < words.length / 3)
  for (const bytes of [noise, words.subarray(0, 10_000), Buffer.alloc(9_000_000, 'x')]) assert.equal(packed(contentOf(bytes)), undefined)
  assert.equal(packed(contentOf(new Secret('x'.repeat(100_000)))), undefined)
  assert.equal(packed(contentOf(Buffer.concat([Buffer.alloc(100_000), randomBytes(400_000), Buffer.alloc(100_000)]))), undefined, 'a sample of the middle does not shrink')
})

for (const [shellName, shell] of Object.entries(shells))
  test(`what comes out is what was meant, beside contents that are not packed, and to commands (${shellName})`, { timeout: 60_000 }, async () => {
    const at = directory(`packed ${shellName}`)
    const count = change('count', [run(['sh', '-c', 'wc -c; true'], { stdin: contentOf(words) })], [])
    const early = change('early', [run(['sh', '-c', 'head -c 10 >/dev/null'], { stdin: contentOf(Buffer.concat([words, noise])) })], [])
    const { sent, outputs } = await sentBy(shell, [writes(`${at}/noise`, noise), writes(`${at}/words`, words), count, early, writes(`${at}/noise 2`, noise), writes(`${at}/last`, words)])
    assert.deepEqual(['noise', 'words', 'noise 2', 'last'].map((name) => sha256(readFileSync(`${at}/${name}`))), [noise, words, noise, words].map(sha256))
    assert.equal(outputs[2]?.[0]?.stdout.toString().trim(), String(words.length))
    assert.ok(sent < 3 * noise.length + words.length, `${sent} bytes`)
    assert.equal((await sentBy(shell, [writes(`${at}/alone`, words)])).outputs.length, 1)
    assert.equal(sha256(readFileSync(`${at}/alone`)), sha256(words))
  })

test('a host whose gzip is broken: nothing is replaced (one without gzip: environment.test.ts)', { timeout: 60_000 }, async () => {
  const at = directory('broken gzip')
  const bin = directory('bin with a broken gzip')
  writeFileSync(`${at}/file`, 'old')
  writeFileSync(`${bin}/gzip`, '#!/bin/sh\ncat >/dev/null\necho broken\n')
  chmodSync(`${bin}/gzip`, 0o755)
  const link = await openLink(`/usr/bin/env PATH='${bin}:/usr/bin:/bin' /bin/dash`)
  assert.equal(await outcomeOf(link, writes(`${at}/file`, words)), 'failed 1: the content arrived damaged: nothing was replaced\n')
  await link.close()
  assert.deepEqual([readFileSync(`${at}/file`, 'utf8'), readdirSync(at)], ['old', ['file']])
})

test('a file that is gone from the controller after it was summed replaces nothing, whatever its size; the line lives on', { timeout: 60_000 }, async () => {
  const at = directory('gone')
  for (const bytes of [words, noise, randomBytes(12_000_000)]) {
    writeFileSync(`${at}/source`, bytes)
    const content = contentOfFile(`${at}/source`)
    rmSync(`${at}/source`)
    writeFileSync(`${at}/file`, 'old')
    const link = await openLink('/bin/dash')
    assert.equal(await outcomeOf(link, steps({ kind: 'write', path: `${at}/file`, content, mode: '0644' })), 'failed 1: the content arrived damaged: nothing was replaced\n')
    assert.equal(await outcomeOf(link, writes(`${at}/other`, 'x')), 'done 0: ')
    await link.close()
    assert.deepEqual([readFileSync(`${at}/file`, 'utf8'), readdirSync(at).sort()], ['old', ['file', 'other']])
  }
})

test('a file that changed on the controller after it was summed replaces nothing, packed or not', { timeout: 60_000 }, async () => {
  const at = directory('changed')
  for (const bytes of [words, noise]) {
    writeFileSync(`${at}/source`, bytes)
    const content = contentOfFile(`${at}/source`)
    writeFileSync(`${at}/source`, Buffer.concat([Buffer.from('!'), bytes.subarray(1)]))
    writeFileSync(`${at}/file`, 'old')
    const link = await openLink('/bin/dash')
    assert.equal(await outcomeOf(link, steps({ kind: 'write', path: `${at}/file`, content, mode: '0644' })), 'failed 1: the content arrived damaged: nothing was replaced\n')
    await link.close()
    assert.equal(readFileSync(`${at}/file`, 'utf8'), 'old')
  }
})
