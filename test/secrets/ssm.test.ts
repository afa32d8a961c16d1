import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { StoreSettings } from '../../engine/secrets/settings.ts'
import { ssmStore } from '../../engine/secrets/ssm.ts'
import type { SecretStore } from '../../engine/secrets/store.ts'
import { Secret } from '../../engine/values/secret.ts'
import { ssmEndpoint, THROTTLED, type Fault, type SsmEndpoint } from '../rig/ssm-endpoint.ts'

const before = { ...process.env }
after(() => {
  process.env = before
})

/** The store of /production on an endpoint; the SDK finds its credentials in the environment, as it does for a user. */
function storeOf(endpoint: Pick<SsmEndpoint, 'url' | 'env'>, patienceMs?: number, prefix = '/production'): SecretStore {
  Object.assign(process.env, endpoint.env)
  const settings = StoreSettings.parse({ store: 'ssm', prefix, region: 'eu-west-1', endpoint: endpoint.url })
  assert.ok(settings.store === 'ssm')
  return ssmStore(settings, { ...(patienceMs !== undefined && { patienceMs }) })
}

const NASTY = 'a$b "c" \\d\ne\'f # é😀 '

test('fault 89: get: in tens, decrypted, with versions; what is missing is told in order', async () => {
  await using endpoint = await ssmEndpoint()
  const names = Array.from({ length: 25 }, (_, n) => `shop/KEY_${n}`)
  for (const name of names) if (!/_(7|21)$/.test(name)) endpoint.set(`/production/${name}`, `${name} ${NASTY}`)
  const got = await storeOf(endpoint).get(names)
  assert.ok(got.ok)
  assert.deepEqual(got.value.missing, ['shop/KEY_7', 'shop/KEY_21'])
  assert.equal(got.value.found.size, 23)
  assert.equal(got.value.found.get('shop/KEY_3')?.value.reveal(), `shop/KEY_3 ${NASTY}`)
  assert.equal(got.value.found.get('shop/KEY_3')?.version, '1')
  assert.equal(endpoint.asked.length, 3)
})

test('list: everything below, though a page in between is empty; only the token ends it', async () => {
  await using endpoint = await ssmEndpoint()
  for (let n = 0; n < 34; n++) endpoint.set(`/production/shop/KEY_${n}`, `value ${n}`)
  endpoint.set('/production/shopping/KEY', 'another')
  endpoint.set('/staging/shop/KEY_1', 'another')
  const below = await storeOf(endpoint).list('shop/')
  assert.ok(below.ok)
  assert.equal(below.value.size, 34)
  assert.equal(below.value.get('shop/KEY_33')?.value.reveal(), 'value 33')
  const all = await storeOf(endpoint).list()
  assert.ok(all.ok && all.value.size === 35)
  const root = await storeOf(endpoint, undefined, '/').list('staging/')
  assert.deepEqual(root.ok && [...root.value.keys()], ['staging/shop/KEY_1'])
})

test('put: a new one is a SecureString; one that is there keeps its type and gets a version', async () => {
  await using endpoint = await ssmEndpoint()
  const store = storeOf(endpoint)
  endpoint.set('/production/plain', 'as it was made', 'String')
  const made = await store.put('postgres/.env', new Secret(NASTY))
  const again = await store.put('postgres/.env', new Secret('second'))
  assert.deepEqual([made.ok && made.value.version, again.ok && again.value.version], ['1', '2'])
  assert.deepEqual(endpoint.parameters.get('/production/postgres/.env'), { type: 'SecureString', versions: [NASTY, 'second'] })
  assert.ok((await store.put('plain', new Secret('changed'))).ok)
  assert.equal(endpoint.parameters.get('/production/plain')?.type, 'String')
})

const unfit: readonly (readonly [what: string, value: string, message: RegExp])[] = [
  ['fault 90: more than 4 KB is never made an advanced parameter', 'é'.repeat(2049), /postgres\/\.env cannot be written: it has 4098 bytes, and a standard parameter holds 4096/],
  ['{{ }} would be refused by SSM', 'x{{ssm:y}}', /it holds "\{\{ \}\}", which SSM takes for another parameter and refuses/],
  ['nothing at all', '', /it is empty, and a parameter is not/],
]
for (const [what, value, message] of unfit)
  test(`put: ${what}`, async () => {
    await using endpoint = await ssmEndpoint()
    const put = await storeOf(endpoint).put('postgres/.env', new Secret(value))
    assert.ok(!put.ok && put.error.reason === 'unsupported')
    assert.match(put.error.message, message)
    assert.ok(!put.error.message.includes('ssm:y'))
    assert.deepEqual(endpoint.asked, [])
  })

test('4 KB exactly is written', async () => {
  await using endpoint = await ssmEndpoint()
  assert.ok((await storeOf(endpoint).put('x', new Secret('é'.repeat(2048)))).ok)
})

