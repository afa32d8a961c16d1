/** Files that the real `age` makes are read, and ours are read by it. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ageStore } from '../../engine/secrets/age.ts'
import { Secret } from '../../engine/values/secret.ts'
import { needs } from '../rig/needs.ts'

const AGE = needs('age', 'age')
const KEYGEN = needs('age-keygen', 'age')
const base = mkdtempSync(join(tmpdir(), 'hw-age-'))
after(() => rmSync(base, { recursive: true, force: true }))

/** A key as the real tool makes it. */
function keyFile(name: string): { path: string; recipient: string; text: string } {
  const path = join(base, name)
  execFileSync(KEYGEN, ['-o', path], { stdio: 'ignore' })
  chmodSync(path, 0o600)
  return { path, recipient: execFileSync(KEYGEN, ['-y', path], { encoding: 'utf8' }).trim(), text: readFileSync(path, 'utf8') }
}
const alice = keyFile('alice')
const bob = keyFile('bob')

let n = 0
function directory(): string {
  const at = join(base, `secrets${++n}`)
  mkdirSync(join(at, 'postgres'), { recursive: true })
  writeFileSync(join(at, 'recipients.txt'), `# the team\n${alice.recipient}\n${bob.recipient}\n`)
  return at
}
const storeOf = (at: string, identity_file: string | undefined = alice.path, env: Record<string, string> = {}) =>
  ageStore({ directory: at, identity_variable: 'HOSTWRIGHT_AGE_IDENTITY', ...(identity_file !== undefined && identity_file !== '' && { identity_file }), env })
const sealed = (at: string, name: string, value: string, ...flags: readonly string[]) => execFileSync(AGE, ['-r', alice.recipient, ...flags, '-o', join(at, `${name}.age`)], { input: value })

const VALUES = ['hunter2 and more', 'A="x\\$y"\nB="é😀"\n\n', '', '\n', 'k'.repeat(200_000)]

test('what the real age encrypts is read: binary and armored', { timeout: 60_000 }, async () => {
  for (const flags of [[], ['-a']])
    for (const value of VALUES) {
      const at = directory()
      sealed(at, 'postgres/.env', value, ...flags)
      const got = await storeOf(at).get(['postgres/.env', 'nothing'])
      assert.ok(got.ok, JSON.stringify(got))
      assert.equal(got.value.found.get('postgres/.env')?.value.reveal(), value.replace(/\n$/, ''))
      assert.deepEqual(got.value.missing, ['nothing'])
    }
})

test('what is put is got, and the real age decrypts it for every recipient', { timeout: 60_000 }, async () => {
  const at = directory()
  for (const value of VALUES) {
    const put = await storeOf(at).put('shop/KEY', new Secret(value))
    const got = await storeOf(at).get(['shop/KEY'])
    assert.ok(put.ok && got.ok, JSON.stringify([put, got]))
    assert.equal(got.value.found.get('shop/KEY')?.value.reveal(), value)
    assert.equal(got.value.found.get('shop/KEY')?.version, put.value.version)
    for (const { path } of [alice, bob]) assert.equal(execFileSync(AGE, ['-d', '-i', path, join(at, 'shop/KEY.age')], { encoding: 'utf8' }), value.endsWith('\n') ? `${value}\n` : value)
  }
  assert.match(readFileSync(join(at, 'shop/KEY.age'), 'utf8'), /^-----BEGIN AGE ENCRYPTED FILE-----\n/)
  const listed = await storeOf(at).list('shop/')
  assert.deepEqual(listed.ok && [...listed.value.keys()], ['shop/KEY'])
})

test('the key may stand in the environment, which wins over the file', async () => {
  const at = directory()
  sealed(at, 'x', 'value of x')
  for (const text of [alice.text, alice.text.split('\n').find((line) => line.startsWith('AGE-')) ?? '']) {
    const got = await storeOf(at, join(base, 'no-such-file'), { HOSTWRIGHT_AGE_IDENTITY: text }).get(['x'])
    assert.ok(got.ok && got.value.found.get('x')?.value.reveal() === 'value of x')
  }
})

