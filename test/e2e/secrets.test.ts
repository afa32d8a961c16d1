import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { playbook, run } from '../rig/cli.ts'
import { onHost, resetHost } from '../rig/lab-host.ts'
import { ssmEndpoint, type SsmEndpoint } from '../rig/ssm-endpoint.ts'

// A secret's whole way: from a parameter store through the controller into a file on a host, and from there into Compose.
const HOST = 'lab2'
const AT = '/srv/hw-secrets'
const VALUES = {
  QUOTES: 'canary-1 "double" \'single\' `back` \\slash\\',
  DOLLARS: 'canary-2 $HOME ${PATH} $$ $(id) #not a comment',
  LINES: 'canary-3\n-----BEGIN PRIVATE KEY-----\nMIIEvQ+/=\n-----END PRIVATE KEY-----',
  LETTERS: 'canary-4 é ü 😀 日本',
  LONG: `canary-5 ${'0123456789abcdef'.repeat(250)}`,
}

const folder = mkdtempSync(join(tmpdir(), 'hw-e2e-secrets-'))
const environment = { ...process.env }
before(() => resetHost(HOST))
after(() => {
  process.env = environment
  rmSync(folder, { recursive: true, force: true })
  resetHost(HOST)
})

/** Variables that say the store, and more; the command finds its credentials in the environment. */
function vars(name: string, endpoint: SsmEndpoint, text: string): string {
  Object.assign(process.env, endpoint.env)
  const path = join(folder, name)
  writeFileSync(path, `secrets: { store: ssm, prefix: /lab, region: eu-west-1, endpoint: "${endpoint.url}" }\n${text}`)
  return `@${path}`
}

test('an .env out of SSM: exact bytes on the host, the same values in Compose, and nowhere else', { timeout: 120_000 }, async () => {
  await using endpoint = await ssmEndpoint()
  for (const [key, value] of Object.entries(VALUES)) endpoint.set(`/lab/shop/${key}`, value)
  endpoint.set('/lab/postgres/.env', "# as the operators have it\nPOSTGRES_USER=shop\nexport POSTGRES_PASSWORD='canary-6 $x # y'\n")
  const given = vars('vault.yml', endpoint, 'vault:\n  secrets: !secrets shop/\n  password: !secret postgres/.env#POSTGRES_PASSWORD\n')
  const events = join(folder, 'events.ndjson')
  const vault = (...flags: readonly string[]) => run(['test/playbooks/vault.ts', '-i', 'lab', '-l', HOST, '-e', given, '-e', `dir=${AT}`, '--lock-wait', '60', ...flags], 110)

  const done = await vault('-D', '-vvv', '--events', events)
  assert.equal(done.code, 0, done.stdout + done.stderr)
  const expected = Object.entries(VALUES).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}="${value.replace(/[\\"$]/g, '\\$&').replaceAll('\n', '\\n')}"\n`).join('')
  assert.equal(onHost(HOST, ['cat', `${AT}/.env`]), expected)
  assert.equal(onHost(HOST, ['cat', `${AT}/password`]), 'canary-6 $x # y')
  assert.equal(onHost(HOST, ['stat', '-c', '%a %U', `${AT}/.env`, `${AT}/password`]), '600 root\n600 root\n')

  onHost(HOST, ['sh', '-c', `printf %s '{"name":"x","services":{"a":{"image":"x","env_file":[".env"]}}}' >${AT}/docker-compose.yml`])
  const read: { services: { a: { environment: Record<string, string> } } } = JSON.parse(onHost(HOST, ['sh', '-c', `cd ${AT} && docker compose config --format json 2>&1`]))
  for (const [key, value] of Object.entries(VALUES)) assert.equal(read.services.a.environment[key]?.replaceAll('$$', '$'), value, key)

  const seen = [done.stdout, done.stderr, readFileSync(events, 'utf8'), onHost(HOST, ['sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" "\\n"; cat /var/log/*.log 2>/dev/null; ls -a /tmp /var/tmp'])]
  for (const text of seen) assert.ok(!/canary-\d/.test(text))
  const again = await vault('--output', 'json')
  assert.deepEqual([again.code, again.changes], [0, []], again.stderr)
  // Once a run, in one call: the names of the map, and the document.
  assert.equal(endpoint.asked.filter((each) => each.startsWith('GetParameters ')).length, 2)
})

