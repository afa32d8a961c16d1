import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { filesStore } from '../../engine/secrets/files.ts'
import { openStore } from '../../engine/secrets/open.ts'
import { Secret } from '../../engine/values/secret.ts'

const base = mkdtempSync(join(tmpdir(), 'hw-files-'))
after(() => rmSync(base, { recursive: true, force: true }))
let n = 0
/** A directory of ours, with these files in it. */
function directory(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const at = join(base, `d${++n}`)
  mkdirSync(join(at, 'shop'), { recursive: true, mode: 0o700 })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(at, name), text, { mode: 0o600 })
  return at
}

test('what is there and what is missing; one newline of the editor is no part of it', async () => {
  const at = directory({ 'shop/A': 'typed\n', 'shop/B': 'two lines\n\n', 'C.txt': 'none', 'shop/.3b1f3a52-7a0e-4d7c-9a55-0a2b1c3d4e5f.tmp': 'of a writer that died' })
  const got = await filesStore({ directory: at }).get(['shop/A', 'shop/nothing', 'shop/B', 'C.txt', 'shop', 'C.txt/D'])
  assert.ok(got.ok)
  assert.deepEqual([...got.value.found].map(([name, { value }]) => [name, value.reveal()]), [['shop/A', 'typed'], ['shop/B', 'two lines\n'], ['C.txt', 'none']])
  assert.deepEqual(got.value.missing, ['shop/nothing', 'shop', 'C.txt/D'])
  const listed = await filesStore({ directory: at }).list('shop/')
  assert.deepEqual(listed.ok && [...listed.value.keys()], ['shop/A', 'shop/B'])
})

test('what is put is got, whatever it ends in; 0600, another version, nothing left beside it', async () => {
  const at = directory()
  const store = filesStore({ directory: at })
  for (const value of ['x', 'x\n', '\n\n', '', 'é😀"$\\']) {
    const before = await store.get(['new/KEY'])
    const put = await store.put('new/KEY', new Secret(value))
    const got = await store.get(['new/KEY'])
    assert.ok(put.ok && got.ok && before.ok)
    assert.equal(got.value.found.get('new/KEY')?.value.reveal(), value)
    assert.equal(got.value.found.get('new/KEY')?.version, put.value.version)
    assert.notEqual(before.value.found.get('new/KEY')?.version, put.value.version)
  }
  assert.deepEqual([statSync(join(at, 'new/KEY')).mode & 0o777, statSync(join(at, 'new')).mode & 0o777], [0o600, 0o700])
  const listed = await store.list()
  assert.deepEqual(listed.ok && [...listed.value.keys()], ['new/KEY'])
})

const insecure: readonly (readonly [what: string, spoil: (at: string) => void, message: RegExp])[] = [
  ['a directory that others can enter', (at) => chmodSync(at, 0o750), /d\d+ is open to others \(mode 0750\)/],
  ['a file that others can read', (at) => chmodSync(join(at, 'shop/A'), 0o640), /shop\/A is open to others \(mode 0640\)/],
  ['a file of somebody else', (at) => chownSync(join(at, 'shop/A'), 65534, 65534), /shop\/A belongs to user 65534/],
  ['a directory of somebody else', (at) => chownSync(at, 65534, 65534), /d\d+ belongs to user 65534/],
  ['a link in place of a file', (at) => (renameSync(join(at, 'shop/A'), join(base, 'moved')), symlinkSync(join(base, 'moved'), join(at, 'shop/A'))), /shop\/A is a link/],
]
for (const [what, spoil, message] of insecure)
  test(`refused: ${what}`, async () => {
    const at = directory({ 'shop/A': 'value' })
    spoil(at)
    const got = await filesStore({ directory: at }).get(['shop/A'])
    assert.ok(!got.ok && got.error.reason === 'insecure', JSON.stringify(got))
    assert.match(got.error.message, message)
  })

test('no directory, no text', async () => {
  const none = await filesStore({ directory: join(base, 'none') }).get(['a'])
  assert.deepEqual(none.ok ? '' : [none.error.reason, none.error.message], ['settings', `the files in ${join(base, 'none')}: there is no such directory`])
  const binary = await filesStore({ directory: directory({ key: Uint8Array.of(0xff, 0xfe) }) }).get(['key'])
  assert.deepEqual(binary.ok ? '' : [binary.error.reason, binary.error.message.endsWith('key is not UTF-8 text')], ['damaged', true])
})

test('a name that would leave the directory never reaches the store', async () => {
  const at = directory({ 'shop/A': 'value' })
  const store = await openStore({ store: 'files', directory: join(at, 'shop') }, { env: {}, cwd: base })
  for (const name of ['../secret', '/etc/passwd', 'a/../../b', '-rf', 'a//b', 'a b', '']) {
    const got = await store.get([name])
    assert.deepEqual(got.ok ? '' : got.error.reason, 'settings', name)
    assert.ok(!(await store.put(name, new Secret('value'))).ok)
  }
  assert.ok((await store.get(['A', 'A'])).ok)
  assert.equal(readFileSync(join(at, 'shop/A'), 'utf8'), 'value')
})