const refusals: readonly (readonly [what: string, prepare: (at: string) => ReturnType<typeof storeOf>, reason: string, message: RegExp])[] = [
  ['somebody else\'s key', (at) => storeOf(at, bob.path), 'denied', /x\.age is not encrypted to your key/],
  ['no key', (at) => storeOf(at, ''), 'settings', /there is no key to decrypt with/],
  ['a key file that is not there', (at) => storeOf(at, join(base, 'none')), 'settings', /cannot be read: ENOENT/],
  ['an SSH key', (at) => storeOf(at, '', { HOSTWRIGHT_AGE_IDENTITY: '-----BEGIN OPENSSH PRIVATE KEY-----\nabc' }), 'settings', /line 1 of the variable HOSTWRIGHT_AGE_IDENTITY is not a key/],
  ['an encrypted key', (at) => storeOf(at, '', { HOSTWRIGHT_AGE_IDENTITY: 'age-encryption.org/v1\n-> scrypt' }), 'unsupported', /is itself encrypted/],
  ['half a file', (at) => (writeFileSync(join(at, 'x.age'), readFileSync(join(at, 'x.age')).subarray(0, -5)), storeOf(at)), 'damaged', /x\.age is not a whole age file/],
  ['not an age file', (at) => (writeFileSync(join(at, 'x.age'), 'PASSWORD=plain'), storeOf(at)), 'damaged', /x\.age is not a whole age file/],
]
for (const [what, prepare, reason, message] of refusals)
  test(`refused: ${what}`, async () => {
    const at = directory()
    sealed(at, 'x', 'value of x')
    const got = await prepare(at).get(['x'])
    assert.ok(!got.ok)
    assert.match(got.error.message, message)
    assert.equal(got.error.reason, reason)
    assert.ok(!got.error.message.includes('value of x'))
  })

test('a key that others can read is refused', async () => {
  const at = directory()
  sealed(at, 'x', 'value of x')
  const open = keyFile(`open${n}`)
  chmodSync(open.path, 0o644)
  const got = await storeOf(at, open.path).get(['x'])
  assert.ok(!got.ok && got.error.reason === 'insecure')
})

test('who is not among the recipients writes nothing: it could not be read again', async () => {
  const at = directory()
  sealed(at, 'x', 'value of x')
  writeFileSync(join(at, 'recipients.txt'), `${bob.recipient}\n`)
  const before = readFileSync(join(at, 'x.age'))
  const put = await storeOf(at).put('x', new Secret('value'))
  assert.match(put.ok ? 'written' : `${put.error.reason}: ${put.error.message}`, /^settings: .*: your own key is not among the recipients: you could not read x any more; nothing was written$/)
  assert.deepEqual(readFileSync(join(at, 'x.age')), before)
  assert.ok((await storeOf(at, bob.path).put('x', new Secret('value'))).ok)
})

test('what would be larger than what is read is not written', async () => {
  const at = directory()
  const store = storeOf(at)
  assert.ok((await store.put('postgres/.env', new Secret('A=before'))).ok)
  const put = await store.put('postgres/.env', new Secret(`A=${'k'.repeat(800_000)}`))
  assert.deepEqual(put.ok || [put.error.reason, put.error.message], ['unsupported', `the age files in ${at}: postgres/.env would have more than 1 MiB; nothing was written`])
  const got = await store.get(['postgres/.env'])
  assert.equal(got.ok && got.value.found.get('postgres/.env')?.value.reveal(), 'A=before')
})

test('nobody to encrypt to, or a line that is no key: nothing is written', async () => {
  const at = directory()
  for (const text of ['', '# nobody\n', 'ssh-ed25519 AAAA\n']) {
    writeFileSync(join(at, 'recipients.txt'), text)
    const put = await storeOf(at).put('y', new Secret('value'))
    assert.ok(!put.ok && put.error.reason === 'settings')
  }
  const listed = await storeOf(at).list()
  assert.ok(listed.ok && listed.value.size === 0)
})
