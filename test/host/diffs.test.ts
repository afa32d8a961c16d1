import assert from 'node:assert/strict'
import { test } from 'node:test'
import { path, text } from '../../engine/facts/path.ts'
import { file } from '../../engine/tasks/file.ts'
import { Secret } from '../../engine/values/secret.ts'
import { FakeHost } from '../../engine/testing/fake-host.ts'
import { openMemory } from '../../engine/testing/memory-host.ts'

const here = [path('/etc'), { kind: 'directory', mode: '0755', uid: 0, gid: 0, size: 0 }] as const

/** The diff that is told when such content takes the place of "old words". */
async function shown(content: string | Buffer<ArrayBuffer> | Secret, mode: 'apply' | 'check'): Promise<string> {
  const fake = new FakeHost('memory', [here, [text('/etc/f'), { kind: 'bytes', bytes: Buffer.from('old words\n') }]])
  const { host, events } = openMemory(fake, mode, { diff: true })
  await host.ensure(file({ path: '/etc/f', content }))
  return events.flatMap((event) => (event.type === 'task' ? (event.diffs ?? []) : [])).map(({ text }) => text).join()
}

for (const mode of ['check', 'apply'] as const) {
  test(`a diff shows what is there and what will be (${mode})`, async () => assert.match(await shown('new words\n', mode), /^-old words\n\+new words$/m))

  test(`a diff of a secret file shows nothing of it, neither old nor new, nor how long it is (${mode})`, async () => {
    assert.equal(await shown(new Secret('correct horse\n'), mode), 'the content is secret and not shown')
  })

  test(`a diff of bytes tells of them (${mode})`, async () => assert.match(await shown(Buffer.from([0, 1]), mode), /^binary or large content, 2 bytes, sha256 [0-9a-f]{12}…$/))
}
