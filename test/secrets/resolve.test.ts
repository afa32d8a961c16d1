/** References in an inventory, resolved by the command as a user runs it. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { run, type CliRun } from '../rig/cli.ts'
import { folder, fresh } from '../cli/tiny.ts'
import { ssmEndpoint, type SsmEndpoint } from '../rig/ssm-endpoint.ts'

const ALL = 'all:\n  hosts:\n    here: { ansible_connection: local }\n'
let inventories = 0

/** An inventory folder with these group_vars/all.yml, and more files. */
function inventory(vars: string, files: Readonly<Record<string, string>> = {}): string {
  const at = join(folder, `inventory-${++inventories}`)
  for (const [name, text] of Object.entries({ 'hosts.yml': ALL, 'group_vars/all.yml': vars, ...files })) {
    mkdirSync(dirname(join(at, name)), { recursive: true, mode: 0o700 })
    writeFileSync(join(at, name), text, { mode: 0o600 })
  }
  return at
}

const vault = (at: string, dir: string, ...args: readonly string[]): Promise<CliRun> =>
  run(['test/playbooks/vault.ts', '-i', at, '-e', `dir=${dir}`, '--lock-wait', '50', ...args], 60)

/** The command, with an endpoint's credentials. */
async function withEnv(endpoint: SsmEndpoint, work: () => Promise<CliRun>): Promise<CliRun> {
  const before = { ...process.env }
  Object.assign(process.env, endpoint.env)
  try {
    return await work()
  } finally {
    process.env = before
  }
}
const ssmVars = (endpoint: SsmEndpoint) => `secrets: { store: ssm, prefix: /production, region: eu-west-1, endpoint: "${endpoint.url}" }\n`
const problems = (run: CliRun, at: string) => run.stderr.replaceAll(`${at}/`, '').replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'ENDPOINT')

test('every form of a reference, out of SSM, as exact bytes; one call, and nothing of it is seen', { timeout: 60_000 }, async () => {
  await using endpoint = await ssmEndpoint()
  const nasty = 'a$b "c" \\d # é😀\nlast line'
  endpoint.set('/production/tiny/TOKEN', nasty)
  endpoint.set('/production/postgres/.env', `# by hand\nPOSTGRES_DB=shop\nexport POSTGRES_PASSWORD='pa$$ word#1'\nPEM="-----BEGIN\nx"\n`)
  endpoint.set('/production/shop/API_KEY', 'key-of-the-shop')
  endpoint.set('/production/shop/DB_URL', 'postgres://u:p@h/db')
  endpoint.set('/production/shop/deeper/OTHER', 'of somebody else')
  endpoint.set('/production/unused/X', 'never asked for')
  const at = inventory(`${ssmVars(endpoint)}
vault:
  token: !secret tiny/TOKEN
  password: !secret postgres/.env#POSTGRES_PASSWORD
  secrets: !secrets shop/
other_role: { password: !secret unused/X }
`)
  const dir = fresh()
  const events = join(folder, 'vault.ndjson')
  const done = await withEnv(endpoint, () => vault(at, dir, '-D', '-vvv', '--events', events))
  assert.equal(done.code, 0, done.stdout + done.stderr)
  assert.equal(done.stderr, '')
  assert.equal(readFileSync(join(dir, 'token'), 'utf8'), nasty)
  assert.equal(readFileSync(join(dir, 'password'), 'utf8'), 'pa$$ word#1')
  assert.equal(readFileSync(join(dir, '.env'), 'utf8'), 'API_KEY="key-of-the-shop"\nDB_URL="postgres://u:p@h/db"\n')
  assert.equal(statSync(join(dir, '.env')).mode & 0o777, 0o600)
  assert.deepEqual(endpoint.asked.filter((each) => !each.startsWith('GetParametersByPath')), ['GetParameters /production/tiny/TOKEN /production/postgres/.env'])
  assert.ok(endpoint.asked.every((each) => !each.includes('unused')))
  for (const text of [done.stdout, readFileSync(events, 'utf8')]) for (const value of ['é😀', 'last line', 'word#1', 'key-of-the-shop', 'u:p@h']) assert.ok(!text.includes(value), value)
})

test('a whole .env as a map; and the same references from -e @file', { timeout: 60_000 }, async () => {
  await using endpoint = await ssmEndpoint()
  endpoint.set('/production/shop/.env', 'A_KEY=first one\nB_KEY="second \\$ one"\n')
  const at = inventory(ssmVars(endpoint))
  const extra = join(folder, 'extra.yml')
  writeFileSync(extra, 'vault: { token: !secret shop/.env#A_KEY, password: !secret "shop/.env#B_KEY", secrets: !secrets shop/.env }\n')
  const dir = fresh()
  const done = await withEnv(endpoint, () => vault(at, dir, '-e', `@${extra}`))
  assert.equal(done.code, 0, done.stdout + done.stderr)
  assert.equal(readFileSync(join(dir, '.env'), 'utf8'), 'A_KEY="first one"\nB_KEY="second \\$ one"\n')
  assert.equal(readFileSync(join(dir, 'password'), 'utf8'), 'second $ one')
  assert.deepEqual(endpoint.asked, ['GetParameters /production/shop/.env'])
})

