import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { Load } from '../../lab/load.ts'
import { readState } from '../../lab/state.ts'
import { playbook } from '../rig/cli.ts'
import { onHost, resetHost } from '../rig/lab-host.ts'
import { difference, manifest } from '../rig/manifest.ts'

// The main job on a fresh host, from outside: the command as a user types it, judged by the host's file tree, its containers and what
// they answer. The parts build on one another, as an operator's day does.
const HOST = 'lab3'
const address = () => readState().hosts[HOST]?.address ?? ''
const page = (path = '/', host = 'web.lab') => execFileSync('curl', ['-sS', '-m', '10', '-H', `Host: ${host}`, `http://${address()}${path}`], { encoding: 'utf8' })
const containers = () => onHost(HOST, ['docker', 'ps', '-a', '--no-trunc', '--format', '{{.ID}} {{.Names}}'])
const WEB = ['-i', 'lab', '-l', HOST, '--app-name', 'web', '--app-image', 'hostwright-lab/web', '--app-domain', 'web.lab', '--tls', 'false']

before(() => resetHost(HOST))
after(() => resetHost(HOST))

/** check → apply → apply. What check says is what happens; check writes nothing; the second time nothing happens. */
async function foretoldThenDone(name: string, args: readonly string[]): Promise<void> {
  const fresh = await manifest(HOST)
  const began = Math.floor(Date.now() / 1000)
  const foretold = await playbook(name, [...args, '--check'])
  assert.equal(foretold.code, 0, foretold.stdout + foretold.stderr)
  assert.deepEqual(difference(fresh, await manifest(HOST)), [], 'check mode wrote something')
  // Health checks of what already runs go on by themselves.
  const seen = onHost(HOST, ['docker', 'events', '--since', String(began), '--until', String(Math.floor(Date.now() / 1000) + 1)])
  assert.deepEqual(seen.split('\n').filter((line) => line !== '' && !/ (exec_|health_status)/.test(line)), [], 'check mode did something to Docker')

  const done = await playbook(name, args)
  assert.equal(done.code, 0, done.stdout + done.stderr)
  assert.ok(done.changes.length > 0)
  assert.deepEqual(foretold.changes, done.changes, 'check foretold something else')

  const [files, ids] = [await manifest(HOST), containers()]
  const again = await playbook(name, args)
  assert.equal(again.code, 0, again.stdout + again.stderr)
  assert.deepEqual(again.changes, [], 'the second run changed something')
  assert.deepEqual(difference(files, await manifest(HOST)).filter((line) => !LIVING.test(line)), [], 'the second run wrote something')
  assert.equal(containers(), ids)
}

/** What databases and Caddy write while they run. */
const LIVING = /^data\/(?:postgres|redis|caddy|caddy-config)\//

test('infra on a fresh host', () => foretoldThenDone('infra', ['-i', 'lab', '-l', HOST]))

test('the services on a fresh host', () => foretoldThenDone('deploy-standalone-services', ['-i', 'lab', '-l', HOST]))

test('an app on a fresh host, its page through Caddy', async () => {
  await foretoldThenDone('deploy-app', [...WEB, '--app-version', 'v1'])
  assert.match(page(), /web v1/)
})

test('what is in PostgreSQL and Redis survives every run', async () => {
  const sql = (text: string) => onHost(HOST, ['docker', 'exec', 'postgres', 'sh', '-c', 'psql -qtA -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "$1"', 'sh', text]).trim()
  const redis = (...words: string[]) => onHost(HOST, ['docker', 'exec', 'redis', 'sh', '-c', 'REDISCLI_AUTH=$REDIS_PASSWORD redis-cli -e "$@"', 'sh', ...words]).trim()
  sql("create table kept (word text); insert into kept values ('row')")
  redis('set', 'kept', 'key')
  // A new setting recreates the container; the data stay.
  const changed = await playbook('deploy-standalone-services', ['-i', 'lab', '-l', HOST, '-e', '{"postgres":{"max_connections":50},"redis":{"maxmemory":"64mb"}}'])
  assert.equal(changed.code, 0, changed.stdout)
  assert.ok(changed.changes.some((each) => each.includes('recreate postgres')), changed.changes.join('\n'))
  assert.equal(sql('show max_connections'), '50')
  assert.equal(redis('config', 'get', 'maxmemory').split('\n')[1], String(64 * 1024 * 1024))
  assert.equal(sql('select word from kept'), 'row')
  assert.equal(redis('get', 'kept'), 'key')
  const back = await playbook('deploy-standalone-services', ['-i', 'lab', '-l', HOST])
  assert.equal(back.code, 0, back.stdout)
  assert.equal(sql('select word from kept'), 'row')
})

