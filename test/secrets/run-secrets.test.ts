/** Which store is asked for what, and how often. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import { parseExtra } from '../../engine/inventory/extra.ts'
import { definePlaybook } from '../../engine/playbook/playbook.ts'
import { prepare } from '../../engine/playbook/prepare.ts'
import { defineRole, use } from '../../engine/playbook/role.ts'
import { RunSecrets } from '../../engine/secrets/run-secrets.ts'
import { Secret } from '../../engine/values/secret.ts'
import { SecretValue } from '../../engine/values/secret-value.ts'
import { hosts, loaded, refused, type Files } from '../inventory/folder.ts'

const db = defineRole({ name: 'db', doc: '', params: z.strictObject({ password: SecretValue.optional(), long: z.instanceof(Secret).refine((secret) => secret.reveal().length > 30, 'too short for us').optional() }), run: () => Promise.resolve() })
const web = defineRole({ name: 'web', doc: '', params: z.strictObject({ secrets: z.strictObject({ API_KEY: SecretValue, DB_URL: SecretValue.optional() }).optional() }), run: () => Promise.resolve() })
const playbook = definePlaybook({
  name: 'p', doc: '', roles: [db, web],
  params: z.strictObject({ admin: SecretValue.optional(), keys: z.record(z.string(), SecretValue).refine((keys) => Object.keys(keys).length > 0, 'at least one').optional() }),
  plays: (p) => [{ name: 'db', hosts: 'db', roles: [use(db)] }, { name: 'web', hosts: 'all', roles: p.keys ? [use(web)] : [] }],
})

/** Prepares as the command does, and gives what came out, or what was told. */
async function prepared(files: Files, env: Readonly<Record<string, string>>, extra: readonly string[] = [], limit?: string) {
  const inventory = await loaded(files, undefined, extra)
  const given = parseExtra(extra, '/')
  assert.ok(given.ok)
  const asked: string[] = []
  // Of what is asked for, the environment keeps the record.
  const watched = new Proxy(env, { get: (target, name) => (asked.push(String(name)), Reflect.get(target, name)) })
  const secrets = new RunSecrets(inventory)
  const look = () => prepare(playbook, inventory, given.value, { allowEmpty: false, secrets, ...(limit !== undefined && { limit }) })
  let plays = look()
  const told = () => [...(plays.ok ? [] : plays.error), ...secrets.problems].map(printDiagnostic).join('\n').replaceAll(/^.*\/hosts\.yml/gm, 'hosts.yml')
  if (told() !== '') return { asked, told: told() }
  for (let round = 0; round < 3 && !secrets.complete; round++) {
    await secrets.ask({ env: watched, cwd: '/' })
    plays = look()
  }
  const params = plays.ok ? plays.value.flatMap(({ hosts }) => hosts.flatMap(({ host, roles }) => roles.map((each) => [host.name, each.params] as const))) : []
  return { asked, told: told(), params }
}
const passwordOf = (params: unknown): string => {
  const secret: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, 'password') : undefined
  return secret instanceof Secret ? secret.reveal() : 'none'
}

const STORE = 'secrets: {store: environment}'

test('faults 89 and 91: one question for all hosts, and only for what chosen hosts use', async () => {
  const files = hosts(`all:\n  vars: {${STORE}, db: {password: !secret db/PW}, web: {secrets: !secrets web/}}\n  children:\n    db: {hosts: {d1: , d2: , d3: {db: {password: !secret db/OTHER}}}}\n    rest: {hosts: {w1: {db: {password: !secret db/NEVER}}}}\n`)
  const { asked, told, params } = await prepared(files, { DB_PW: 'password of db' }, [], 'd1,d2')
  assert.equal(told, '')
  assert.deepEqual(asked, ['DB_PW'])
  assert.deepEqual(params?.map(([name, each]) => [name, passwordOf(each)]), [['d1', 'password of db'], ['d2', 'password of db']])
  assert.equal(JSON.stringify(params?.[0]?.[1]), '{"password":"[secret]"}')
})

