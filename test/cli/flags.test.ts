import assert from 'node:assert/strict'
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { test } from 'node:test'
import { z } from 'zod'
import { readFlags } from '../../engine/cli/flags.ts'
import { readOptions } from '../../engine/cli/options.ts'
import { isMeant, titleMatches } from '../../engine/cli/title.ts'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import { parseExtra } from '../../engine/inventory/extra.ts'
import { paramsOf, readParams } from '../../engine/playbook/params.ts'

const params = z.strictObject({
  app_name: z.string().describe('the app'),
  port: z.number().int().min(1).default(80),
  services: z.array(z.enum(['postgres', 'redis'])).default([]),
  loud: z.boolean().default(false),
  labels: z.record(z.string(), z.string()).default({}),
  ratio: z.number().optional(),
  either: z.union([z.literal('auto'), z.number()]).default('auto'),
})
const playbook = { params }
const infos = paramsOf(playbook)

/** What a command line makes of the params, or what is wrong with it. */
function paramsFrom(...argv: string[]): unknown {
  const typed = readFlags(argv, infos)
  if (!typed.ok) return typed.error.map(printDiagnostic)
  const extra = parseExtra([...typed.value.all('extra'), ...typed.value.params], '/')
  if (!extra.ok) return extra.error.map(printDiagnostic)
  const read = readParams(playbook, extra.value)
  return read.ok ? read.value : read.error.map(printDiagnostic)
}

const given: readonly (readonly [argv: readonly string[], more: object])[] = [
  [[], {}],
  [['-e', 'port=8080'], { port: 8080 }],
  [['--port', '8080'], { port: 8080 }],
  [['--port=8080'], { port: 8080 }],
  [['-e', 'port=1', '-e', 'port=2'], { port: 2 }],
  [['-e', 'port=1', '--port', '3'], { port: 3 }],
  [['-e', 'services=postgres,redis'], { services: ['postgres', 'redis'] }],
  [['--services', 'postgres, redis'], { services: ['postgres', 'redis'] }],
  [['--services', 'redis'], { services: ['redis'] }],
  [['--services', ''], { services: [] }],
  [['-e', 'services=["redis"]'], { services: ['redis'] }],
  [['-e', '{"services": ["redis"], "port": 5}'], { services: ['redis'], port: 5 }],
  [['-e', 'loud=true'], { loud: true }],
  [['-e', 'loud=false'], { loud: false }],
  [['--loud'], { loud: true }],
  [['--loud', '--port', '5'], { loud: true, port: 5 }],
  [['--loud', 'false', '--port', '5'], { port: 5 }],
  [['--loud=true'], { loud: true }],
  [['--labels', '{"a": "b"}'], { labels: { a: 'b' } }],
  [['--ratio', '-0.5'], { ratio: -0.5 }],
  [['--ratio=-0.5'], { ratio: -0.5 }],
  [['--either', 'auto'], { either: 'auto' }],
  [['--app-name', 'a=b,c "d" $e'], { app_name: 'a=b,c "d" $e' }],
  [['--app-name', '007'], { app_name: '007' }],
  [['--app-name', 'true'], { app_name: 'true' }],
]
for (const [argv, more] of given)
  test(`params: ${argv.join(' ') || 'none'}`, () => assert.deepEqual(paramsFrom('-e', 'app_name=shop', ...argv), { app_name: 'shop', port: 80, services: [], loud: false, labels: {}, either: 'auto', ...more }))

