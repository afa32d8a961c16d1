import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Unreadable } from '../../engine/index.ts'
import { postgresDatabase, taken } from '../../roles/postgres/databases.ts'
import { postgresPassword } from '../../roles/postgres/password.ts'
import { scram } from '../../roles/postgres/scram.ts'
import { given, type Given } from '../rig/plan.ts'
import { changesOf, planRows } from '../rig/rows.ts'
import { readWith, shells } from '../rig/shells.ts'

const wish = { container: 'postgres', user: 'postgres', name: 'shop', password: 'correct-horse' }
const fact = () => {
  const { now } = postgresDatabase(wish).facts
  assert.ok(now)
  return now
}
/** Databases with their owners; `open`: to every role. */
const there = (roles: Readonly<Record<string, string>>, databases: Readonly<Record<string, string>>, more: { readonly chief?: string; readonly open?: string } = {}): Given => given(fact(), {
  roles: new Map(Object.entries(roles).map(([name, verifier]) => [name, { verifier, isSuper: name === more.chief }])),
  databases: new Map(Object.entries(databases).map(([name, owner]) => [name, { owner, isOpen: name === more.open }])),
})
const kept = scram(wish.password, Buffer.from('salt of sixteen!'))

planRows('postgres-database', postgresDatabase, [
  ['nothing there', wish, [there({}, {})], ['create the role shop', 'create the database shop']],
  ['all there', wish, [there({ shop: kept }, { shop: 'shop' })], []],
  ['another password', { ...wish, password: 'another-one' }, [there({ shop: kept }, { shop: 'shop' })], ['set the password of the role shop']],
  ['a role without a password', wish, [there({ shop: 'none' }, { shop: 'shop' })], ['set the password of the role shop']],
  ['the role alone', wish, [there({ shop: kept }, {})], ['create the database shop']],
  ['a database of somebody else', wish, [there({}, { shop: 'postgres' })], ['refused: the database shop belongs to postgres']],
  ['a database that is open to every role', wish, [there({ shop: kept }, { shop: 'shop' }, { open: 'shop' })], ['keep others out of the database shop']],
  ['a superuser of that name', wish, [there({ shop: 'none' }, { shop: 'shop' }, { chief: 'shop' })], ['refused: the role shop is a superuser, who reaches every database']],
], [['a name that would have to be quoted', { ...wish, name: 'Shop; drop' }, /lower-case letters/]])

test('a password goes to the host as PostgreSQL keeps it, and nowhere among words', () => {
  const [create] = changesOf(postgresDatabase(wish), [there({}, {})])
  const [step] = create?.steps ?? []
  assert.ok(step?.kind === 'run')
  assert.ok(!JSON.stringify(step).includes('correct-horse') && !JSON.stringify(step.argv).includes('SCRAM'))
  assert.match(step.stdin?.text ?? '', /^SET log_min_error_statement = panic;\nSET log_statement = 'none';\nSET log_min_duration_statement = -1;\nCREATE ROLE "shop" LOGIN PASSWORD 'SCRAM-SHA-256\$4096:[^']+';\n$/)
})

test('names that PostgreSQL or the role itself has are refused before any host is contacted', () => {
  const own = { user: 'chief', database: 'main' }
  for (const name of ['chief', 'main', 'postgres', 'template0', 'template1', 'pg_shop', 'public', 'none']) assert.ok(taken(name, own), name)
  for (const name of ['shop', 'pgshop', 'template2', 'publics']) assert.equal(taken(name, own), undefined, name)
})

for (const shell of shells)
  test(`what psql says beside its answer counts only where it failed, and nothing of passwords is told (${shell.name})`, () => {
    const at = mkdtempSync(join(tmpdir(), 'hw-docker-'))
    try {
      const { now: password } = postgresPassword({ container: 'postgres', role: 'postgres', password: 'correct-horse' }).facts
      assert.ok(password)
      const psql = (text: string) => {
        writeFileSync(join(at, 'docker'), `#!/bin/sh\ncase $* in ps*) echo id ;; *pg_isready*) ;; *) echo 'WARNING:  a version' >&2; ${text} ;; esac\n`, { mode: 0o755 })
        const like = { name: shell.name, path: `${at}:${shell.path}` }
        return [readWith(like, [fact()])[0], readWith(like, [password])[0]]
      }
      assert.deepEqual(psql(`printf '%s\\n' 'r|shop|f|${kept}' 'd|shop|t|shop'`)[0], { roles: new Map([['shop', { verifier: kept, isSuper: false }]]), databases: new Map([['shop', { owner: 'shop', isOpen: true }]]) })
      assert.equal(psql(`echo '${kept}'`)[1], kept)
      for (const failed of psql(`echo 'r|shop|f|${kept}'; echo 'FATAL:  no more'; echo 'FATAL:  no more' >&2; echo 'LINE 1: ${kept}' >&2; exit 2`)) assert.match(failed instanceof Unreadable ? failed.message : '', /^PostgreSQL does not tell about its roles: WARNING: {2}a version FATAL: {2}no more$/)
      for (const odd of psql(`echo 'x ${kept}'`)) assert.match(odd instanceof Unreadable ? odd.message : '', /^PostgreSQL tells of its \w+ what is not understood$/)
    } finally {
      rmSync(at, { recursive: true })
    }
  })