test('hosts may have different stores', async () => {
  const files = hosts('all:\n  children:\n    db:\n      children:\n        a: {vars: {secrets: {store: environment, prefix: A_}}, hosts: {a1: , a2: }}\n        b: {vars: {secrets: {store: environment, prefix: B_}}, hosts: {b1: }}\n      vars: {db: {password: !secret PW}}\n')
  const { asked, told, params } = await prepared(files, { A_PW: 'password of a', B_PW: 'password of b' })
  assert.equal(told, '')
  assert.deepEqual(asked, ['A_PW', 'B_PW'])
  assert.deepEqual(params?.map(([name, each]) => [name, passwordOf(each)]), [['a1', 'password of a'], ['a2', 'password of a'], ['b1', 'password of b']])
  const unclear = await prepared(files, {}, ['{"admin": !secret ADMIN}'])
  assert.match(unclear.told, /^-e:1:19 the hosts have different secret stores: which of them is meant\?/)
  assert.deepEqual(unclear.asked, [])
})

test('-e may name another store for all, and params are resolved', async () => {
  const files = hosts(`all:\n  vars: {${STORE}}\n  children: {db: {hosts: {d1: {db: {password: !secret db/PW}}}}}\n`)
  const { asked, told } = await prepared(files, { X_DB_PW: 'password of db', X_ADMIN: 'administrator' }, ['{"secrets": {"store": "environment", "prefix": "X_"}, "admin": !secret ADMIN}'])
  assert.equal(told, '')
  assert.deepEqual(asked.sort(), ['X_ADMIN', 'X_DB_PW'])
})

test('what only a real value can satisfy is not held against a stand-in, and is held against the value', async () => {
  const files = hosts(`all:\n  vars: {${STORE}, db: {long: !secret db/LONG}, web: {secrets: !secrets web/}}\n  children: {db: {hosts: {d1: }}}\n`)
  const short = await prepared(files, { DB_LONG: 'short', WEB_OTHER: 'no such key', KEYS_A: 'a key' }, ['{"keys": !secrets keys/}'])
  assert.match(short.told, /^hosts\.yml:2:\d+ db\.long: too short for us/m)
  assert.match(short.told, /unknown key "OTHER" in web\.secrets/)
  assert.match(short.told, /web\.secrets\.API_KEY is missing/)
  const fine = await prepared(files, { DB_LONG: 'x'.repeat(40), WEB_API_KEY: 'a key of the web', KEYS_A: 'a key' }, ['{"keys": !secrets keys/}'])
  assert.equal(fine.told, '')
  assert.equal(fine.params?.length, 2)
})

test('what names a store replaces the settings below it; what does not adds to them', async () => {
  const files = hosts('all:\n  vars: {secrets: {store: ssm, prefix: /x, region: eu-west-1}, db: {password: !secret db/PW}}\n  children: {db: {hosts: {d1: }}}\n')
  const other = await prepared(files, { Y_DB_PW: 'password of db' }, ['{"secrets": {"store": "environment", "prefix": "X_"}}', 'secrets.prefix=Y_'])
  assert.deepEqual([other.told, other.asked], ['', ['Y_DB_PW']])
  assert.match((await prepared(files, {}, ['secrets.store=environment'])).told, /unknown key "region" in secrets/)
})

test('a misspelt "secrets" is told', async () => {
  const files = hosts('all:\n  vars: {secret: {store: environment}}\n  children: {db: {hosts: {d1: }}}\n')
  assert.match((await prepared(files, {})).told, /no role and no param is called "secret"\n(?:.*\n)*  did you mean "secrets"\?/)
})

test('references merge as values do: aliases, equal ones agree, different ones contradict', async () => {
  const files = hosts(`all:\n  vars: {${STORE}}\n  children:\n    db: {hosts: {d1: }, vars: {db: &d {password: !secret db/PW}}}\n    other: {hosts: {d1: }, vars: {db: *d}}\n    third: {hosts: {d1: }, vars: {db: {password: !secret "db/PW"}}}\n`)
  const { told, params } = await prepared(files, { DB_PW: 'password of db' })
  assert.deepEqual([told, passwordOf(params?.[0]?.[1])], ['', 'password of db'])
  const against = await refused(hosts('all:\n  children:\n    a: {hosts: {d1: }, vars: {db: {password: !secret db/PW}}}\n    b: {hosts: {d1: }, vars: {db: {password: !secret db/OTHER}}}\n'))
  assert.match(against, /d1 gets two different values for db\.password/)
})
