import assert from 'node:assert/strict'
import { mkdir, readdir, readlink, symlink, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { link } from '../../engine/tasks/link.ts'
import { aDirectory, aFile, aLink, aPipe } from '../../engine/testing/paths.ts'
import { foretoldAndDone, localHost } from '../rig/local.ts'
import { planRows } from '../rig/rows.ts'

const opt = aDirectory('/opt')
const now = { path: '/opt/now', target: 'v2' }

planRows<Parameters<typeof link>[0]>('link', link, [
  ['absent', now, [opt], ['link /opt/now to v2']],
  ['as wished', now, [opt, aLink('/opt/now', 'v2')], []],
  ['leads elsewhere', now, [opt, aLink('/opt/now', 'v1')], ['turn the link /opt/now to v2']],
  ['a file in the way', now, [opt, ...aFile('/opt/now', 'x')], ['refused: /opt/now is a file']],
  ['a file in the way, with force', { ...now, force: true }, [opt, ...aFile('/opt/now', 'x')], ['replace the file /opt/now by a link to v2']],
  ['a directory in the way', { ...now, force: true }, [opt, aDirectory('/opt/now')], ['refused: /opt/now is a directory']],
  ['a pipe in the way', { ...now, force: true }, [opt, aPipe('/opt/now')], ['refused: /opt/now is neither file, directory nor link']],
  ['no directory to stand in', now, [], ['refused: the directory /opt does not exist']],
], [
  ['relative path', { path: 'now', target: 'v2' }, /must be absolute/],
  ['empty target', { path: '/opt/now', target: '' }, /target/],
  ['target with a newline', { path: '/opt/now', target: 'a\nb' }, /control characters/],
])

test('link, on this machine', async () => {
  await using local = await localHost()
  const at = (name: string) => `${local.directory}/${name}`
  await mkdir(at('v1'))
  await symlink('v1', at('turned'))
  await writeFile(at('file'), 'x')
  const targets: [name: string, target: string, force: boolean][] = [['new', 'v1', false], ['turned', 'nowhere/yet', false], ['file', "it's $(here)", true], ['dashes', '-rf', false]]
  for (const [name, target, force] of targets) {
    assert.equal((await foretoldAndDone(local, link({ path: at(name), target, force }))).length, 1)
    assert.equal(await readlink(at(name)), target)
  }
  assert.deepEqual((await readdir(local.directory)).sort(), ['dashes', 'file', 'new', 'turned', 'v1'])
  assert.deepEqual(await readdir(at('v1')), [], 'a link to a directory is turned, not entered')
})
