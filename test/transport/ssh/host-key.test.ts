import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { connectSsh } from '../../../engine/transport/ssh/connect.ts'
import { hostKeyJudge, strictVerifier, type HostKeyRecord } from '../../../engine/transport/ssh/host-key.ts'
import { fingerprint, hashedName, parseKnownHosts } from '../../../engine/transport/ssh/known-hosts.ts'
import { until } from '../../rig/until.ts'
import { makeKey, startSshd, type HostKeyType, type Sshd } from './sshd-rig.ts'

const TYPES: readonly HostKeyType[] = ['ed25519', 'ecdsa', 'rsa']
const rigs = new Map<HostKeyType, Sshd>()
before(async () => {
  for (const type of TYPES) rigs.set(type, await startSshd({ keys: [type] }))
})
after(async () => {
  for (const rig of rigs.values()) await rig[Symbol.asyncDispose]()
})

function rigFor(type: HostKeyType): Sshd {
  const rig = rigs.get(type)
  assert.ok(rig)
  return rig
}

/** What ssh itself says about a known_hosts file. */
async function theirs(rig: Sshd, file: string): Promise<string> {
  const options = { StrictHostKeyChecking: 'yes', UserKnownHostsFile: file, GlobalKnownHostsFile: '/dev/null', BatchMode: 'yes', IdentitiesOnly: 'yes', UpdateHostKeys: 'no', CheckHostIP: 'no' }
  const args = ['-F', 'none', ...Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]), '-i', rig.clientKey, '-p', String(rig.port), `${rig.user}@localhost`, 'true']
  try {
    await promisify(execFile)('ssh', args, { encoding: 'utf8', timeout: 20_000 })
    return 'match'
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
    if (/REVOKED/.test(text)) return 'host-key-revoked'
    if (/HAS CHANGED/.test(text)) return 'host-key-changed'
    if (/No \S+ host key is known/.test(text)) return 'host-key-unknown'
    return text
  }
}

async function ours(rig: Sshd, file: string): Promise<string> {
  const connected = await connectSsh(rig.settings({ host: 'localhost', address: 'localhost', knownHostsFiles: [file] }))
  if (!connected.ok) return connected.error.reason
  await connected.connection.close()
  return 'match'
}

/** A known_hosts file for a server on a port of its own; `stricter` is where we refuse what ssh takes. */
const MATRIX: readonly [name: string, lines: (port: number, key: string, others: readonly string[]) => string, expected: string, stricter?: string][] = [
  ['match', (port, key) => `[localhost]:${port} ${key}`, 'match'],
  ['unknown', (_, key) => `elsewhere ${key}`, 'host-key-unknown'],
  ['no file line at all', () => '', 'host-key-unknown'],
  ['changed', (port, _, [same]) => `[localhost]:${port} ${same}`, 'host-key-changed'],
  ['changed, another type', (port, _, [, another]) => `[localhost]:${port} ${another}`, 'host-key-changed'],
  ['one of several', (port, key, [, another]) => `[localhost]:${port} ${another}\n[localhost]:${port} ${key}`, 'match'],
  ['revoked', (port, key) => `@revoked [localhost]:${port} ${key}\n[localhost]:${port} ${key}`, 'host-key-revoked'],
  ['revoked everywhere', (port, key) => `[localhost]:${port} ${key}\n@revoked * ${key}`, 'host-key-revoked'],
  ['revoked for the bare name', (port, key) => `[localhost]:${port} ${key}\n@revoked localhost ${key}`, 'host-key-revoked', 'match'],
  ['hashed', (port, key) => `${hashedName(Buffer.alloc(20, 3), `[localhost]:${port}`)} ${key}`, 'match'],
  ['hashed and changed', (port, _, [same]) => `${hashedName(Buffer.alloc(20, 3), `[localhost]:${port}`)} ${same}`, 'host-key-changed'],
  ['wildcard', (port, key) => `[local*]:${port} ${key}`, 'match'],
  ['wildcard for the port', (_, key) => `[localhost]:* ${key}`, 'match'],
  ['negated', (port, key) => `*,![localhost]:${port} ${key}`, 'match'],
  ['negated, port and bare name', (port, key) => `*,![localhost]:${port},!localhost ${key}`, 'host-key-unknown'],
  ['another port', (port, key) => `[localhost]:${port + 1} ${key}`, 'host-key-unknown'],
  ['bare name', (_, key) => `localhost ${key}`, 'match'],
  ['bare name with another key', (_, __, [same]) => `localhost ${same}`, 'host-key-unknown'],
  ['authority', (port, key) => `@cert-authority [localhost]:${port} ${key}`, 'host-key-unknown'],
  ['damaged line before, CRLF', (port, key) => `[localhost]:${port} ${key.slice(0, 30)}\r\n[localhost]:${port} ${key}\r\n`, 'match'],
]