test('faults 88 and 92: all that is missing or unfit is told at once, with its place; no host is contacted', { timeout: 60_000 }, async () => {
  await using endpoint = await ssmEndpoint()
  endpoint.set('/production/tiny/TOKEN', 'fine enough')
  endpoint.set('/production/shop/.env', 'API_KEY=changeme\nSHORT=ab\nPADDED=" x y z "\n')
  endpoint.set('/production/broken/.env', 'A=fine\nB=$HIDDENVALUE\nC="hiddenvalue\n')
  const at = inventory(`${ssmVars(endpoint)}
vault:
  token: !secret tiny/TOKNE
  password: !secret shop/.env#API_KYE
  secrets: !secrets shop/.env
  more: !secrets nothing/
  one: !secret broken/.env#A
`)
  const dir = fresh()
  const refused = await withEnv(endpoint, () => vault(at, dir))
  assert.equal(refused.code, 3, refused.stdout)
  assert.equal(
    problems(refused, at),
    `group_vars/all.yml:4:18 there is no secret "tiny/TOKNE" in SSM Parameter Store /production (eu-west-1, ENDPOINT)
      token: !secret tiny/TOKNE
                     ~~~~~~~~~~
  did you mean "tiny/TOKEN"?
group_vars/all.yml:5:21 there is no key API_KYE in the secret "shop/.env" in SSM Parameter Store /production (eu-west-1, ENDPOINT)
      password: !secret shop/.env#API_KYE
                        ~~~~~~~~~~~~~~~~~
  did you mean "API_KEY"?
group_vars/all.yml:6:3 vault.secrets.API_KEY: this is a placeholder, not a secret
      secrets: !secrets shop/.env
      ~~~~~~~
group_vars/all.yml:6:3 vault.secrets.SHORT: a secret has at least 4 characters
      secrets: !secrets shop/.env
      ~~~~~~~
group_vars/all.yml:6:3 vault.secrets.PADDED: this secret begins or ends with white space
      secrets: !secrets shop/.env
      ~~~~~~~
group_vars/all.yml:7:18 there is no secret below "nothing/" in SSM Parameter Store /production (eu-west-1, ENDPOINT)
      more: !secrets nothing/
                     ~~~~~~~~
group_vars/all.yml:8:16 "broken/.env" in SSM Parameter Store /production (eu-west-1, ENDPOINT) is not an .env: line 2: B: "$" would be expanded: write it in single quotes: nothing is expanded there
      one: !secret broken/.env#A
                   ~~~~~~~~~~~~~
group_vars/all.yml:8:16 "broken/.env" in SSM Parameter Store /production (eu-west-1, ENDPOINT) is not an .env: line 3: C: the quotes are not closed, or there is "\\'" or "\\\\" in single quotes
      one: !secret broken/.env#A
                   ~~~~~~~~~~~~~
8 problems; no host was contacted.
`,
  )
  assert.ok(!existsSync(dir))
  assert.ok(!/hiddenvalue/i.test(refused.stderr))
})

test('fault 90: a store that cannot be asked is told once; exit 3', { timeout: 60_000 }, async () => {
  await using endpoint = await ssmEndpoint()
  endpoint.fault = () => ({ type: 'ExpiredTokenException' })
  const at = inventory(`${ssmVars(endpoint)}vault: { token: !secret a/B, password: !secret a/C, more: !secrets a/ }\n`)
  const refused = await withEnv(endpoint, () => vault(at, fresh()))
  assert.equal(refused.code, 3)
  assert.equal(problems(refused, at), 'SSM Parameter Store /production (eu-west-1, ENDPOINT): the credentials have expired\n  log in again (aws sso login), or get new ones\n1 problem; no host was contacted.\n')
})