const wrong: readonly (readonly [argv: readonly string[], said: RegExp])[] = [
  [[], /app_name/],
  [['--app-name', 'x', '--port', 'http'], /port|number/],
  [['--app-name', 'x', '--port', '0'], />=1/],
  [['--app-name', 'x', '--services', 'postgres,mysql'], /postgres/],
  [['--app-name', 'x', '--loud', 'yes'], /^--loud:1:8 loud: expected boolean, received string\n {4}--loud=yes\n {11}~~~\n {2}say true or false$/],
  [['--app-name', 'x', '-e', 'loud=yes'], /^-e:1:6 loud: expected boolean, [^]*\n {2}say true or false$/],
  [['--app-name', 'x', '--port', 'http'], /^--port:1:8 port: expected number, received string\n.*\n *~~~~$/],
  [['--app-name', 'x', '--labels', 'a'], /^--labels:1:10 labels: [^]*\n {2}write JSON: --labels '\{…\}'$/],
  [['--app-nam', 'x'], /there is no flag --app-nam\n {2}did you mean "--app-name"\?/],
  [['--prot', '1'], /did you mean "--port"\?/],
  [['--frks', '5'], /there is no flag --frks\n {2}did you mean "--forks"\?/],
  [['-x'], /there is no flag -x/],
  [['web1'], /"web1" stands alone: what is it for\?/],
  [['--forks'], /--forks needs a value/],
  [['--tags', '', '--app-name', '', '--limit=', '-e', ''], /^--tags needs a value\n--limit needs a value\n-e needs a value$/],
  [['--constructor', '--toString', 'x'], /there is no flag --constructor.*there is no flag --toString/s],
  [['--check=yes'], /--check takes no value/],
  [['--report', '--check'], /--report needs a value, and "--check" looks like a flag\n {2}write --report=--check when it is meant/],
  [['-l', '-C', '--app-name', '--list-hosts'], /-l needs a value.*\n {2}write -l-C .*--app-name needs a value/s],
  [['--forks', '1', '--forks', '2'], /--forks is given more than once/],
  [['--app-name', 'x', '--app-name', 'y', '--services', 'redis', '--services', 'postgres'], /^--app-name is given more than once\n--services is given more than once\n {2}several values go with commas: --services a,b$/],
  [['-C', 'web1', '--frks', '1', '--limit'], /stands alone.*there is no flag --frks.*--limit needs a value/s],
]
for (const [argv, said] of wrong)
  test(`wrong: ${argv.join(' ') || 'a param is missing'}`, () => {
    const found = paramsFrom(...argv)
    assert.ok(Array.isArray(found), JSON.stringify(found))
    assert.match(found.join('\n'), said)
  })

test('short flags may stand together', () => {
  const typed = readFlags(['-CDvvv', '-i', 'a', '-ib', '-l', 'web', '-e', 'app_name=x'], infos)
  assert.ok(typed.ok)
  assert.deepEqual([typed.value.has('check'), typed.value.has('diff'), typed.value.count('verbose'), typed.value.all('inventory'), typed.value.one('limit')], [true, true, 3, ['a', 'b'], 'web'])
})

const shown: readonly (readonly [argv: readonly string[], text: string])[] = [
  [['-i', 'lab', '-Cl', 'web', '--forks=3', '-ib'], '-i lab -C -l web --forks=3 -i b'],
  [['-e', 'postgres.password=hunter2'], '-e postgres.password=…'],
  [['-Cepassword=hunter2'], '-C -e password=…'],
  [['--extra=a=hunter2', '--extra', 'b=hunter2'], '--extra=a=… --extra b=…'],
  [['-e', "a='hunter2 b=hunter2' c.d=hunter2 hunter2"], '-e a=… c.d=…'],
  [['-e', '@secrets.yml', '-e', '{"a": "hunter2"}', '-e', ' [hunter2]'], '-e @secrets.yml -e {…} -e {…}'],
  [['-e', 'a='], '-e a=…'],
  [['--app-name', 'hunter2', '--port=80', '--loud', '--loud', 'false'], '--app-name … --port=… --loud --loud=…'],
]
for (const [argv, text] of shown)
  test(`what a command line looks like to others: ${text}`, () => {
    const typed = readFlags(argv, infos)
    assert.ok(typed.ok, JSON.stringify(typed))
    assert.equal(typed.value.shown, text)
  })

