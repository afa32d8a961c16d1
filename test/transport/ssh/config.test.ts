import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { cases, gauge } from '../../rig/cases.ts'
import { loadSshConfig, splitLine, type SshConfig } from '../../../engine/transport/ssh/config-file.ts'
import { hostConfig, parseJump } from '../../../engine/transport/ssh/config.ts'

const dir = mkdtempSync(join(tmpdir(), 'hostwright-config-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))
// `ssh -G` takes the home of the password database, not of the environment.
const person = { home: userInfo().homedir, user: userInfo().username }

let count = 0
async function load(text: string): Promise<{ file: string; config: SshConfig }> {
  count += 1
  const file = join(dir, `config${count}`)
  writeFileSync(file, text)
  return { file, config: await loadSshConfig([{ path: file, required: true }], person.home) }
}

const BIG = `
# comment
Host web1
  HostName 10.0.0.5
  Port 2222
  User deploy
  IdentityFile ~/.ssh/web
Host = "quoted name" web2 # the rest is a comment
  User="two words"
  HostName %h.example.org
Host *.example.org !bad.example.org
  ProxyJump jump@bastion:2200,second
  UserKnownHostsFile ~/.ssh/a %d/.ssh/b
  HostKeyAlias example
host bad.example.org
  ProxyJump none
  ProxyJump later
Host web? 10.0.0.*
  IdentitiesOnly yes
  IdentityFile /keys/%r@%h:%p
Host *
  User fallback
  Port 22
  IdentityFile ~/.ssh/last
  ServerAliveInterval 5
`

test('ssh_config: says what ssh -G says', async () => {
  const { file, config } = await load(BIG)
  assert.deepEqual(config.problems, [])
  for (const name of ['web1', 'web2', 'web3', 'a.example.org', 'bad.example.org', '10.0.0.5', 'nobody', '::1', 'Web1']) {
    const theirs = execFileSync('ssh', ['-F', file, '-T', '-G', name], { encoding: 'utf8' }).split('\n').map((line) => line.split(/ (.*)/s))
    const all = (keyword: string): string[] => theirs.filter(([key]) => key === keyword).map(([, value = '']) => value)
    const ours = hostConfig(config, name, person)
    const where = `for ${name}`
    assert.deepEqual(ours.problems, [], where)
    assert.equal(ours.hostName.toLowerCase(), all('hostname')[0], where)
    assert.equal(ours.user, all('user')[0], where)
    assert.equal(String(ours.port), all('port')[0], where)
    assert.equal(ours.identitiesOnly, all('identitiesonly')[0] === 'yes', where)
    assert.equal(ours.hostKeyAlias, all('hostkeyalias')[0], where)
    assert.equal(ours.proxyJump.map(({ user, host, port }) => `${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`).join(','), all('proxyjump')[0] ?? '', where)
    // -G leaves ~ and %-tokens of these two as they stand.
    assert.equal(ours.identityFiles.length, all('identityfile').length, where)
    if (ours.userKnownHostsFiles !== undefined) assert.equal(ours.userKnownHostsFiles.length, all('userknownhostsfile')[0]?.split(' ').length, where)
  }
})

test('ssh_config: paths are put together', async () => {
  const { config } = await load(BIG)
  assert.deepEqual(hostConfig(config, 'web1', person).identityFiles, [join(person.home, '.ssh/web'), '/keys/deploy@10.0.0.5:2222', join(person.home, '.ssh/last')])
  assert.deepEqual(hostConfig(config, 'a.example.org', person).userKnownHostsFiles, [join(person.home, '.ssh/a'), join(person.home, '.ssh/b')])
})

test('ssh_config: Include, with wildcards, inside Host, and not without end', async () => {
  mkdirSync(join(dir, 'conf.d'))
  writeFileSync(join(dir, 'conf.d', '10-a.conf'), 'Host web1\n Port 1001\nHost other\n Port 1002\n')
  writeFileSync(join(dir, 'conf.d', '20-b.conf'), 'Port 1003\n')
  const { config } = await load(`Host web* other\n Include conf.d/*.conf ${dir}/not-there.conf\nHost *\n Port 1004\n`)
  assert.deepEqual(config.problems, [])
  assert.deepEqual(['web1', 'web2', 'other', 'third'].map((name) => hostConfig(config, name, person).port), [1001, 1003, 1002, 1004])

  const loop = await load(`Include ${dir}/config${count + 1}\n`)
  assert.match(loop.config.problems.join(), /Include goes deeper than 16/)
})

test('ssh_config: a Match block is left out and told about; nothing in it is run', async () => {
  const canary = join(dir, 'canary')
  const { file, config } = await load(`Match exec "touch ${canary}"\n  Port 1\n  ProxyCommand touch ${canary}\nHost *\n  Port 2\n`)
  assert.deepEqual(config.warnings, [`${file}:1: Match blocks are not supported; this one is left out`])
  assert.equal(hostConfig(config, 'web1', person).port, 2)
  assert.throws(() => execFileSync('test', ['-e', canary]))
})

test('ssh_config: what cannot be followed is a problem with its place', async () => {
  const cases: readonly [text: string, problem: RegExp][] = [
    ['Port seven', /:1: Port "seven" is no port number/],
    ['\nPort 70000', /:2: Port "70000" is no port number/],
    ['ProxyCommand nc %h %p', /:1: ProxyCommand is set for web1/],
    ['ProxyJump -oProxyCommand=x', /:1: "-oProxyCommand=x" is no jump host/],
    ['HostName %x', /:1: "%x" in "%x" is not supported/],
    ['IdentityFile ~/%{HOME}', /:1: "%\{" .* is not supported/],
    ['Port "22', /:1: a quote is not closed/],
    ['=', /:1: not "Keyword value"/],
  ]
  for (const [text, problem] of cases) {
    const { config } = await load(text)
    assert.match([...config.problems, ...hostConfig(config, 'web1', person).problems].join(), problem, text)
  }
  const missing = await loadSshConfig([{ path: join(dir, 'nowhere'), required: true }], person.home)
  assert.match(missing.problems.join(), /nowhere cannot be read \(ENOENT\)/)
  assert.deepEqual((await loadSshConfig([{ path: join(dir, 'nowhere'), required: false }], person.home)).problems, [])
  const { file } = await load('Port 22')
  chmodSync(file, 0o666)
  assert.match((await loadSshConfig([{ path: file, required: true }], person.home)).problems.join(), /can be written by everybody/)
})

test('ssh_config: of ProxyJump and ProxyCommand the first counts', async () => {
  const { config } = await load('Host a\n ProxyJump b\nHost c\n ProxyCommand none\nHost *\n ProxyCommand nc %h %p\n ProxyJump d\n')
  assert.deepEqual(hostConfig(config, 'a', person).proxyJump, [{ host: 'b' }])
  assert.deepEqual(hostConfig(config, 'a', person).problems, [])
  assert.deepEqual(hostConfig(config, 'c', person).problems, [])
  assert.equal(hostConfig(config, 'x', person).problems.length, 1)
})

test('ssh_config: words of a line', () => {
  assert.deepEqual(splitLine('  HostName  a b'), ['hostname', 'a', 'b'])
  assert.deepEqual(splitLine('HostName=a'), ['hostname', 'a'])
  assert.deepEqual(splitLine('User = "a b" c # no'), ['user', 'a b', 'c'])
  assert.deepEqual(splitLine("User 'a \\' b'"), ['user', "a ' b"])
  assert.deepEqual(splitLine('User a#b\r'), ['user', 'a#b'])
  assert.deepEqual(splitLine('  # only'), [])
  assert.deepEqual(splitLine(''), [])
})

test('ssh_config: jump hosts', () => {
  assert.deepEqual(parseJump('a'), { host: 'a' })
  assert.deepEqual(parseJump('u@a:22'), { host: 'a', user: 'u', port: 22 })
  assert.deepEqual(parseJump('ssh://u@a:22'), { host: 'a', user: 'u', port: 22 })
  assert.deepEqual(parseJump('[::1]:22'), { host: '::1', port: 22 })
  assert.deepEqual(parseJump('u@::1'), { host: '::1', user: 'u' })
  for (const bad of ['', 'a:b', 'a:0', '-x', 'u@', '[::1']) assert.equal(parseJump(bad), undefined, bad)
})

/** The text above with pieces cut out, doubled or put in. Nothing in it names a file that is not ours. */
const PIECES = ['"', "'", '\\', '=', ' ', '\t', '\r', '\n', '#', '%', '%h', '%%', '!', '*', '?', ',', '@', ':', '[', ']', '\0', 'é', 'Host ', 'Match ', 'Match exec "false"\n', 'Port ', 'ProxyJump ', 'ProxyCommand ', 'HostName ', 'Include nothing*\n', 'none', '70000', '-x']
const damaged = fc
  .array(fc.tuple(fc.nat(), fc.nat(12), fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4 }))), { minLength: 1, maxLength: 6 })
  .map((edits) => edits.reduce((text, [at, cut, piece]) => text.slice(0, at % (text.length + 1)) + piece + text.slice((at % (text.length + 1)) + (cut > 6 ? 0 : cut)), BIG))

test('ssh_config: a damaged file is read, or refused with its place; nothing throws, nothing is slow', { timeout: cases(60_000, 1_800_000) }, async (t) => {
  const measured = gauge(t)
  const count = cases(1_000, 100_000)
  const file = join(dir, 'damaged')
  let [refused, slowest] = [0, 0]
  await fc.assert(
    fc.asyncProperty(damaged, fc.constantFrom('web1', 'bad.example.org', '10.0.0.5', '::1', ''), async (text, name) => {
      writeFileSync(file, text)
      const begin = performance.now()
      const config = await loadSshConfig([{ path: file, required: true }], person.home)
      const { problems, port } = hostConfig(config, name, person)
      slowest = Math.max(slowest, performance.now() - begin)
      if (config.problems.length + problems.length > 0) refused++
      for (const problem of [...config.problems, ...config.warnings]) assert.match(problem, /^\/.*\/damaged:\d+: /)
      assert.ok(port === undefined || (port >= 1 && port <= 65_535))
    }),
    { numRuns: count },
  )
  measured(count)
  assert.ok(refused > count / 20 && refused < count, `${refused} refused: the damage should hit some and spare some`)
  assert.ok(slowest < 2_000, `the slowest took ${slowest} ms`)
})