test('PostgreSQL and Redis with passwords out of SSM: they run with them, and a second run has nothing to do', { timeout: 420_000 }, async () => {
  await using endpoint = await ssmEndpoint()
  endpoint.set('/lab/postgres/.env', 'POSTGRES_USER=postgres\nPOSTGRES_PASSWORD=canary-7.x%y\nPOSTGRES_DB=shop\n')
  endpoint.set('/lab/redis/PASSWORD', 'canary-8~z')
  const given = vars('services.yml', endpoint, 'postgres: { password: !secret postgres/.env#POSTGRES_PASSWORD }\nredis: { password: !secret redis/PASSWORD }\n')
  const flags = ['-i', 'lab', '-l', HOST, '-e', given]
  assert.equal((await playbook('infra', flags)).code, 0)
  assert.deepEqual(endpoint.asked, [], 'nothing that infra does needs them')
  const services = [...flags, '--services', 'postgres,redis']
  const done = await playbook('deploy-standalone-services', services)
  assert.equal(done.code, 0, done.stdout + done.stderr)
  assert.deepEqual(endpoint.asked, ['GetParameters /lab/postgres/.env /lab/redis/PASSWORD'])
  const answer = onHost(HOST, ['sh', '-c', 'PGPASSWORD=$1 docker exec -e PGPASSWORD postgres psql -h 127.0.0.1 -U postgres -tAc "select 1"; REDISCLI_AUTH=$2 docker exec -e REDISCLI_AUTH redis redis-cli ping', 'sh', 'canary-7.x%y', 'canary-8~z'])
  assert.equal(answer, '1\nPONG\n')
  const again = await playbook('deploy-standalone-services', services)
  assert.deepEqual([again.code, again.changes], [0, []], again.stderr)
  for (const text of [done.stdout, done.stderr, again.stdout]) assert.ok(!/canary-\d/.test(text))

  // A new password: what else on the host has the old one is named, as it stands there: in a URL, where "%" is "%25".
  onHost(HOST, ['sh', '-c', "umask 077; mkdir -p /opt/services/apps/shop /opt/services/apps/other; echo 'DATABASE_URL=\"postgres://u:canary-7.x%25y@postgres/shop\"' >/opt/services/apps/shop/.env; echo 'A=\"1\"' >/opt/services/apps/other/.env"])
  endpoint.set('/lab/postgres/.env', 'POSTGRES_USER=postgres\nPOSTGRES_PASSWORD=canary-9.x%y\nPOSTGRES_DB=shop\n')
  const notes = (from: typeof done) => from.events.flatMap((event) => (event.type === 'note' ? [event.text] : []))
  const foretold = await playbook('deploy-standalone-services', [...services, '--check'])
  assert.deepEqual(notes(foretold), ['POSTGRES_PASSWORD would change: shop still has the old one in .env. Deploy it anew, with the new value'])
  const rotated = await playbook('deploy-standalone-services', services)
  assert.equal(rotated.code, 0, rotated.stdout + rotated.stderr)
  assert.deepEqual(notes(rotated), ['POSTGRES_PASSWORD changes: shop still has the old one in .env. Deploy it anew, with the new value'])
  const after = await playbook('deploy-standalone-services', services)
  assert.deepEqual([after.changes, notes(after)], [[], []])
  for (const text of [foretold.stdout, rotated.stdout, after.stdout]) assert.ok(!/canary-\d/.test(text))

  endpoint.parameters.delete('/lab/redis/PASSWORD')
  const missing = await playbook('deploy-standalone-services', services)
  assert.deepEqual([missing.code, missing.events], [3, []])
  assert.match(missing.stderr, /services\.yml:3:28 there is no secret "redis\/PASSWORD" in SSM Parameter Store \/lab/)
})
