import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { fingerprint, hashedName, knownTypes, parseKnownHosts, verdict, type Verdict } from '../../../engine/transport/ssh/known-hosts.ts'
import { cases, gauge } from '../../rig/cases.ts'
import { makeKey } from './sshd-rig.ts'

const dir = mkdtempSync(join(tmpdir(), 'hostwright-known-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))

const keys = { ed25519: publicKey('ed25519'), other: publicKey('ed25519', 'other'), ecdsa: publicKey('ecdsa'), rsa: publicKey('rsa') }
type KeyName = keyof typeof keys

function publicKey(type: string, name = type): { line: string; blob: Buffer } {
  const file = makeKey(join(dir, name), type)
  const [algorithm = '', base64 = ''] = execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).split(' ')
  return { line: `${algorithm} ${base64.trim()}`, blob: Buffer.from(base64, 'base64') }
}

const salt = Buffer.alloc(20, 7)
const judge = (text: string, host: string, port: number, key: KeyName, address?: string): Verdict =>
  verdict(parseKnownHosts(text, 'file').entries, { host, port, ...(address === undefined ? {} : { address }) }, keys[key].blob)

const rows: readonly [name: string, text: string, host: string, port: number, key: KeyName, expected: Verdict, address?: string][] = [
  ['a plain name', `web1 ${keys.ed25519.line}`, 'web1', 22, 'ed25519', 'match'],
  ['case does not count', `WEB1 ${keys.ed25519.line}`, 'Web1', 22, 'ed25519', 'match'],
  ['another name', `web2 ${keys.ed25519.line}`, 'web1', 22, 'ed25519', 'unknown'],
  ['another key of the same type', `web1 ${keys.other.line}`, 'web1', 22, 'ed25519', 'changed'],
  ['another key of another type', `web1 ${keys.rsa.line}`, 'web1', 22, 'ed25519', 'changed'],
  ['one of several keys', `web1 ${keys.rsa.line}\nweb1 ${keys.ed25519.line}`, 'web1', 22, 'ed25519', 'match'],
  ['a name in a list', `a,web1,10.0.0.5 ${keys.ecdsa.line}`, '10.0.0.5', 22, 'ecdsa', 'match'],
  ['a star', `*.example.org ${keys.rsa.line}`, 'a.b.example.org', 22, 'rsa', 'match'],
  ['a question mark', `web? ${keys.rsa.line}`, 'web1', 22, 'rsa', 'match'],
  ['an exception', `*.example.org,!bad.example.org ${keys.rsa.line}`, 'bad.example.org', 22, 'rsa', 'unknown'],
  ['an exception alone', `!bad ${keys.rsa.line}`, 'good', 22, 'rsa', 'unknown'],
  ['fault 15: a port', `[web1]:2222 ${keys.rsa.line}`, 'web1', 2222, 'rsa', 'match'],
  ['the wrong port', `[web1]:2223 ${keys.rsa.line}`, 'web1', 2222, 'rsa', 'unknown'],
  ['a port does not speak for 22', `[web1]:2222 ${keys.rsa.line}`, 'web1', 22, 'rsa', 'unknown'],
  ['the bare name recognises on any port', `web1 ${keys.rsa.line}`, 'web1', 2222, 'rsa', 'match'],
  ['the bare name accuses nobody on another port', `web1 ${keys.other.line}`, 'web1', 2222, 'ed25519', 'unknown'],
  ['IPv6', `::1 ${keys.rsa.line}`, '::1', 22, 'rsa', 'match'],
  ['fault 14: IPv6 with a port', `[::1]:2222 ${keys.rsa.line}`, '::1', 2222, 'rsa', 'match'],
  ['fault 14: IPv6 with a zone', `fe80::1%eth0 ${keys.rsa.line}`, 'fe80::1%eth0', 22, 'rsa', 'match'],
  ['a hashed name', `${hashedName(salt, 'web1')} ${keys.rsa.line}`, 'web1', 22, 'rsa', 'match'],
  ['a hashed name with a port', `${hashedName(salt, '[web1]:2222')} ${keys.rsa.line}`, 'web1', 2222, 'rsa', 'match'],
  ['a hashed name with another key', `${hashedName(salt, 'web1')} ${keys.ecdsa.line}`, 'web1', 22, 'rsa', 'changed'],
  ['a hash with a wildcard matches nothing else', `${hashedName(salt, '*')} ${keys.rsa.line}`, 'web1', 22, 'rsa', 'unknown'],
  ['revoked', `@revoked web1 ${keys.rsa.line}\nweb1 ${keys.rsa.line}`, 'web1', 22, 'rsa', 'revoked'],
  ['revoked everywhere', `@revoked * ${keys.rsa.line}\n[web1]:2222 ${keys.rsa.line}`, 'web1', 2222, 'rsa', 'revoked'],
  ['revoked for the bare name', `@revoked web1 ${keys.rsa.line}\n[web1]:2222 ${keys.rsa.line}`, 'web1', 2222, 'rsa', 'revoked'],
  ['another key is revoked', `@revoked web1 ${keys.ecdsa.line}\nweb1 ${keys.rsa.line}`, 'web1', 22, 'rsa', 'match'],
  ['a revoked key alone makes no host known', `@revoked web1 ${keys.ecdsa.line}`, 'web1', 22, 'rsa', 'unknown'],
  ['an authority never matches', `@cert-authority * ${keys.rsa.line}`, 'web1', 22, 'rsa', 'unknown'],
  ['CRLF, comments, empty lines', `# a comment\r\n\r\n  \r\n  web1 ${keys.rsa.line} somebody@somewhere\r\n`, 'web1', 22, 'rsa', 'match'],
  ['the second name matches', `web1 ${keys.rsa.line}`, '10.0.0.5', 22, 'rsa', 'match', 'web1'],
  ['the second name disagrees', `10.0.0.5 ${keys.rsa.line}\nweb1 ${keys.ecdsa.line}`, '10.0.0.5', 22, 'rsa', 'changed', 'web1'],
  ['the second name is revoked', `10.0.0.5 ${keys.rsa.line}\n@revoked web1 ${keys.rsa.line}`, '10.0.0.5', 22, 'rsa', 'revoked', 'web1'],
  ['nothing at all', '', 'web1', 22, 'rsa', 'unknown'],
]

for (const [name, text, host, port, key, expected, address] of rows) {
  test(`known_hosts: ${name}: ${expected}`, () => assert.equal(judge(text, host, port, key, address), expected))
}

const damaged: readonly [line: string, why: RegExp][] = [
  ['web1', /not "names key-type key"/],
  [`web1 ssh-ed25519`, /not "names key-type key"/],
  ['web1 ssh-ed25519 ????', /not base64/],
  [`web1 ssh-rsa ${keys.ed25519.line.split(' ')[1]}`, /not of type "ssh-rsa"/],
  [`@trusted web1 ${keys.rsa.line}`, /unknown marker "@trusted"/],
  [`|1|short|hash ${keys.rsa.line}`, /hashed name is damaged/],
  [`|2|${salt.toString('base64')}|${salt.toString('base64')} ${keys.rsa.line}`, /hashed name is damaged/],
  ['web1 2048 35 1234567890', /not base64|not of type/],
]

test('fault 20: known_hosts: a damaged line is told about with its place, the others count', () => {
  for (const [line, why] of damaged) {
    const { entries, warnings } = parseKnownHosts(`good ${keys.rsa.line}\n${line}\nweb1 ${keys.rsa.line}\n`, '/k')
    assert.equal(entries.length, 2, line)
    assert.match(warnings.join(), /^\/k:2: /)
    assert.match(warnings.join(), why)
  }
})

test('known_hosts: types on record, exact lines before bare ones', () => {
  const { entries } = parseKnownHosts(`web1 ${keys.rsa.line}\n[web1]:2222 ${keys.ecdsa.line}\n@revoked web1 ${keys.ed25519.line}\n`, 'f')
  assert.deepEqual(knownTypes(entries, { host: 'web1', port: 2222 }), ['ecdsa-sha2-nistp256'])
  assert.deepEqual(knownTypes(entries, { host: 'web1', port: 2223 }), ['ssh-rsa'])
})

test('known_hosts: the fingerprint is the one ssh-keygen prints', () => {
  for (const [name, { blob }] of Object.entries(keys)) {
    assert.equal(fingerprint(blob), execFileSync('ssh-keygen', ['-lf', join(dir, `${name}.pub`)], { encoding: 'utf8' }).split(' ')[1])
  }
})

// (In lower case: ssh itself lowers the name before it looks, ssh-keygen does not.)
test('known_hosts: ssh-keygen -F finds the same lines', () => {
  const text = rows.map(([, lines]) => lines).join('\n')
  const plain = join(dir, 'plain')
  const hashed = join(dir, 'hashed')
  writeFileSync(plain, `${text}\n`)
  writeFileSync(hashed, `web1 ${keys.rsa.line}\n[web1]:2222 ${keys.ecdsa.line}\n10.0.0.5 ${keys.ed25519.line}\n`)
  execFileSync('ssh-keygen', ['-q', '-H', '-f', hashed], { stdio: 'ignore' })
  let found = 0
  for (const file of [plain, hashed]) {
    const { entries } = parseKnownHosts(execFileSync('cat', [file], { encoding: 'utf8' }), file)
    for (const name of ['web1', '[web1]:2222', '[web1]:2223', 'web2', '10.0.0.5', 'a.example.org', 'bad.example.org', 'good', '::1', '[::1]:2222', 'nobody']) {
      const theirs = [...spawnSync('ssh-keygen', ['-F', name, '-f', file], { encoding: 'utf8' }).stdout.matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]))
      const [, host = name, port = '22'] = /^\[(.*)\]:(\d+)$/.exec(name) ?? []
      // One line at a time: every line whose key ours would take or refuse for that name. A line for the bare name is not what -F looks for.
      const ours = entries.filter((entry) => {
        const plainEntry = { names: entry.names, type: entry.type, key: entry.key, file: entry.file, line: entry.line }
        return verdict([plainEntry], { host, port: Number(port) }, Buffer.from('no key')) === 'changed'
      })
      assert.deepEqual(ours.map(({ line }) => line), theirs, `${name} in ${file}`)
      found += theirs.length
    }
  }
  assert.ok(found > 30, `only ${found} lines were compared`)
})

test('known_hosts: no text makes the reader throw, and a text without the key never matches', { timeout: cases(60_000, 1_800_000) }, (t) => {
  const measured = gauge(t)
  const count = cases(3_000, 300_000)
  const part = fc.constantFrom('web1', '*', '!web1', ',', ' ', '\t', '\r', '\n', '@revoked ', '@cert-authority ', '|1|', '|', '#', 'ssh-ed25519 ', keys.other.line, keys.rsa.line, 'AAAA', '=', '\0', 'é')
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string()), { maxLength: 30 }), (parts) => {
      const found = judge(parts.join(''), 'web1', 22, 'ed25519')
      assert.ok(found === 'unknown' || found === 'changed', found)
    }),
    { numRuns: count },
  )
  measured(count)
})

test('known_hosts: a pattern made to be slow is not', () => {
  const start = performance.now()
  judge(`${'*a'.repeat(2_000)} ${keys.rsa.line}`, 'a'.repeat(200), 22, 'rsa')
  assert.ok(performance.now() - start < 1_000)
})
