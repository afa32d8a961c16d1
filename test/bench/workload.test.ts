/** The workload says the same in every tongue: what the script by hand makes of it, and what we do, is what the manifest expects. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, rmSync } from 'node:fs'
import { test } from 'node:test'
import { scriptOf } from '../../bench/peers/script.ts'
import { FIFTY, HUNDRED, items } from '../../bench/workload/items.ts'
import { differences, expectedManifest, manifestCommand, readManifest } from '../../bench/workload/manifest.ts'
import { taskOf } from '../../bench/workload/tasks.ts'
import { localHost } from '../rig/local.ts'

const sh = (script: string) => execFileSync('/bin/sh', { input: script, encoding: 'utf8', timeout: 60_000 })
const found = (root: string) => readManifest(sh(manifestCommand(root)))

test('a hundred tasks, and fifty', () => {
  assert.equal(items('a').length, 100)
  assert.equal(items('a', { mixture: FIFTY }).length, 50)
  assert.equal(Object.values(HUNDRED).reduce((sum, each) => sum + each), 100)
})

test('the script by hand and we leave the same files, and then nothing is left to do', { timeout: 120_000 }, async () => {
  await using local = await localHost()
  const [ours, theirs] = [`${local.directory}/ours`, `${local.directory}/theirs`]
  const script = scriptOf(items('a', { root: theirs }))
  assert.equal(sh(script), '100\n')
  assert.equal(sh(script), '0\n')
  assert.deepEqual(differences(expectedManifest(items('a', { root: theirs }), theirs), found(theirs)), [])

  const tasks = items('a', { root: ours }).map(taskOf)
  const [first, second] = [await local.host().ensure(...tasks), await local.host().ensure(...tasks)]
  assert.deepEqual([first.filter(({ changed }) => changed).length, second.filter(({ changed }) => changed).length], [100, 0])
  assert.deepEqual(differences(expectedManifest(items('a', { root: ours }), ours), found(ours)), [])
})

test('what is different is told: content, mode, what is missing, what is too much', () => {
  const root = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim()
  try {
    sh(`chmod 755 ${root}\n${scriptOf(items('a', { root }))}`)
    appendFileSync(`${root}/d1/file`, 'x')
    chmodSync(`${root}/d2`, 0o700)
    rmSync(`${root}/link3`)
    appendFileSync(`${root}/d4/stray`, '')
    const told = differences(expectedManifest(items('a', { root }), root), found(root)).map((row) => row.replace(/ [0-9a-f]{64}$/, '').replaceAll(root, ''))
    assert.deepEqual(told.sort(), [
      'missing: d /d2 755 0:0', 'missing: f /d1/file 644 0:0', 'missing: l /link3 /d3',
      'unexpected: d /d2 700 0:0', 'unexpected: f /d1/file 644 0:0', 'unexpected: f /d4/stray 644 0:0',
    ])
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})
