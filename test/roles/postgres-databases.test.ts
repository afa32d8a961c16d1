import assert from 'node:assert/strict'
import { test } from 'node:test'
import { postgresDatabase } from '../../roles/postgres/databases.ts'
import { scram } from '../../roles/postgres/scram.ts'
import { given, type Given } from '../rig/plan.ts'
import { changesOf, planRows } from '../rig/rows.ts'

const wish = { container: 'postgres', user: 'postgres', name: 'shop', password: 'correct-horse' }
const fact = () => {
  const { now } = postgresDatabase(wish).facts
  assert.ok(now)
  return now
}
const there = (roles: Readonly<Record<string, string>>, databases: Readonly<Record<string, string>>): Given => given(fact(), { roles: new Map(Object.entries(roles)), databases: new Map(Object.entries(databases)) })
const kept = scram(wish.password, Buffer.from('salt of sixteen!'))

planRows('postgres-database', postgresDatabase, [
  ['nothing there', wish, [there({}, {})], ['create the role shop', 'create the database shop']],
  ['all there', wish, [there({ shop: kept }, { shop: 'shop' })], []],
  ['another password', { ...wish, password: 'another-one' }, [there({ shop: kept }, { shop: 'shop' })], ['set the password of the role shop']],
  ['a role without a password', wish, [there({ shop: 'none' }, { shop: 'shop' })], ['set the password of the role shop']],
  ['the role alone', wish, [there({ shop: kept }, {})], ['create the database shop']],
  ['a database of somebody else', wish, [there({}, { shop: 'postgres' })], ['refused: the database shop belongs to postgres']],
], [['a name that would have to be quoted', { ...wish, name: 'Shop; drop' }, /lower-case letters/]])

test('a password goes to the host as PostgreSQL keeps it, and nowhere among words', () => {
  const [create] = changesOf(postgresDatabase(wish), [there({}, {})])
  const [step] = create?.steps ?? []
  assert.ok(step?.kind === 'run')
  assert.ok(!JSON.stringify(step).includes('correct-horse') && !JSON.stringify(step.argv).includes('SCRAM'))
  assert.match(step.stdin?.text ?? '', /^CREATE ROLE "shop" LOGIN PASSWORD 'SCRAM-SHA-256\$4096:[^']+';\n$/)
})
