import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandStore } from '../../engine/secrets/command.ts'
import { environmentStore } from '../../engine/secrets/environment.ts'
import { Secret } from '../../engine/values/secret.ts'

const here = { env: { PATH: '/usr/bin:/bin' }, cwd: '/' }
const sh = (script: string, patienceMs?: number, missing_exit?: number) =>
  commandStore({ command: ['sh', '-c', script, 'sh', 'vault/{name}'], ...(missing_exit !== undefined && { missing_exit }) }, { ...here, ...(patienceMs !== undefined && { patienceMs }) })

test('the name is a word of its own, whatever is in it, and one newline is taken off', async () => {
  const got = await sh('printf "<%s>\\n\\n" "$1"').get(['a/b', 'c$(id)'])
  assert.ok(got.ok)
  assert.deepEqual([...got.value.found].map(([name, { value }]) => [name, value.reveal()]), [['a/b', '<vault/a/b>\n'], ['c$(id)', '<vault/c$(id)>\n']])
})

test('missing_exit tells what is missing; any other exit is a failure, all of them told at once', async () => {
  const script = 'case $1 in */gone*) exit 44 ;; */bad*) echo "locked: $1" >&2; exit 3 ;; esac; echo fine'
  const some = await sh(script, undefined, 44).get(['gone1', 'here', 'gone2'])
  assert.deepEqual(some.ok && [some.value.missing, some.value.found.size], [['gone1', 'gone2'], 1])
  const failed = await sh(script, undefined, 44).get(['bad1', 'here', 'bad2'])
  assert.deepEqual(failed.ok ? '' : failed.error.message, 'the command sh: for bad1 it ended with 3: locked: vault/bad1; for bad2 it ended with 3: locked: vault/bad2')
})

const failures: readonly (readonly [what: string, script: string, reason: string, message: RegExp])[] = [
  ['one that hangs is ended, and what it started is not waited for', 'sleep 3 & sleep 3', 'unreachable', /for x it gave no answer within 0\.5 s/],
  ['one that reads gets nothing', 'read -r line || exit 9; echo "$line"', 'unreachable', /it ended with 9$/],
  ['what is not text', 'printf "\\377\\376"', 'damaged', /not UTF-8 text/],
  ['what has no end', 'yes', 'damaged', /more than 1 MiB/],
]
for (const [what, script, reason, message] of failures)
  test(what, { timeout: 10_000 }, async () => {
    const got = await sh(script, 500).get(['x'])
    assert.ok(!got.ok)
    assert.match(got.error.message, message)
    assert.equal(got.error.reason, reason)
  })

test('a program that is not there', async () => {
  const got = await commandStore({ command: ['no-such-program', '{name}'] }, here).get(['x'])
  assert.deepEqual(got.ok ? '' : [got.error.reason, got.error.message], ['settings', 'the command no-such-program: it cannot be started (ENOENT)'])
})

test('four at a time, each once', { timeout: 20_000 }, async () => {
  const began = performance.now()
  const got = await sh('sleep 0.3; echo "$1"').get(['1', '2', '3', '4', '5', '6', '7', '8'])
  const took = performance.now() - began
  assert.ok(got.ok && got.value.found.size === 8)
  assert.ok(took > 550 && took < 3000, String(took))
})

test('environment: names become variables; two that would be one are refused; it is read only', async () => {
  const store = environmentStore({ prefix: 'PROD_' }, { PROD_SHOP_DATABASE_URL: 'postgres://x', PROD_SHOP_EMPTY: '', SHOP_OTHER: 'no', PROD_POSTGRES__ENV: 'A=1' })
  const got = await store.get(['shop/DATABASE_URL', 'postgres/.env', 'shop/EMPTY', 'shop/OTHER'])
  assert.ok(got.ok)
  assert.deepEqual([...got.value.found].map(([name, { value }]) => [name, value.reveal()]), [['shop/DATABASE_URL', 'postgres://x'], ['postgres/.env', 'A=1'], ['shop/EMPTY', '']])
  assert.deepEqual(got.value.missing, ['shop/OTHER'])
  const listed = await store.list('shop/')
  assert.deepEqual(listed.ok && [...listed.value.keys()], ['shop/DATABASE_URL', 'shop/EMPTY'])
  const twice = await store.get(['a/b', 'a_b'])
  assert.deepEqual(twice.ok ? '' : twice.error.reason, 'conflict')
  assert.ok(!(await store.put('x', new Secret('y'))).ok)
  const all = await environmentStore({}, {}).list()
  assert.deepEqual(all.ok ? '' : all.error.reason, 'unsupported')
})
