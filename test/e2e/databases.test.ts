import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { playbook, type CliRun } from '../rig/cli.ts'
import { addressOf, onHost, resetHost } from '../rig/lab-host.ts'

// What PostgreSQL and Redis themselves do with data that were kept otherwise, or with another password.
const HOST = 'lab1'
const folder = mkdtempSync(join(tmpdir(), 'hw-e2e-databases-'))
const sh = (text: string, ...words: string[]) => onHost(HOST, ['sh', '-c', text, 'sh', ...words]).trim()

/** Deploys one service with these variables on top. */
function deploy(service: 'postgres' | 'redis', vars: object, ...flags: string[]): Promise<CliRun> {
  const file = join(folder, 'vars.json')
  writeFileSync(file, JSON.stringify({ [service]: vars }))
  return playbook('deploy-standalone-services', ['-i', 'lab', '-l', HOST, '--services', service, '-e', `@${file}`, ...flags])
}
async function deployed(...args: Parameters<typeof deploy>): Promise<CliRun> {
  const done = await deploy(...args)
  assert.equal(done.code, 0, done.stdout + done.stderr)
  return done
}
const refusalOf = (done: CliRun) => done.events.flatMap((event) => (event.type === 'failure' ? [`${event.reason}: ${event.message}`] : [])).join('\n')

before(async () => {
  resetHost(HOST)
  assert.equal((await playbook('infra', ['-i', 'lab', '-l', HOST])).code, 0)
})
beforeEach(() => void sh('for at in /opt/services/*/; do (cd "$at" && docker compose down -v) 2>/dev/null; done; rm -rf /opt/services /data/postgres /data/redis'))
after(() => {
  rmSync(folder, { recursive: true, force: true })
  resetHost(HOST)
})

test('PostgreSQL 18 comes up on a fresh host, where its data lie deeper; they are seen there by an image of another version', { timeout: 300_000 }, async () => {
  // The image of 15 with the places of 18.
  sh("docker commit --change 'ENV PGDATA=/var/lib/postgresql/18/docker' $(docker create postgres:15-alpine) postgres:18")
  await deployed('postgres', { image: 'postgres:18' })
  assert.equal(sh('stat -c "%a %U" /data/postgres; docker exec postgres psql -U postgres -tAc "show data_directory"'), '711 root\n/var/lib/postgresql/18/docker')
  const id = sh('docker ps -q --no-trunc')
  const other = await deploy('postgres', { image: 'postgres:17' })
  assert.equal(other.code, 2)
  assert.match(refusalOf(other), /^refused: \/data\/postgres holds the data of PostgreSQL 15, and postgres:17 is PostgreSQL 17/)
  assert.equal(sh('docker ps -q --no-trunc'), id)
})

test('a database for each app, with a role that reaches no other; made at any time, in what runs already', { timeout: 300_000 }, async () => {
  const ask = (role: string, password: string, database: string, sql: string) => sh('docker run --rm --network shared_network -e PGPASSWORD="$2" postgres:15-alpine psql -h postgres -U "$1" -d "$3" -tAc "$4" 2>&1 || true', role, password, database, sql)
  const databases = { store: { password: 'shops-own-1' } }
  assert.match((await deployed('postgres', { databases })).changes.join('\n'), /create the role store[^]*create the database store/)
  assert.equal(ask('store', 'shops-own-1', 'store', 'create table t (n int); insert into t values (7); select n from t'), 'CREATE TABLE\nINSERT 0 1\n7')
  const more = { ...databases, portal: { password: 'portals-own' } }
  const check = await deploy('postgres', { databases: more }, '--check')
  const done = await deployed('postgres', { databases: more })
  assert.deepEqual([check.changes, done.changes.map((each) => each.replace(/^\S+ /, ''))], [done.changes, ['postgres postgres-database portal: create the role portal; create the database portal']])
  assert.match(ask('portal', 'portals-own', 'store', 'select 1'), /permission denied for database/)
  assert.deepEqual((await deployed('postgres', { databases: more })).changes, [])
  const admin = (sql: string) => sh('docker exec postgres psql -U postgres -tAc "$1"', sql)
  // Cut off between CREATE and REVOKE, and a server that warns whoever connects and writes every statement into its log.
  admin('grant connect on database store to public')
  admin(`update pg_database set datcollversion = '0' where datname = 'postgres'`)
  admin(`alter system set log_statement = 'all'`)
  assert.match(sh('docker exec postgres psql -U postgres -tAc "select 1" 2>&1'), /^WARNING: /)
  const again = await deployed('postgres', { databases: more })
  assert.deepEqual(again.changes.map((each) => each.replace(/^\S+ /, '')), ['postgres postgres-database store: keep others out of the database store'])
  assert.match(ask('portal', 'portals-own', 'store', 'select 1'), /permission denied for database/)
  assert.deepEqual((await deployed('postgres', { databases: more })).changes, [])
  // Another password, while the server is down: what is there is seen when it is up again.
  sh('docker stop -t 5 postgres')
  const rotated = { ...more, store: { password: 'shops-own-2' } }
  assert.equal((await deploy('postgres', { databases: rotated }, '--check')).code, 0)
  await deployed('postgres', { databases: rotated })
  assert.equal(ask('store', 'shops-own-2', 'store', 'select n from t'), '7')
  assert.match(ask('store', 'shops-own-1', 'store', 'select n from t'), /password authentication failed/)
  const log = sh('docker logs postgres 2>&1')
  assert.match(log, /LOG: +statement: SET log_statement/)
  assert.doesNotMatch(log, /SCRAM-/)
  assert.deepEqual((await deployed('postgres', { databases: {} })).changes, [], 'none is taken away')
  // A role that reaches everything is not made an app's.
  admin('create role chief superuser')
  assert.match(refusalOf(await deploy('postgres', { databases: { chief: { password: 'chiefs-own' } } })), /^refused: the role chief is a superuser/)
  const own = await deploy('postgres', { databases: { pg_mine: { password: 'its-own-1' } } })
  assert.match(own.stdout + own.stderr, /databases\.pg_mine.*PostgreSQL keeps this name to itself/)
})

