import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { group, user } from '../../engine/facts/accounts.ts'
import { digest, path, type PathState } from '../../engine/facts/path.ts'
import { planTask } from '../../engine/host/plan.ts'
import { file, sourceFile } from '../../engine/tasks/file.ts'
import { contentOf } from '../../engine/values/content.ts'
import { Secret } from '../../engine/values/secret.ts'
import { aUser } from '../rig/accounts.ts'
import { localHost } from '../rig/local.ts'
import { given, modelOf, type Given } from '../rig/plan.ts'
import { changesOf, planRows } from '../rig/rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'hw-file-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const source = join(folder, 'source')
writeFileSync(source, 'from a file\n')

const inode = { mode: '0644', uid: 0, gid: 0, size: 4 }
const parent = given(path('/etc'), { ...inode, kind: 'directory', mode: '0755' })
const there = (content: string, more: Partial<typeof inode> = {}): Given[] => [parent, given(path('/etc/f'), { ...inode, ...more, kind: 'file' }), given(digest('/etc/f'), contentOf(content).digest)]
const at = (state: PathState): Given[] => [parent, given(path('/etc/f'), state)]
const wwwData = [given(user('www-data'), { kind: 'present', uid: 33, gid: 33, comment: '', home: '/', shell: '/bin/sh', group: 'www-data', groups: [] }), given(group('adm'), { kind: 'present', gid: 4, members: [] })]
const wish = { path: '/etc/f', content: 'text' }

planRows<Parameters<typeof file>[0]>('file', file, [
  ['absent', wish, [parent], ['create /etc/f']],
  ['as wished', wish, there('text'), []],
  ['other content', wish, there('old'), ['write /etc/f']],
  ['other content and mode: one write', { ...wish, mode: '0600' }, there('old'), ['write /etc/f']],
  ['other mode', { ...wish, mode: '600' }, there('text'), ['chmod 0600 /etc/f']],
  ['the mode is left alone when none is given', wish, there('text', { mode: '0440' }), []],
  ['other owner', { ...wish, owner: 'www-data', group: 'adm' }, [...there('text'), ...wwwData], ['chown www-data:adm /etc/f']],
  ['an owner that is another name for the same number', { ...wish, owner: 'toor' }, [...there('text'), aUser('toor', { uid: 0 })], []],
  ['an owner whose number is not known yet', { ...wish, owner: 'new' }, [...there('text'), aUser('new', { uid: -1 })], ['chown new /etc/f']],
  ['owner by number', { ...wish, owner: '33' }, there('text', { uid: 33 }), []],
  ['setuid is set again after chown', { ...wish, mode: '4755', owner: 'www-data' }, [...there('text', { mode: '4755' }), ...wwwData], ['chown www-data /etc/f', 'chmod 4755 /etc/f']],
  ['bytes', { path: '/etc/f', content: Buffer.from('text') }, there('text'), []],
  ['a secret', { path: '/etc/f', content: new Secret('text') }, there('text'), []],
  ['a file of the controller', { path: '/etc/f', source }, there('from a file\n'), []],
  ['empty', { path: '/etc/f', content: '' }, there(''), []],
  ['no directory', wish, [], ['refused: the directory /etc does not exist']],
  ['a file where the directory should be', wish, [given(path('/etc'), { ...inode, kind: 'file' })], ['refused: /etc is a file, not a directory']],
  ['faults 45 and 48: a directory at the path', wish, at({ ...inode, kind: 'directory' }), ['refused: /etc/f is a directory']],
  ['a pipe at the path', wish, at({ ...inode, kind: 'other' }), ['refused: /etc/f is neither file, directory nor link']],
  ['fault 46: a link at the path', wish, at({ ...inode, kind: 'link', target: '/real' }), ['refused: /etc/f is a link to /real']],
  ['fault 46: a link that may be replaced', { ...wish, replaceLink: true }, at({ ...inode, kind: 'link', target: '/real' }), ['replace the link /etc/f']],
  ['an owner that is not there', { ...wish, owner: 'nobody-here' }, [parent], ['refused: there is no user "nobody-here"']],
], [
  ['relative path', { path: 'etc/f', content: '' }, /must be absolute/],
  ['content and source together', { path: '/f', content: '', source }, /either `content` or `source`/],
  ['neither content nor source', { path: '/f' }, /either `content` or `source`/],
])

test('a source that is not there is told with its whole path, also to a role that asks for it itself', () => {
  assert.throws(() => sourceFile('no/such'), { message: `the source ${process.cwd()}/no/such cannot be read: there is no such file` })
})

test('a link at the path: the hint is one that also the user of a role can follow', () => {
  const task = file(wish)
  const planned = planTask(task, modelOf(task, at({ ...inode, kind: 'link', target: '/real' })))
  assert.equal(planned.kind === 'refused' && planned.hint, 'make it a plain file; or in the task: name the target, or say replaceLink: true')
})

const writeOf = (params: Parameters<typeof file>[0], facts: readonly Given[]) => {
  const step = changesOf(file(params), facts)[0]?.steps[0]
  assert.ok(step?.kind === 'write')
  return step
}

test('a secret file is 0600 unless said otherwise; a new file 0644', () => {
  assert.equal(writeOf({ path: '/etc/f', content: new Secret('text') }, [parent]).mode, '0600')
  assert.equal(writeOf({ path: '/etc/f', content: new Secret('text'), mode: '0640' }, [parent]).mode, '0640')
  assert.equal(writeOf(wish, [parent]).mode, '0644')
})

test('what is replaced keeps its owner, its group and its mode', () => {
  const { owner, mode } = writeOf(wish, there('old', { uid: 12, gid: 34, mode: '0750' }))
  assert.deepEqual([owner, mode], ['12:34', '0750'])
})

test('a backup is made of a file only', () => {
  assert.equal(writeOf({ ...wish, backup: true }, there('old')).backup, true)
  assert.equal(writeOf({ ...wish, backup: true }, [parent]).backup, undefined)
})

test('fault 58: times tell nothing: a file from tomorrow is as wished, and one that was changed in the same second is not', async () => {
  await using local = await localHost()
  const task = file({ path: `${local.directory}/f`, content: 'one\n' })
  await local.host().ensure(task)
  for (const year of [1971, 2099]) {
    utimesSync(`${local.directory}/f`, new Date(year, 0), new Date(year, 0))
    assert.deepEqual((await local.host('check').ensure(task))[0].changes, [])
    writeFileSync(`${local.directory}/f`, 'two\n')
    utimesSync(`${local.directory}/f`, new Date(year, 0), new Date(year, 0))
    assert.equal((await local.host().ensure(task))[0].changed, true)
  }
})
