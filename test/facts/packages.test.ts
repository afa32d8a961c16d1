import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { Unreadable } from '../../engine/facts/fact.ts'
import { arriving, candidate, indexAge, installed } from '../../engine/facts/packages.ts'
import { busyboxAlone, parsed, readWith, shells } from '../rig/shells.ts'

const ANSWER = `amd64
curl\tamd64\t7.88.1-10+deb12u5\tinstall\tinstalled\t
libc6\ti386\t2.36-9\tinstall\tinstalled\t
libc6\tamd64\t2.36-10\thold\tinstalled\tlibc6-2.36
old\tall\t1.0\tdeinstall\tconfig-files\t
half\tamd64\t1.0\tinstall\thalf-configured\t
postfix\tamd64\t3.7.6\tinstall\tinstalled\tmail-transport-agent, postfix-lib (= 1)
`

test('installed: what dpkg-query says', () => {
  const names = ['curl', 'libc6', 'libc6:i386', 'old', 'half', 'mail-transport-agent', 'postfix-lib', 'nothing', 'curl:arm64']
  assert.deepEqual(parsed(names.map(installed), ANSWER), [
    { kind: 'installed', version: '7.88.1-10+deb12u5', held: false },
    { kind: 'installed', version: '2.36-10', held: true },
    { kind: 'installed', version: '2.36-9', held: false },
    { kind: 'configured' },
    { kind: 'absent' },
    { kind: 'provided', by: 'postfix' },
    { kind: 'provided', by: 'postfix' },
    { kind: 'absent' },
    { kind: 'absent' },
  ])
})

test('candidate: what apt-cache policy says', () => {
  const answer = `curl:
  Installed: 7.88.1-10
  Candidate: 7.88.1-10+deb12u5
  Version table:
     7.88.1-10+deb12u5 500
 *** 7.88.1-10 100
mail-transport-agent:
  Installed: (none)
  Candidate: (none)
  Version table:
`
  assert.deepEqual(parsed(['curl', 'mail-transport-agent', 'nothing'].map(candidate), answer), ['7.88.1-10+deb12u5', undefined, undefined])
})

test('indexAge: seconds, or none that counts', () => {
  for (const [answer, age] of [['{mark}\n120\n', 120], ['{mark}\nnone\n', Infinity], ['{mark}\noutdated\n', Infinity], ['{mark}\n', Infinity]] as const)
    assert.deepEqual(parsed([indexAge('apt')], answer), [age])
})

test('arriving: nothing, and whether services would be started', () => {
  assert.deepEqual(parsed([arriving('packages')], '{mark}\nforbidden\n'), [{ names: [], startsServices: false }])
  assert.deepEqual(parsed([arriving('packages')], '{mark}\n'), [{ names: [], startsServices: true }])
})

for (const shell of shells)
  test(`installed, read on this machine with ${shell.name}: as dpkg-query says of one package`, () => {
    const version = execFileSync('dpkg-query', ['-W', '-f', '${Version}', 'dpkg'], { encoding: 'utf8' })
    const [dpkg, awk, none] = readWith(shell, ['dpkg', 'awk', 'no-such-package'].map(installed))
    assert.deepEqual(dpkg, { kind: 'installed', version, held: false })
    assert.match(Object(awk).by, /^(?:[mg]|original-)awk$/, 'awk is a name that several packages provide')
    assert.deepEqual(none, { kind: 'absent' })
    const [age] = readWith(shell, [indexAge('apt')])
    assert(typeof age === 'number' && age >= 0)
  })

test('fault 36: a host without dpkg says so', () => {
  // busybox brings a dpkg of its own, but no dpkg-query.
  const [answer] = readWith(busyboxAlone, [installed('curl')])
  assert(answer instanceof Unreadable)
  assert.match(answer.message, /no dpkg/)
})
