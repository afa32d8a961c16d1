import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { mounts } from '../../engine/facts/mounts.ts'
import { absent } from '../../engine/tasks/absent.ts'
import { aDirectory, aFile, aLink, aPipe } from '../../engine/testing/paths.ts'
import { foretoldAndDone, localHost } from '../rig/local.ts'
import { given } from '../rig/plan.ts'
import { changesOf, planRows } from '../rig/rows.ts'

const x = { path: '/data/x' }
const system = ['/', '/etc', '/etc/', '//usr', '/var/lib', '/usr/bin', '/root', '/home', '/var/lib/docker', '/lost+found', '/etc/systemd/system']

planRows<Parameters<typeof absent>[0]>('absent', absent, [
  ['is absent', x, [], []],
  ['a file', x, aFile('/data/x', ''), ['remove the file /data/x']],
  ['a pipe', x, [aPipe('/data/x')], ['remove the file /data/x']],
  ['a link', x, [aLink('/data/x', '/etc')], ['remove the link /data/x']],
  ['a directory', x, [aDirectory('/data/x')], ['remove the directory /data/x and everything in it']],
  ['a mount point', x, [aDirectory('/data/x'), given(mounts('/data/x'), ['/data/x'])], ['refused: /data/x is a mount point']],
  ['a mount below', x, [aDirectory('/data/x'), given(mounts('/data/x'), ['/data/x/cache'])], ['refused: something is mounted below /data/x: /data/x/cache']],
], [
  ...system.map((path): [string, Parameters<typeof absent>[0], RegExp] => [`path ${path}`, { path }, /belongs to the system/]),
  ['way around it', { path: '/data/../etc' }, /must not hold/],
])

test('absent, on this machine', async () => {
  await using local = await localHost()
  const at = (name: string) => `${local.directory}/${name}`
  await mkdir(at('kept'))
  await writeFile(at('kept/inside'), '')
  await symlink('kept', at('link'))
  await mkdir(at('tree/with/depth'), { recursive: true })
  await symlink('../kept', at('tree/link'))
  await writeFile(at("-rf it's"), '')
  for (const name of ['link', 'tree', "-rf it's"]) assert.equal((await foretoldAndDone(local, absent({ path: at(name) }))).length, 1)
  assert.deepEqual(await readdir(local.directory), ['kept'])
  assert.deepEqual(await readdir(at('kept')), ['inside'], 'what a link led to stays')
})

test('absent: the mount table of this machine is read as it is; in check mode, for safety', async () => {
  await using local = await localHost()
  await assert.rejects(async () => void (await local.host('check').ensure(absent({ path: '/dev/pts' }))), /\/dev\/pts is a mount point/)
})

test('absent: what is mounted below is seen where a directory above is a link', async () => {
  await using local = await localHost()
  await mkdir(`${local.directory}/disk/app/share`, { recursive: true })
  await symlink('disk', `${local.directory}/data`)
  const at = `${local.directory}/data/app`
  const step = changesOf(absent({ path: at }), [aDirectory(at)])[0]?.steps[0]
  assert(step?.kind === 'run')
  const inside = 'd=$1; shift; mount -t tmpfs none "$d" && touch "$d/precious" && { "$@"; came=$?; ls "$d"; exit "$came"; }'
  const { status, stdout, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', inside, 'sh', `${local.directory}/disk/app/share`, ...step.argv], { encoding: 'utf8' })
  assert.match(stderr, /share is a mount point: nothing was removed/)
  assert.deepEqual([status, stdout], [1, 'precious\n'])
})

test('absent: what was mounted after the look is seen at the last moment', async () => {
  await using local = await localHost()
  const at = `${local.directory}/tree`
  await mkdir(`${at}/a mount`, { recursive: true })
  await writeFile(`${at}/file`, '')
  const step = changesOf(absent({ path: at }), [aDirectory(at)])[0]?.steps[0]
  assert(step?.kind === 'run')
  const inside = 'd=$1; shift; mount -t tmpfs none "$d" && exec "$@"'
  const { status, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', inside, 'sh', `${at}/a mount`, ...step.argv], { encoding: 'utf8' })
  assert.match(stderr, /a mount is a mount point: nothing was removed/)
  assert.equal(status, 1)
  assert.deepEqual((await readdir(at)).sort(), ['a mount', 'file'])
})