for (const type of TYPES) {
  test(`faults 15, 17, 18 and 19: host key ${type}: the same verdict as ssh`, async (t) => {
    const rig = rigFor(type)
    const other = makeKey(join(rig.dir, 'other_same'), type)
    const another = makeKey(join(rig.dir, 'other_type'), type === 'ed25519' ? 'ecdsa' : 'ed25519')
    const others = [other, another].map((file) => readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ').trim())
    for (const [name, lines, expected, sshSays] of MATRIX) {
      await t.test(name, async () => {
        const file = join(rig.dir, 'known_case')
        writeFileSync(file, `${lines(rig.port, rig.hostKey(type), others)}\n`)
        assert.equal(await ours(rig, file), expected)
        assert.equal(await theirs(rig, file), sshSays ?? expected)
      })
    }
  })
}

test('fault 21: host key: a server with all types is asked for the one on record', async () => {
  await using rig = await startSshd()
  for (const type of TYPES) {
    const file = join(rig.dir, `only_${type}`)
    writeFileSync(file, `[localhost]:${rig.port} ${rig.hostKey(type)}\n`)
    assert.equal(await ours(rig, file), 'match', type)
  }
})

test('fault 17: host key: unknown says fingerprint and the exact command, and that command works', async () => {
  const rig = rigFor('ed25519')
  const file = join(rig.dir, "known 'hosts'")
  const refused = await connectSsh(rig.settings({ knownHostsFiles: [file] }))
  assert.ok(!refused.ok)
  const [, base64 = ''] = rig.hostKey('ed25519').split(' ')
  assert.ok(refused.error.message.includes(fingerprint(Buffer.from(base64, 'base64'))), refused.error.message)
  const command = /ssh-keyscan .*$/m.exec(refused.error.hint ?? '')?.[0]
  assert.ok(command !== undefined && command.startsWith(`ssh-keyscan -p ${rig.port} 127.0.0.1 >> `), command)
  await promisify(execFile)('sh', ['-c', command])
  const connected = await connectSsh(rig.settings({ knownHostsFiles: [file] }))
  assert.ok(connected.ok)
  await connected.connection.close()
})

test('faults 18 and 19: host key: accept-new writes the key down once, and then holds to it', async () => {
  const rig = rigFor('ecdsa')
  const file = join(rig.dir, 'new', 'known_hosts')
  const settings = rig.settings({ knownHostsFiles: [file], acceptNew: true })
  const all = await Promise.all([connectSsh(settings), connectSsh(settings), connectSsh(settings)])
  for (const connected of all) {
    assert.ok(connected.ok)
    await connected.connection.close()
  }
  assert.equal(readFileSync(file, 'utf8'), `[127.0.0.1]:${rig.port} ${rig.hostKey('ecdsa')}\n`)
  assert.equal(statSync(file).mode & 0o777, 0o600)

  const stranger = rigFor('ed25519').hostKey('ed25519')
  writeFileSync(file, `[127.0.0.1]:${rig.port} ${stranger}`)
  const changed = await connectSsh(settings)
  assert.equal(changed.ok ? '' : changed.error.reason, 'host-key-changed')
  assert.match(changed.ok ? '' : changed.error.message, new RegExp(`has CHANGED.*${file}:1`))
  writeFileSync(file, `@revoked * ${rig.hostKey('ecdsa')}`)
  const revoked = await connectSsh(settings)
  assert.equal(revoked.ok ? '' : revoked.error.reason, 'host-key-revoked')
})

test('host key: accept-new hashes the name where the file does, and keeps a last line without an end', async () => {
  const rig = rigFor('ecdsa')
  const file = join(rig.dir, 'hashed')
  const [stranger] = [rigFor('ed25519').hostKey('ed25519')]
  writeFileSync(file, `${hashedName(Buffer.alloc(20, 1), 'somebody')} ${stranger}`)
  const connected = await connectSsh(rig.settings({ knownHostsFiles: [file], acceptNew: true }))
  assert.ok(connected.ok)
  await connected.connection.close()
  const { entries, warnings } = parseKnownHosts(readFileSync(file, 'utf8'), file)
  assert.deepEqual([entries.map(({ names }) => names.kind), warnings], [['hashed', 'hashed'], []])
})

test('host key: accept-new does not accept what it cannot write down', async () => {
  const rig = rigFor('ecdsa')
  mkdirSync(join(rig.dir, 'a-file'), { recursive: true })
  const blocked = join(rig.dir, 'plain-file')
  writeFileSync(blocked, '')
  const refused = await connectSsh(rig.settings({ knownHostsFiles: [join(rig.dir, 'not-there'), join(blocked, 'x')], acceptNew: true }))
  assert.match(refused.ok ? '' : refused.error.message, /known_hosts file .* cannot be read \(ENOTDIR\)/)
  assert.ok(!existsSync(join(rig.dir, 'not-there')))

  const unwritable = hostKeyJudge(record({ files: ['/proc/hostwright/known_hosts'], acceptNew: true }))
  assert.equal(unwritable.verify(KEY), true)
  assert.equal(unwritable.remember(), false)
  assert.match(unwritable.problem()?.message ?? '', /cannot be written down/)
  for (const host of ['*', 'a,b', 'a b', 'a\nb']) {
    const odd = hostKeyJudge(record({ names: { host, port: 22 }, files: [join(rig.dir, 'odd')], acceptNew: true }))
    assert.equal(odd.verify(KEY), true)
    assert.equal(odd.remember(), false)
    assert.ok(!existsSync(join(rig.dir, 'odd')))
  }
})

test('fault 18: host key: with a key that is refused the login does not begin, by the log of sshd', async () => {
  await using rig = await startSshd({ keys: ['ed25519'], config: ['LogLevel DEBUG1'] })
  const stranger = makeKey(join(rig.dir, 'stranger'), 'ed25519')
  const file = join(rig.dir, 'wrong')
  const [, wrong = ''] = readFileSync(`${stranger}.pub`, 'utf8').split(' ')
  for (const [lines, verdict] of [['', 'host-key-unknown'], [`[localhost]:${rig.port} ssh-ed25519 ${wrong}`, 'host-key-changed'], [`@revoked * ${rig.hostKey('ed25519')}`, 'host-key-revoked']] as const) {
    writeFileSync(file, `${lines}\n`)
    const before = rig.log().split('\n').length
    assert.equal(await ours(rig, file), verdict)
    const since = () => rig.log().split('\n').slice(before).join('\n')
    assert.ok(await until(() => /Connection (?:closed|reset) by|Disconnected from/.test(since()), 10_000), since())
    assert.match(since(), /SSH2_MSG_KEXINIT received/, 'keys were exchanged')
    assert.doesNotMatch(since(), /userauth|SSH2_MSG_SERVICE_ACCEPT|Accepted|Failed/, verdict)
  }
  // The same log does tell of a login.
  writeFileSync(file, `[localhost]:${rig.port} ${rig.hostKey('ed25519')}\n`)
  assert.equal(await ours(rig, file), 'match')
  assert.match(rig.log(), /userauth-request for user/)
})

test('fault 20: host key: an unreadable known_hosts file stops before contact', async () => {
  const rig = rigFor('rsa')
  const before = rig.log()
  const file = join(rig.dir, 'a-directory')
  mkdirSync(file, { recursive: true })
  const refused = await connectSsh(rig.settings({ knownHostsFiles: [rig.knownHosts, file] }))
  assert.equal(refused.ok ? '' : refused.error.reason, 'local-key')
  assert.match(refused.ok ? '' : refused.error.message, /a-directory cannot be read \(EISDIR\)/)
  assert.equal(rig.log(), before)
})

test('fault 20: host key: damaged lines are handed on as warnings', async () => {
  const rig = rigFor('rsa')
  const file = join(rig.dir, 'damaged')
  writeFileSync(file, `what is this\n${readFileSync(rig.knownHosts, 'utf8')}`)
  const connected = await connectSsh(rig.settings({ knownHostsFiles: [file] }))
  assert.ok(connected.ok)
  assert.deepEqual(connected.warnings, [`${file}:1: the key is not of type "is"; the line is left out`])
  await connected.connection.close()
})

const KEY = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.alloc(36, 1)])
const ANOTHER = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.alloc(36, 2)])
const record = (other: Partial<HostKeyRecord>): HostKeyRecord => ({ label: 'h', names: { host: 'h', port: 22 }, entries: [], files: [], warnings: [], acceptNew: false, keyscan: 'ssh-keyscan h', ...other })

test('verifier: only a literal true given at once is a yes', () => {
  assert.equal(strictVerifier(() => true)(KEY), true)
  assert.equal(strictVerifier(() => false)(KEY), false)
  assert.equal(
    strictVerifier(() => {
      throw new Error('oops')
    })(KEY),
    false,
  )
  // What the compiler refuses is refused at run time too.
  // @ts-expect-error a promise is not a verdict
  assert.equal(strictVerifier(async () => true)(KEY), false)
  // @ts-expect-error nothing is not a verdict
  assert.equal(strictVerifier(() => {})(KEY), false)
  // @ts-expect-error a truthy value is not a verdict
  assert.equal(strictVerifier(() => 1)(KEY), false)
})

test('fault 13: verifier: it stays with the key it took, also where new ones are welcome', () => {
  const judge = hostKeyJudge(record({ acceptNew: true }))
  assert.equal(judge.verify(KEY), true)
  assert.equal(judge.verify(KEY), true)
  assert.equal(judge.verify(ANOTHER), false)
  assert.equal(judge.problem()?.reason, 'host-key-changed')
  assert.match(judge.problem()?.message ?? '', /while connected/)
})
