/** The endpoint that the other tests trust, judged by the real `aws` command. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { needs } from '../rig/needs.ts'
import { ssmEndpoint, type SsmEndpoint } from '../rig/ssm-endpoint.ts'

const AWS = needs('aws', 'awscli')

function aws(endpoint: SsmEndpoint, ...words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(AWS, ['ssm', ...words, '--endpoint-url', endpoint.url, '--output', 'json'], { env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', AWS_MAX_ATTEMPTS: '1', ...endpoint.env }, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr }),
    )
  })
}

test('what `aws ssm put-parameter` writes, `get-parameter` reads: bytes, type, version', { timeout: 120_000 }, async () => {
  await using endpoint = await ssmEndpoint()
  const value = 'POSTGRES_PASSWORD="a\\$b \\"é😀"\nPOSTGRES_DB="shop"\n'
  const made = await aws(endpoint, 'put-parameter', '--name', '/production/postgres/.env', '--type', 'SecureString', '--value', value)
  assert.deepEqual([made.code, JSON.parse(made.stdout)], [0, { Version: 1, Tier: 'Standard' }], made.stderr)
  const again = await aws(endpoint, 'put-parameter', '--name', '/production/postgres/.env', '--value', 'x')
  assert.match(again.stderr, /\(ParameterAlreadyExists\)/)
  const over = await aws(endpoint, 'put-parameter', '--name', '/production/postgres/.env', '--value', value, '--overwrite')
  assert.equal(JSON.parse(over.stdout).Version, 2)
  const read = JSON.parse((await aws(endpoint, 'get-parameter', '--name', '/production/postgres/.env', '--with-decryption')).stdout).Parameter
  assert.deepEqual([read.Value, read.Type, read.Version], [value, 'SecureString', 2])
  const sealed = JSON.parse((await aws(endpoint, 'get-parameter', '--name', '/production/postgres/.env')).stdout).Parameter
  assert.notEqual(sealed.Value, value)
})

test('missing names, paging, wrong keys and faults are what `aws` takes them for', { timeout: 120_000 }, async () => {
  await using endpoint = await ssmEndpoint()
  for (let n = 0; n < 23; n++) endpoint.set(`/shop/KEY_${String(n).padStart(2, '0')}`, `value ${n}`)
  const some = JSON.parse((await aws(endpoint, 'get-parameters', '--names', '/shop/KEY_01', '/shop/nothing', '--with-decryption')).stdout)
  assert.deepEqual([some.Parameters.length, some.InvalidParameters], [1, ['/shop/nothing']])
  assert.match((await aws(endpoint, 'get-parameter', '--name', '/shop/nothing')).stderr, /\(ParameterNotFound\)/)
  const all = JSON.parse((await aws(endpoint, 'get-parameters-by-path', '--path', '/shop', '--with-decryption')).stdout)
  assert.equal(all.Parameters.length, 23)
  assert.equal(endpoint.asked.filter((each) => each.startsWith('GetParametersByPath')).length, 4, 'an empty page and three others')

  endpoint.fault = () => ({ type: 'AccessDeniedException', message: 'User: u is not authorized to perform: ssm:GetParameter' })
  assert.match((await aws(endpoint, 'get-parameter', '--name', '/shop/KEY_01')).stderr, /\(AccessDeniedException\).*not authorized/)
  endpoint.fault = undefined
  const stranger = { ...endpoint, env: { ...endpoint.env, AWS_ACCESS_KEY_ID: 'AKIDSOMEBODYELSE0000' } }
  assert.match((await aws(stranger, 'get-parameter', '--name', '/shop/KEY_01')).stderr, /\(UnrecognizedClientException\)/)
  const forger = { ...endpoint, env: { ...endpoint.env, AWS_SECRET_ACCESS_KEY: 'guessed' } }
  assert.match((await aws(forger, 'get-parameter', '--name', '/shop/KEY_01')).stderr, /\(InvalidSignatureException\)/)
})
