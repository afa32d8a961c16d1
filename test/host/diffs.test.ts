import assert from 'node:assert/strict'
import { test } from 'node:test'
import { path, text } from '../../engine/facts/path.ts'
import type { Content } from '../../engine/values/content.ts'
import { envFile } from '../../engine/values/env-file.ts'
import { file } from '../../engine/tasks/file.ts'
import { Secret } from '../../engine/values/secret.ts'
import { FakeHost } from '../../engine/testing/fake-host.ts'
import { openMemory } from '../../engine/testing/memory-host.ts'

const here = [path('/etc'), { kind: 'directory', mode: '0755', uid: 0, gid: 0, size: 0 }] as const

const HIDDEN = 'its content is not shown: only its owner may read it, or it is an environment'

/** The diff that is told when such content takes the place of "old words". */
async function shown(content: string | Buffer<ArrayBuffer> | Secret | Content, mode: 'apply' | 'check', { at = '/etc/f', was = 'old words\n', now = '0644', wished }: { at?: string; was?: string; now?: string; wished?: string } = {}): Promise<string> {
  const fake = new FakeHost('memory', [here, [path(at), { kind: 'file', mode: now, uid: 0, gid: 0, size: was.length }], [text(at), { kind: 'bytes', bytes: Buffer.from(was) }]])
  const { host, events } = openMemory(fake, mode, { diff: true })
  await host.ensure(file({ path: at, content, ...(wished !== undefined && { mode: wished }) }))
  return events.flatMap((event) => (event.type === 'task' ? (event.diffs ?? []) : [])).map(({ text }) => text).join()
}

for (const mode of ['check', 'apply'] as const) {
  test(`a diff shows what is there and what will be (${mode})`, async () => assert.match(await shown('new words\n', mode), /^-old words\n\+new words$/m))

  test(`a diff of a secret file shows nothing of it, neither old nor new, nor how long it is (${mode})`, async () => {
    assert.equal(await shown(new Secret('correct horse\n'), mode), 'the content is secret and not shown')
  })

  test(`what only its owner may read is not shown, before or after: it may hold secrets that this run does not know (${mode})`, async () => {
    for (const modes of [{ now: '0600' }, { now: '0400', wished: '0644' }, { now: '0644', wished: '0600' }]) assert.equal(await shown('new words\n', mode, modes), HIDDEN)
    assert.match(await shown('new words\n', mode, { now: '0640' }), /^-old words$/m)
  })

  test(`of an .env the names of the variables are told, whether it is secret or not (${mode})`, async () => {
    const was = 'SAME="1"\nTOKEN="canary-old"\nGONE="canary-gone"\n'
    const values = { SAME: 1, NEW: 'canary-new' }
    for (const token of ['canary-x', new Secret('canary-y')])
      for (const at of ['/etc/.env', '/etc/.env.staging', '/etc/shop.env']) assert.equal(await shown(envFile({ ...values, TOKEN: token }), mode, { at, was }), '+NEW ~TOKEN -GONE (values are not shown)')
  })

  test(`of an .env that is not understood nothing is told: a line of a value may look like a name (${mode})`, async () => {
    assert.equal(await shown(envFile({ A: 1 }), mode, { at: '/etc/.env', was: 'KEY="begins\nY2FuYXJ5=\n' }), HIDDEN)
  })

  test(`a diff of bytes tells of them (${mode})`, async () => assert.match(await shown(Buffer.from([0, 1]), mode), /^binary or large content, 2 bytes, sha256 [0-9a-f]{12}…$/))
}