test('an operator who knows only Compose finds plain projects', () => {
  for (const at of ['postgres', 'redis', 'caddy', 'apps/web']) {
    const ids = containers()
    onHost(HOST, ['sh', '-c', 'cd "/opt/services/$1" && docker compose up -d --wait', 'sh', at])
    assert.equal(containers(), ids, `docker compose up -d in ${at} recreated something`)
    assert.match(onHost(HOST, ['stat', '-c', '%a', `/opt/services/${at}/.env`]), /^600/)
  }
  assert.match(onHost(HOST, ['docker', 'rollout', '--version']), /docker-rollout/)
})

test('no secret is on a command line or in what the host lists', () => {
  const seen = onHost(HOST, ['sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" "\\n"'])
  for (const secret of ['lab-postgres-2f7c', 'lab-redis-91ab']) assert.ok(!seen.includes(secret), `${secret} is on a command line`)
})

test('a new version under load loses no request', async () => {
  const load = new Load({ address: address(), host: 'web.lab' }, 100)
  try {
    await new Promise((resolve) => setTimeout(resolve, 500))
    const deployed = await playbook('deploy-app', [...WEB, '--app-version', 'v2'])
    assert.equal(deployed.code, 0, deployed.stdout)
    await new Promise((resolve) => setTimeout(resolve, 500))
  } finally {
    const result = await load.stop()
    assert.deepEqual(result.failures, [])
    assert.ok(result.sent > 200)
    assert.ok((result.versions['v1'] ?? 0) > 0 && (result.versions['v2'] ?? 0) > 0, JSON.stringify(result.versions))
  }
  assert.match(page(), /web v2/)
})

test('fault 81: a version that never becomes healthy: exit 2, the old one serves on, and the next deploy is well', async () => {
  const broken = await playbook('deploy-app', [...WEB, '--app-version', 'v3-broken'])
  assert.equal(broken.code, 2, broken.stdout)
  const failure = broken.events.find((event) => event.type === 'failure')
  assert.match(failure?.type === 'failure' ? (failure.output ?? '') : '', /the old version serves on/)
  assert.match(page(), /web v2/)
  assert.equal(onHost(HOST, ['docker', 'ps', '-aq', '--filter', 'label=com.docker.compose.project=web']).trim().split('\n').length, 1)
  const mended = await playbook('deploy-app', [...WEB, '--app-version', 'v2'])
  assert.equal(mended.code, 0, mended.stdout)
})

test('a second app with the domain of the first is refused before its site goes live, and Caddy can be loaded anew', async () => {
  const second = await playbook('deploy-app', [...WEB.map((word) => (word === 'web' ? 'second' : word)), '--app-version', 'v2'])
  assert.equal(second.code, 2, second.stdout)
  assert.match(second.stdout, /ambiguous site definition: http:\/\/web\.lab/)
  assert.deepEqual(onHost(HOST, ['ls', '/opt/services/caddy/sites']).trim().split('\n'), ['web.caddy'])
  onHost(HOST, ['docker', 'exec', 'caddy', 'caddy', 'reload', '--config', '/etc/caddy/Caddyfile', '--adapter', 'caddyfile'])
  assert.match(page(), /web v2/)
})

test('a Caddyfile that is wrong never goes live', async () => {
  const bad = await playbook('deploy-app', [...WEB.filter((word) => word !== 'web.lab' && word !== '--app-domain'), '--app-version', 'v2', '--app-domain', 'bad..lab'])
  assert.equal(bad.code, 3, 'the domain is refused before anybody is contacted')
  onHost(HOST, ['sh', '-c', 'echo "nonsense {" >>/opt/services/caddy/Caddyfile'])
  const mended = await playbook('deploy-standalone-services', ['-i', 'lab', '-l', HOST, '-e', 'services=caddy'])
  assert.equal(mended.code, 0, mended.stdout)
  assert.match(page(), /web v2/)
})
