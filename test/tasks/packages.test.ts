import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arriving, candidate, indexAge, installed } from '../../engine/facts/packages.ts'
import { packages } from '../../engine/tasks/packages.ts'
import { given, type Given } from '../rig/plan.ts'
import { changesOf, planRows } from '../rig/rows.ts'

const has = (name: string, version: string, held = false): Given => given(installed(name), { kind: 'installed', version, held })
const newest = (name: string, version: string): Given => given(candidate(name), version)
const fresh = given(indexAge('apt'), 60)
const old = given(indexAge('apt'), 48 * 3600)

planRows<Parameters<typeof packages>[0]>('packages', packages, [
  ['absent', { names: ['curl', 'jq'] }, [], ['install curl, jq']],
  ['absent, and the index is fresh', { names: ['curl'] }, [fresh], ['install curl']],
  ['one of two', { names: ['curl', 'jq'] }, [has('curl', '7'), fresh], ['install jq']],
  ['there, and the index is old', { names: ['curl'] }, [has('curl', '7'), old], []],
  ['provided by another', { names: ['mail-transport-agent'] }, [given(installed('mail-transport-agent'), { kind: 'provided', by: 'postfix' })], []],
  ['only its configuration is there', { names: ['curl'] }, [given(installed('curl'), { kind: 'configured' })], ['install curl']],
  ['in this version', { names: ['curl=7.1-2'] }, [has('curl', '7.1-2')], []],
  ['in a version like this', { names: ['curl=7.*'] }, [has('curl', '7.1-2')], []],
  ['in another version', { names: ['curl=8.0'] }, [has('curl', '7.1-2')], ['change to curl=8.0']],
  ['one new, one in another version', { names: ['jq', 'curl=8.0'] }, [has('curl', '7.1-2')], ['install jq; change to curl=8.0']],
  ['held in another version', { names: ['curl=8.0'] }, [has('curl', '7.1-2', true)], ['refused: curl: held at the installed version']],
  ['held, and any version will do', { names: ['curl'] }, [has('curl', '7.1-2', true)], []],
  ['the newest is there', { names: ['curl'], state: 'latest' }, [has('curl', '7'), newest('curl', '7'), fresh], []],
  ['a newer one is known', { names: ['curl', 'jq'], state: 'latest' }, [has('curl', '7'), newest('curl', '8'), has('jq', '1'), newest('jq', '1'), fresh], ['bring curl to the newest version']],
  ['what is newest is not known', { names: ['curl', 'jq'], state: 'latest' }, [has('curl', '7'), newest('curl', '7'), old], ['install jq; bring curl to the newest version']],
  ['gone', { names: ['curl', 'jq'], state: 'absent' }, [has('curl', '7')], ['remove curl']],
  ['gone, but for its configuration', { names: ['curl'], state: 'absent' }, [given(installed('curl'), { kind: 'configured' })], []],
  ['purged', { names: ['curl'], state: 'absent', purge: true }, [given(installed('curl'), { kind: 'configured' })], ['purge curl']],
], [
  ['no name', { names: [] }, /names/],
  ['option for a name', { names: ['--force-yes'] }, /name as apt takes it/],
  ['name with a space', { names: ['curl jq'] }, /name as apt takes it/],
  ['version to remove', { names: ['curl=7'], state: 'absent' }, /state present only/],
  ['version of the newest', { names: ['curl=7'], state: 'latest' }, /state present only/],
])

test('fault 54: packages: nothing is asked; one transaction; a long list has a short title', () => {
  const names = 'abcdefgh'.split('').map((letter) => `${letter}-package`)
  const task = packages({ names, recommends: false })
  assert.equal(task.title, 'packages a-package, b-package, c-package, d-package, e-package and 3 more')
  const [change, ...others] = changesOf(task)
  assert.equal(others.length, 0)
  const [refresh, install] = change?.steps ?? []
  assert(refresh?.kind === 'run' && refresh.argv[4] === '86400')
  assert(install?.kind === 'run')
  const words = install.argv.join(' ')
  for (const expected of ['-o DPkg::Lock::Timeout=120', '--force-confold', '--no-install-recommends', '--no-remove', `install -- ${names.join(' ')}`]) assert(words.includes(expected), expected)
  assert.equal(install.env?.['DEBIAN_FRONTEND'], 'noninteractive')
  assert.equal(change?.touches, 'everything')
  assert.deepEqual(change?.effects.find(({ fact }) => fact.key === arriving('packages').key)?.value, { names, startsServices: true })
})