test('what only looks at the inventory asks no store', { timeout: 120_000 }, async () => {
  await using endpoint = await ssmEndpoint()
  const at = inventory(`${ssmVars(endpoint)}vault: { token: !secret a/B, password: !secret a/.env#C, secrets: !secrets a/ }\n`)
  const at_ = (...args: string[]) => withEnv(endpoint, () => vault(at, fresh(), ...args))
  for (const [flag, text] of [['--list-hosts', /here/], ['--list-tasks', /file .*token/], ['--list-tags', /vault/], ['--help', /Params/]] as const) {
    const { code, stdout, stderr } = await at_(flag)
    assert.equal(code, 0, stderr)
    assert.match(stdout, text)
  }
  const checked = await at_('--syntax-check')
  assert.equal(checked.code, 0)
  assert.match(checked.stdout, /are fine\nnot looked at: !secret a\/B, !secret a\/\.env#C, !secrets a\/ in SSM Parameter Store \/production/)
  assert.deepEqual(endpoint.asked, [])
})

const wrong: readonly (readonly [what: string, vars: string, message: RegExp])[] = [
  ['no store', 'vault: { token: !secret a/B }\n', /all\.yml:1:25 here has no secret store\n.*\n *~~~\n  say where it is kept, in group_vars\/all\.yml/],
  ['no store, and a password beside it', 'vault: { token: !secret a/B, password: hunter22, name: 1 }\n', /no secret store\n {4}vault: \{ token: !secret a\/B…\n/],
  ['a store that there is not', 'secrets: { store: vault }\n', /all\.yml:1:19 secrets\.store: the store is one of ssm, age, files, environment, command/],
  ['a misspelt setting', 'secrets: { store: ssm, prefx: /x }\n', /all\.yml:1:24 unknown key "prefx" in secrets\n {25}… prefx: …\n {27}~~~~~\n  did you mean "prefix"\?/],
  ['a setting of the wrong kind', 'secrets: { store: ssm, prefix: production }\n', /all\.yml:1:32 secrets\.prefix: a prefix begins with "\/"/],
  ['a name that leaves the store', 'vault: { token: !secret ../x }\n', /all\.yml:1:17 "\.\.\/x" cannot name a secret: a name has no part "\." or "\.\."/],
  ['a key of a map', 'vault: { secrets: !secrets "a/.env#B" }\n', /cannot name secrets: one key of a document is !secret NAME#KEY/],
  ['all below a name, with the other tag', 'vault: { secrets: !secret a/ }\n', /all\.yml:1:19 "a\/" cannot name a secret: all secrets below it are !secrets a\/\n/],
  ['a name that is none, and what else is wrong in its file', 'secrets: { store: environment }\nvault: { token: !secret a//b, nme: x }\n', /all\.yml:2:17 "a\/\/b" cannot name a secret: it has an empty part\n[^]*unknown key "nme"[^]*\n2 problems;/],
  ['a name that is none, and a tag that there is not', 'secrets: { store: environment }\nvault: { token: !secret a//b, name: !secrte x }\n', /an empty part\n[^]*unknown tag !secrte[^]*\n2 problems;/],
  ['another tag', 'vault: { token: !vault x }\n', /unknown tag !vault/],
  ['a secret where text is wanted', 'secrets: { store: environment }\nvault: { name: !secret a }\n', /all\.yml:2:24 vault\.name: expected string, received Secret/],
  ['one secret where a map is wanted', 'secrets: { store: environment }\nvault: { secrets: !secret a }\n', /vault\.secrets: expected record, received Secret/],
  ['a password for SSH', 'secrets: { store: environment }\nansible_become_password: !secret a\n', /"ansible_become_password" cannot come from a secret store/],
]
for (const [what, vars, message] of wrong)
  test(`refused before any store is asked: ${what}`, async () => {
    const at = inventory(vars)
    const { code, stderr } = await vault(at, fresh(), '--list-hosts')
    assert.equal(code, 3, stderr)
    assert.match(stderr, message)
  })

test('files, in a directory counted from the inventory; params; an inventory in TypeScript', { timeout: 60_000 }, async () => {
  const at = inventory('secrets: { store: files, directory: kept }\n', { 'kept/shop/.env': 'NAME=value of name\n', 'kept/one': 'value of one\n' })
  chmodSync(join(at, 'kept'), 0o700)
  writeFileSync(join(folder, 'params.yml'), 'keys: !secrets shop/.env\nvault: { token: !secret one }\n')
  const dir = fresh()
  const done = await vault(at, dir, '-e', `@${join(folder, 'params.yml')}`)
  assert.equal(done.code, 0, done.stdout + done.stderr)
  assert.deepEqual([readFileSync(join(dir, 'token'), 'utf8'), readFileSync(join(dir, 'keys'), 'utf8')], ['value of one', 'NAME="value of name"\n'])

  const engine = new URL('../../engine/index.ts', import.meta.url).pathname
  const module = inventory('# nothing\n', {})
  writeFileSync(join(module, 'hosts.ts'), `import { secret, secrets } from '${engine}'\nexport default { all: { vars: { secrets: { store: 'files', directory: '${at}/kept' }, vault: { token: secret('one'), secrets: secrets('shop/.env') } }, hosts: { here: { ansible_connection: 'local' } } } }\n`)
  const typed = await vault(join(module, 'hosts.ts'), dir)
  assert.equal(typed.code, 0, typed.stdout + typed.stderr)
  assert.equal(readFileSync(join(dir, '.env'), 'utf8'), 'NAME="value of name"\n')
})
