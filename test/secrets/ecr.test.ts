import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { ecrPassword } from '../../engine/secrets/ecr.ts'
import { Secret } from '../../engine/values/secret.ts'
import type { Fault } from '../rig/aws-endpoint.ts'
import { ecrEndpoint, type EcrEndpoint } from '../rig/ecr-endpoint.ts'
import { needs } from '../rig/needs.ts'

const before = { ...process.env }
after(() => {
  process.env = before
})

const PASSWORD = `${'eyJwYXlsb2FkIjoi'.repeat(120)}==`
function asked(endpoint: EcrEndpoint, patienceMs?: number) {
  Object.assign(process.env, endpoint.env)
  return ecrPassword({ region: 'eu-west-1', endpoint: endpoint.url }, { patienceMs })
}

test('the password is the one that the real `aws` command is given', { timeout: 60_000 }, async () => {
  await using endpoint = await ecrEndpoint(PASSWORD)
  const { stdout } = await promisify(execFile)(needs('aws', 'awscli'), ['ecr', 'get-login-password', '--endpoint-url', endpoint.url], { env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', ...endpoint.env }, timeout: 50_000 })
  const got = await asked(endpoint)
  assert.ok(got.ok, JSON.stringify(got))
  assert.equal(got.value.reveal(), stdout.trim())
  assert.ok(Secret.known().has(PASSWORD), 'and is hidden wherever it may turn up')
  assert.deepEqual(endpoint.asked, ['GetAuthorizationToken', 'GetAuthorizationToken'])
})

const faults: readonly (readonly [fault: Fault, reason: string, message: RegExp])[] = [
  [{ type: 'AccessDeniedException', message: 'User: arn:aws:iam::1:user/u is not authorized to perform: ecr:GetAuthorizationToken on resource: *' }, 'denied', /access denied: User: arn:aws:iam::1:user\/u is not authorized/],
  [{ type: 'ExpiredTokenException' }, 'expired', /the credentials have expired/],
  [{ type: 'UnrecognizedClientException' }, 'denied', /AWS does not know these credentials/],
  [{ type: 'InvalidParameterException', message: 'x' }, 'unreachable', /it failed \(InvalidParameterException\)/],
]
for (const [fault, reason, message] of faults)
  test(`ECR: ${typeof fault === 'object' ? fault.type : fault}: ${reason}`, async () => {
    await using endpoint = await ecrEndpoint(PASSWORD)
    endpoint.fault = () => fault
    const got = await asked(endpoint)
    assert.ok(!got.ok)
    assert.equal(got.error.reason, reason)
    assert.match(got.error.message, message)
    assert.match(got.error.message, /^ECR \(eu-west-1, http:/)
  })

test('ECR: throttled for a while, silent for ever, and an answer without a token', { timeout: 60_000 }, async () => {
  await using endpoint = await ecrEndpoint(PASSWORD)
  endpoint.fault = (_, count) => (count === 1 ? { type: 'ThrottlingException' } : undefined)
  assert.ok((await asked(endpoint)).ok)
  endpoint.fault = () => 'silent'
  const silent = await asked(endpoint, 1000)
  assert.match(silent.ok ? '' : silent.error.message, /no answer within 1 s/)
  endpoint.fault = undefined
  endpoint.token = ''
  const empty = await asked(endpoint)
  assert.deepEqual(empty.ok || [empty.error.reason, empty.error.message.split(': ').at(-1)], ['damaged', 'it answered without a token'])
})