test('fault 89: throttling is waited out', { timeout: 60_000 }, async () => {
  await using endpoint = await ssmEndpoint()
  endpoint.set('/production/x', 'value')
  endpoint.fault = (_, count) => (count <= 3 ? THROTTLED : undefined)
  const got = await storeOf(endpoint).get(['x'])
  assert.ok(got.ok && got.value.found.get('x')?.value.reveal() === 'value')
  assert.equal(endpoint.asked.length, 4)
})

test('fault 89: throttling that does not end: told, in bounded time', { timeout: 60_000 }, async () => {
  await using endpoint = await ssmEndpoint()
  endpoint.fault = () => THROTTLED
  const began = performance.now()
  const got = await storeOf(endpoint, 3000).get(['x'])
  assert.ok(performance.now() - began < 6000)
  assert.ok(!got.ok && ['throttled', 'unreachable'].includes(got.error.reason), JSON.stringify(got))
  assert.ok(endpoint.asked.length < 12)
})

const faults: readonly (readonly [fault: Fault, reason: string, message: RegExp])[] = [
  [{ type: 'AccessDeniedException', message: 'User: arn:aws:iam::1:user/u is not authorized to perform: ssm:GetParameters on /production/x' }, 'denied', /access denied: User: arn:aws:iam::1:user\/u is not authorized/],
  [{ type: 'ExpiredTokenException', message: 'The security token included in the request is expired' }, 'expired', /the credentials have expired/],
  [{ type: 'UnrecognizedClientException' }, 'denied', /AWS does not know these credentials/],
  [{ type: 'InvalidKeyId' }, 'denied', /the KMS key cannot be used/],
  [{ type: 'ValidationException', message: 'Value x at y' }, 'unsupported', /SSM refuses this name or value$/],
  [{ type: 'SomethingNew' }, 'unreachable', /it failed \(SomethingNew\)/],
]
for (const [fault, reason, message] of faults)
  test(`fault 90: ${typeof fault === 'object' ? fault.type : fault}: ${reason}`, async () => {
    await using endpoint = await ssmEndpoint()
    endpoint.fault = () => fault
    const got = await storeOf(endpoint).get(['x'])
    assert.ok(!got.ok)
    assert.equal(got.error.reason, reason)
    assert.match(got.error.message, message)
    assert.match(got.error.message, /^SSM Parameter Store \/production \(eu-west-1, http:/)
  })

test('fault 90: credentials that are not ours, and a service that is not there or does not answer', { timeout: 60_000 }, async () => {
  await using endpoint = await ssmEndpoint()
  const forged = await storeOf({ ...endpoint, env: { ...endpoint.env, AWS_SECRET_ACCESS_KEY: 'guessed' } }).get(['x'])
  assert.ok(!forged.ok && forged.error.reason === 'denied')
  const nobody = createServer()
  await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve))
  const address = nobody.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await new Promise((resolve) => nobody.close(resolve))
  const closed = await storeOf({ ...endpoint, url: `http://127.0.0.1:${port}` }, 15_000).get(['x'])
  assert.ok(!closed.ok && closed.error.reason === 'unreachable', JSON.stringify(closed))
  assert.match(closed.error.message, /cannot be reached \(ECONNREFUSED\)/)
  endpoint.fault = () => 'silent'
  const silent = await storeOf(endpoint, 1500).get(['x'])
  assert.ok(!silent.ok && silent.error.reason === 'unreachable')
  assert.match(silent.error.message, /no answer within 1\.5 s/)
})

test('a profile of ~/.aws/config gives credentials and region; one that is not there is told', { timeout: 60_000 }, async (t) => {
  await using endpoint = await ssmEndpoint()
  endpoint.set('/x', 'value of x')
  const folder = mkdtempSync(join(tmpdir(), 'hw-aws-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'config'), `[profile deploy]\nregion = eu-west-1\naws_access_key_id = ${endpoint.key.id}\naws_secret_access_key = ${endpoint.key.secret}\n`)
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION', 'AWS_DEFAULT_REGION']) delete process.env[name]
  Object.assign(process.env, { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true' })
  const get = async (profile: string) => ssmStore({ store: 'ssm', prefix: '/', profile, endpoint: endpoint.url }).get(['x'])
  const got = await get('deploy')
  assert.ok(got.ok && got.value.found.get('x')?.value.reveal() === 'value of x', JSON.stringify(got))
  const none = await get('deplyo')
  assert.ok(!none.ok && ['denied', 'settings'].includes(none.error.reason), JSON.stringify(none))
})

test('fault 90: no credentials at all are told as such', { timeout: 60_000 }, async () => {
  await using endpoint = await ssmEndpoint()
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...env } = endpoint.env
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) delete process.env[name]
  const got = await storeOf({ ...endpoint, env }).get(['x'])
  assert.ok(!got.ok && got.error.reason === 'denied', JSON.stringify(got))
  assert.match(got.error.message, /there are no AWS credentials/)
})