test('published on an address of the host it is reached from another one; where the host has no such address nothing is touched', { timeout: 300_000 }, async () => {
  const ask = (host: string, password: string) => onHost('lab3', ['sh', '-c', 'docker run --rm -e PGPASSWORD="$2" postgres:15-alpine psql -h "$1" -U postgres -tAc "select 40 + 2" 2>&1 || true', 'sh', host, password]).trim()
  const publish = `${addressOf(HOST)}:5432`
  await deployed('postgres', { publish, password: 'from-afar' })
  assert.equal(ask(addressOf(HOST), 'from-afar'), '42')
  assert.match(ask(addressOf(HOST), 'a-wrong-one'), /password authentication failed/)
  assert.deepEqual((await deployed('postgres', { publish, password: 'from-afar' })).changes, [])
  const id = sh('docker ps -q --no-trunc')
  const refused = await deploy('postgres', { publish: '192.0.2.7:5432', password: 'from-afar' })
  assert.equal(refused.code, 2)
  assert.match(refused.stdout, /port 5432 cannot be published on 192\.0\.2\.7, which is no address of this host/)
  assert.equal(sh('docker ps -q --no-trunc'), id)
})

test('a password that changes while PostgreSQL is stopped is set once it runs: check says that it cannot know, a second run changes nothing', { timeout: 300_000 }, async () => {
  await deployed('postgres', { password: 'the-first-one' })
  // Over the network: on the host's own addresses the image asks nobody for a password.
  const answers = (password: string) => sh('docker exec -e PGPASSWORD="$1" postgres sh -c "psql -h postgres -U postgres -tAc \'select 1\' 2>&1" || true', password)
  assert.equal(answers('the-first-one'), '1')
  sh('docker stop postgres')
  const statuses = (run: CliRun) => run.events.flatMap((event) => (event.type === 'task' && event.task === 'postgres-password of postgres' ? [`${event.status} ${event.changes.join()}`.trim()] : []))
  const foretold = await deployed('postgres', { password: 'the-second-one' }, '--check')
  const done = await deployed('postgres', { password: 'the-second-one' })
  assert.equal(answers('the-second-one'), '1')
  assert.match(answers('the-first-one'), /password authentication failed/)
  assert.deepEqual([statuses(foretold), statuses(done)], [['ok', 'unknown'], ['ok', 'changed set the password of the role postgres']])
  const again = await deployed('postgres', { password: 'the-second-one' })
  assert.deepEqual([again.changes, statuses(again), again.recap?.hosts[HOST]?.roundTrips], [[], ['ok'], 1])
})

test('what is in Redis survives that appendonly is turned on, off, and on again; where no server runs that could take it along it is refused', { timeout: 300_000 }, async () => {
  const redis = (...words: string[]) => sh('docker exec redis sh -c \'REDISCLI_AUTH=$REDIS_PASSWORD redis-cli -e "$@"\' sh "$@"', ...words)
  await deployed('redis', { appendonly: false })
  redis('set', 'one', '1')
  const foretold = await deployed('redis', {}, '--check')
  const on = await deployed('redis', {})
  assert.ok(on.changes.some((each) => each.endsWith('write the data of redis to its append-only file')), on.changes.join('\n'))
  assert.deepEqual(foretold.changes, on.changes)
  assert.equal(redis('get', 'one'), '1')
  assert.deepEqual((await deployed('redis', {})).changes, [])

  redis('set', 'two', '2')
  const off = await deployed('redis', { appendonly: false })
  assert.ok(off.changes.some((each) => each.endsWith('save the data of redis to dump.rdb')), off.changes.join('\n'))
  redis('set', 'one', 'newer')
  await deployed('redis', {})
  assert.deepEqual([redis('get', 'one'), redis('get', 'two'), redis('config', 'get', 'appendonly').split('\n')[1]], ['newer', '2', 'yes'])

  // A backup that holds only the dump.
  redis('save')
  sh('docker stop redis; rm -rf /data/redis/appendonlydir')
  const restored = await deploy('redis', { memory: '300m' })
  assert.equal(restored.code, 2)
  assert.match(refusalOf(restored), /^refused: the data in \/data\/redis are in dump\.rdb, and Redis with appendonly yes starts from the append-only file alone/)
  await deployed('redis', { appendonly: false })
  await deployed('redis', {})
  assert.equal(redis('get', 'one'), 'newer')
})
