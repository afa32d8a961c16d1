import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { quote } from '../../engine/index.ts'
import { playbook, type CliRun } from '../rig/cli.ts'
import { onHost, resetHost } from '../rig/lab-host.ts'

// Backups of PostgreSQL, by the command that cron runs; what is in them comes back.
const HOST = 'lab4'
const BACKUPS = '/data/postgres-backup'
const sh = (text: string) => onHost(HOST, ['sh', '-c', `cd /; ${text}`]).trim()
const deploy = (backup?: object, databases: object = {}): Promise<CliRun> =>
  playbook('deploy-standalone-services', ['-i', 'lab', '-l', HOST, '--services', 'postgres', '-e', JSON.stringify({ postgres: { database: 'shop', databases, ...(backup && { backup }) } })])
const daily = { schedule: '30 2 * * *', keep: 2 }
const sql = (text: string, database = 'shop') => onHost(HOST, ['docker', 'exec', '-i', 'postgres', 'psql', '-U', 'postgres', '-tAX', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', text]).trim()
/** What cron runs, as it stands there, without the log; its end. */
const take = () => sh('sh -c "$(sed -n "s/^[^#].* root \\(sh .*\\) 2>&1 .*/\\1/p" /etc/cron.d/postgres-backup) 2>&1"; echo "code $?"')
const backups = () => sh(`ls ${BACKUPS}`).split('\n')

before(async () => {
  resetHost(HOST)
  assert.equal((await playbook('infra', ['-i', 'lab', '-l', HOST])).code, 0)
  const done = await deploy(daily)
  assert.equal(done.code, 0, done.stdout + done.stderr)
})
after(() => resetHost(HOST))

test('a backup holds every database and the roles, whatever their names, and is root\'s alone', { timeout: 120_000 }, () => {
  assert.match(sh('cat /etc/cron.d/postgres-backup'), /^30 2 \* \* \* root sh .*\/opt\/services\/postgres\/backup\.sh.* 2>&1 \| \{ logger -t postgres-backup \|\| cat >\/dev\/null; \}$/m)
  sql(`create table orders as select n, repeat('x', 100) as text from generate_series(1, 20000) n`)
  sql(`create role clerk login password 'not-shown'`)
  sql(`create database "it's = a \\ name/é"`)
  assert.match(take(), /^backup: \/data\/postgres-backup\/\d{8}T\d{6}Z, \S+\ncode 0$/)
  const [one = ''] = backups()
  const files = sh(`cd ${BACKUPS}/${one} && stat -c '%a %U %n' *`).split('\n').map((each) => each.replace(/hex-[0-9a-f]+/, 'hex'))
  assert.deepEqual(files, ['globals.sql', 'hex.create.sql', 'hex.dump', 'postgres.create.sql', 'postgres.dump', 'shop.create.sql', 'shop.dump'].map((name) => `600 root ${name}`))
  assert.equal(sh(`stat -c '%a %U' ${BACKUPS}`), '700 root')
  assert.match(sh(`cat ${BACKUPS}/${one}/globals.sql`), /CREATE ROLE clerk/)
})

test('what was lost comes back, beside what is there', { timeout: 120_000 }, () => {
  const [one = ''] = backups()
  sql('delete from orders where n > 10')
  const said = sh(`sh /opt/services/postgres/restore.sh ${one} shop`)
  assert.match(said, /^restored: shop_restored\. To put it in the place of shop/)
  assert.deepEqual([sql('select count(*) from orders', 'shop_restored'), sql('select count(*) from orders')], ['20000', '10'])
  // The command that it tells, as it stands there.
  sh(said.split('\n').slice(1).join('\n'))
  assert.deepEqual([sql('select count(*) from orders'), sql('select count(*) from orders', 'shop_before')], ['20000', '10'])
  assert.match(sh(`sh /opt/services/postgres/restore.sh ${one} shop shop_before 2>&1; echo "code $?"`), /already exists[^]*code 1$/)
  assert.match(sh('sh /opt/services/postgres/restore.sh; echo "code $?"'), new RegExp(`${one}  .*shop.*\ncode 3$`))
})

test('a database of `databases` comes back as it was: its owner, who may connect, its encoding and its settings', { timeout: 240_000 }, async () => {
  const databases = { store: { password: 'stores-own' }, portal: { password: 'portals-own' } }
  assert.equal((await deploy(daily, databases)).code, 0)
  const ask = (role: string, text: string) => sh(`docker exec -e PGPASSWORD=${role}s-own postgres psql -h postgres -U ${role} -d store -tAc ${quote(text)} 2>&1 || true`)
  assert.equal(ask('store', 'create table t as select 7 as n'), 'SELECT 1')
  sql('alter database store set search_path to "$user", public, "A b"')
  sql('alter database store set default_transaction_read_only to on')
  sql(`alter role portal in database store set work_mem to '7MB'`)
  sql('grant temporary on database store to clerk')
  const odd = `it's -- "old"`
  sql(`create database "it's -- ""old""" template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' owner clerk connection limit 3`)
  sql('create database shut allow_connections false')
  const state = (name: string) => sql(`select pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype, datconnlimit, datacl, (select array_agg(setrole::regrole || '/' || setconfig::text order by 1) from pg_db_role_setting where setdatabase = d.oid) from pg_database d where datname = '${name.replace("'", "''")}'`)
  const were = [state('store'), state(odd)]
  const taken = take()
  assert.match(taken, /^left out, as nobody may connect to them or they are templates: shut\nbackup: \S+Z, \S+\ncode 0$/)
  const at = /\d{8}T\d{6}Z/.exec(taken)?.[0] ?? ''
  for (const name of ['store', `hex-${Buffer.from(odd).toString('hex')}`]) {
    const said = sh(`sh /opt/services/postgres/restore.sh ${at} ${name} back`)
    assert.equal(sh(said.split('\n').slice(1).join('\n')), 'ALTER DATABASE\nALTER DATABASE')
  }
  assert.deepEqual([state('store'), state(odd)], were)
  assert.match(were.join('\n'), /^store\|UTF8\|.*search_path=.*default_transaction_read_only=on.*\nclerk\|LATIN1\|C\|C\|3\|/)
  sql('alter database store reset default_transaction_read_only')
  assert.deepEqual((await deploy(daily, databases)).changes, [])
  assert.equal(ask('store', 'create table u as select n from t'), 'SELECT 1')
  assert.match(ask('portal', 'select 1'), /permission denied for database/)
  // Where its roles are not there nothing is made.
  for (const text of [`drop database "it's -- ""old"""`, `drop database "it's -- ""old""_before"`, 'revoke all on database store, store_before from clerk', 'drop role clerk']) sql(text)
  const missing = sh(`sh /opt/services/postgres/restore.sh ${at} store again 2>&1; echo "code $?"`)
  assert.match(missing, /role "clerk" does not exist[^]*\nnothing was made\. The roles come first: docker exec .*globals\.sql\ncode 1$/)
  assert.equal(sql(`select count(*) from pg_database where datname = 'again'`), '0')
  sh(`${/first: (.*)/.exec(missing)?.[1] ?? ''} 2>&1`)
  assert.match(sh(`sh /opt/services/postgres/restore.sh ${at} store again`), /^restored: again/)
  // A backup of before it was written down whose a database is.
  sh(`rm ${BACKUPS}/${at}/store.create.sql`)
  assert.match(sh(`sh /opt/services/postgres/restore.sh ${at} store older 2>&1`), /^this backup does not say whose store was: it belongs to postgres[^]*\nrestored: older/)
})

test('one that hangs leaves nothing behind in the container; a database that goes meanwhile is no failure; the one just made stays whatever the clock said', { timeout: 180_000 }, () => {
  const lock = (seconds: number) => sh(`docker exec -d postgres psql -U postgres -d shop -c 'begin; lock table orders; select pg_sleep(${seconds})' && sleep 1.5`)
  lock(20)
  const hanging = sh(`cp /opt/services/postgres/backup.sh /tmp/b.sh && sed -i 's/ LIMIT=[0-9]*/ LIMIT=5/' /tmp/b.sh; sh /tmp/b.sh >/tmp/b.out 2>&1 & sleep 3; cat ${BACKUPS}/failed; wait; cat /tmp/b.out`)
  assert.match(hanging, /^\d{8}T\d{6}Z: begun, and not ended \(or still under way\)\n[^]*no backup: the database shop could not be written$/)
  assert.equal(sh('docker top postgres -eo comm | grep pg_dump || echo none'), 'none')
  sql('select pg_terminate_backend(pid) from pg_locks where relation = \'orders\'::regclass', 'shop')
  sql('create database zzz')
  lock(8)
  const taken = sh(`sh /opt/services/postgres/backup.sh >/tmp/b.out 2>&1 & sleep 2; docker exec postgres dropdb -U postgres zzz; mkdir ${BACKUPS}/20990101T000000Z ${BACKUPS}/20990102T000000Z; wait; cat /tmp/b.out`)
  assert.match(taken, /\ndropped in the meantime: zzz\nbackup: \S+Z, \S+$/)
  const made = /\d{8}T\d{6}Z,/.exec(taken)?.[0].slice(0, -1) ?? ''
  assert.deepEqual(backups(), [made, '20990102T000000Z'])
  assert.equal(sh(`ls ${BACKUPS}/${made} | grep -c zzz || true`), '0')
  sh(`rmdir ${BACKUPS}/20990102T000000Z`)
})

test('the last stay, and one that fails leaves them, is told by the next run, and forgotten after the next that succeeds', { timeout: 180_000 }, async () => {
  for (let n = 0; n < 2; n++) {
    sh('sleep 1.1')
    assert.match(take(), /code 0$/)
  }
  const kept = backups()
  assert.equal(kept.length, 2)
  sh('docker stop -t 5 postgres')
  assert.match(take(), /^no backup: PostgreSQL does not tell its databases\ncode 1$/m)
  assert.deepEqual(backups().filter((name) => name !== 'failed'), kept)
  const told = await deploy(daily) // and brings it up again
  assert.match(told.stdout, /the last backup of PostgreSQL failed: \d{8}T\d{6}Z: PostgreSQL does not tell its databases/)
  // A disk that is full in the middle: what was written of it is no backup.
  sh(`mv ${BACKUPS} ${BACKUPS}.there && mkdir ${BACKUPS} && mount -t tmpfs -o size=64k,mode=700 none ${BACKUPS}`)
  sql('create table noise as select md5(n::text) from generate_series(1, 20000) n')
  assert.match(take(), /^no backup: [^]*code 1$/m)
  assert.deepEqual(backups().filter((name) => name !== 'failed'), [''].filter(Boolean))
  sh(`umount ${BACKUPS} && rmdir ${BACKUPS} && mv ${BACKUPS}.there ${BACKUPS}`)
  assert.match(take(), /code 0$/)
  assert.doesNotMatch((await deploy(daily)).stdout, /the last backup/)
})

test('without it the job goes, and the backups stay', { timeout: 120_000 }, async () => {
  const done = await deploy()
  assert.equal(done.code, 0, done.stdout)
  assert.deepEqual([sh('ls /etc/cron.d | grep postgres || true'), backups().length], ['', 2])
  assert.deepEqual((await deploy()).changes, [])
})