const optionRows: readonly (readonly [argv: readonly string[], key: string, value: unknown])[] = [
  [['-f', '3'], 'forks', 3],
  [['--serial', '2'], 'serial', 2],
  [['--serial', '30%'], 'serial', '30%'],
  [['--max-fail', '12.5%'], 'maxFail', '12.5%'],
  [['--lock-wait', '0'], 'lockWait', 0],
  [['-t', 'a,b', '-t', 'c'], 'tags', { tags: ['a', 'b', 'c'], skip: [] }],
  [['--output', 'json'], 'output', 'json'],
  [[], 'output', 'plain'],
]
for (const [argv, key, value] of optionRows)
  test(`option ${argv.join(' ') || 'default'}: ${key}`, async () => {
    const typed = readFlags(argv, [])
    assert.ok(typed.ok)
    const options = await readOptions(typed.value, { cwd: '/', isTTY: false })
    assert.ok(options.ok)
    assert.deepEqual(Object.entries(options.value).find(([name]) => name === key)?.[1], value)
  })

test('every option that is wrong is told at once', async () => {
  const typed = readFlags(['-f', '0', '--serial', '0%', '--max-fail', '101%', '--lock-wait', '-1', '--output', 'xml', '--become-user', 'a b', '--step', '-K', '--password-file', '/no/such', '-t', ',', '--skip-tags', ',,'], [])
  assert.ok(typed.ok)
  const options = await readOptions(typed.value, { cwd: '/', isTTY: false })
  assert.ok(!options.ok)
  assert.equal(options.error.length, 11, options.error.map(({ message }) => message).join('\n'))
})

test('a user who has a number and no name, as in a container', async () => {
  const typed = readFlags([], [])
  assert.ok(typed.ok)
  const { userInfo, homedir } = os
  const { USER, LOGNAME } = process.env
  os.userInfo = os.homedir = () => { throw new Error('uv_os_get_passwd returned ENOENT') }
  syncBuiltinESMExports()
  try {
    for (const [env, user] of [[{ USER: 'ci' }, 'ci'], [{ LOGNAME: 'job' }, 'job'], [{}, String(process.getuid?.())]] as const) {
      delete process.env['USER']
      delete process.env['LOGNAME']
      Object.assign(process.env, env)
      const options = await readOptions(typed.value, { cwd: '/', isTTY: false })
      assert.deepEqual(options.ok && [options.value.env.user, options.value.env.home], [user, '/'])
    }
  } finally {
    Object.assign(os, { userInfo, homedir })
    syncBuiltinESMExports()
    Object.assign(process.env, USER !== undefined && { USER }, LOGNAME !== undefined && { LOGNAME })
  }
})

test('--start-at begins anew each time that the plays are gone through: with --plan that is twice', async () => {
  const typed = readFlags(['--start-at', 'b'], [])
  assert.ok(typed.ok)
  const options = await readOptions(typed.value, { cwd: '/', isTTY: false })
  assert.ok(options.ok && options.value.gate)
  for (const gate of [options.value.gate(), options.value.gate()]) assert.deepEqual(['a', 'b', 'c'].map((title) => gate('here', title, 'motd')), [false, true, true])
})

const titles: readonly (readonly [pattern: string, title: string, matches: boolean])[] = [
  ['directory /a', 'directory /a', true],
  ['directory /a', 'directory /ab', false],
  ['directory*', 'directory /a', true],
  ['*a', 'directory /a', true],
  ['*', 'anything', true],
  ['d*r*a', 'directory /a', true],
  ['a*a', 'a', false],
  ['*.*', 'a.b', true],
  ['ab*bc', 'abc', false],
  ['[x]*', '[x] y', true],
]
for (const [pattern, title, matches] of titles) test(`--start-at "${pattern}" ${matches ? 'begins' : 'does not begin'} at "${title}"`, () => assert.equal(titleMatches(pattern, title), matches))

const meant: readonly (readonly [pattern: string, role: string, task: string, matches: boolean])[] = [
  ['motd › file /etc/motd', 'motd', 'file /etc/motd', true],
  ['file /etc/motd', 'motd', 'file /etc/motd', true],
  ['motd › *', 'motd', 'file /etc/motd', true],
  ['other › file /etc/motd', 'motd', 'file /etc/motd', false],
  ['extra a', '', 'extra a', true],
]
for (const [pattern, role, task, matches] of meant) test(`--start-at "${pattern}" ${matches ? 'begins' : 'does not begin'} at "${task}" of the role "${role}"`, () => assert.equal(isMeant(pattern, { role, task }), matches))
