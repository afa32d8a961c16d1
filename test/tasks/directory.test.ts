import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { test } from 'node:test'
import { user } from '../../engine/facts/accounts.ts'
import { path } from '../../engine/facts/path.ts'
import { strays } from '../../engine/facts/strays.ts'
import { directory } from '../../engine/tasks/directory.ts'
import { localHost } from '../rig/local.ts'
import { given, leftAfter, planOf, type Given } from '../rig/plan.ts'

const there = (mode: string, owner = 'root') => given(path('/data/x'), { kind: 'directory', mode, uid: owner === 'root' ? 0 : 33, gid: 0, size: 4096 })
const wwwData = given(user('www-data'), { kind: 'present', uid: 33, gid: 33, comment: '', home: '/', shell: '/bin/sh', group: 'www-data', groups: [] })
const root = given(user('root'), { kind: 'present', uid: 0, gid: 0, comment: '', home: '/root', shell: '/bin/sh', group: 'root', groups: [] })

const rows: [what: string, params: Parameters<typeof directory>[0], facts: Given[], changes: string[]][] = [
  ['absent', { path: '/data/x' }, [], ['create /data/x']],
  ['absent, with owner', { path: '/data/x', owner: 'www-data' }, [wwwData], ['create /data/x', 'chown www-data /data/x']],
  ['as wished', { path: '/data/x', mode: '755', owner: 'root' }, [there('0755'), root], []],
  ['other mode', { path: '/data/x', mode: '0700' }, [there('0755')], ['chmod 0700 /data/x']],
  ['other owner', { path: '/data/x', owner: 'www-data' }, [there('0755'), wwwData], ['chown www-data /data/x']],
  ['owner by number', { path: '/data/x', owner: '33' }, [there('0755', 'www-data')], []],
  ['setgid is set again after chown', { path: '/data/x', mode: '2755', owner: 'www-data' }, [there('2755'), wwwData], ['chown www-data /data/x', 'chmod 2755 /data/x']],
  ['below a setgid directory, which hands its bit on', { path: '/data/x/y', mode: '0750' }, [given(path('/data'), { kind: 'directory', mode: '2755', uid: 0, gid: 33, size: 0 })], ['create /data/x/y', 'chmod 0750 /data/x/y']],
  ['unknown owner', { path: '/data/x', owner: 'nobody-here' }, [], ['refused: there is no user "nobody-here"']],
  ['a file in the way', { path: '/data/x' }, [given(path('/data/x'), { kind: 'file', mode: '0644', uid: 0, gid: 0, size: 1 })], ['refused: /data/x exists and is a file']],
  ['strays below', { path: '/data/x', recurse: true }, [there('0755'), given(strays(['/data/x', '', '', '0755', '']), { paths: ['/data/x/a'], more: false })], ['set owner and mode below /data/x']],
]

for (const [what, params, facts, changes] of rows) {
  test(`directory: ${what}`, () => {
    const task = directory(params)
    assert.deepEqual(planOf(task, facts), changes)
    if (!changes[0]?.startsWith('refused')) assert.deepEqual(leftAfter(task, facts), [])
  })
}

test('directory: below a setgid directory, on this machine', async () => {
  await using local = await localHost()
  const at = `${local.directory}/team`
  execFileSync('install', ['-d', '-m', '2775', '-g', 'nogroup', at])
  for (const [name, mode] of [['a/b', '0750'], ['c', '2770'], ['d', '0755']] as const) {
    const task = directory({ path: `${at}/${name}`, mode })
    const foretold = (await local.host('check').ensure(task))[0].changes
    assert.deepEqual((await local.host().ensure(task))[0].changes, foretold)
    assert.deepEqual((await local.host().ensure(task))[0].changes, [])
    assert.equal((statSync(`${at}/${name}`).mode & 0o7777).toString(8).padStart(4, '0'), mode)
  }
})

test('directory: a relative path, "..", and a mode that YAML mangled are refused', () => {
  assert.throws(() => directory({ path: 'data' }), /must be absolute/)
  assert.throws(() => directory({ path: '/data/../etc' }), /must not hold/)
  // @ts-expect-error a mode is a string
  assert.throws(() => directory({ path: '/data', mode: 493 }), /write a mode in quotes/)
})
