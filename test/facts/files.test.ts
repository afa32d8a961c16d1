import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { mounts } from '../../engine/facts/mounts.ts'
import { passwordDigest } from '../../engine/facts/password-digest.ts'
import { sha256 } from '../../engine/values/content.ts'
import { parsed, readWith, shells } from '../rig/shells.ts'

test('mounts: at a path and beneath it, with the spaces that the table escapes', () => {
  const table = 'none / overlay rw 0 0\ntmpfs /data/a\\040b tmpfs rw 0 0\nproc /data2 proc rw 0 0\ntmpfs /data/a\\040b tmpfs rw 0 0\n'
  assert.deepEqual(parsed(['/data', '/data/a b', '/', '/nowhere'].map(mounts), table), [['/data/a b'], ['/data/a b'], ['/', '/data/a b', '/data2'], []])
})

for (const shell of shells)
  test(`mounts and passwordDigest, read on this machine with ${shell.name}`, () => {
    const [proc, none] = readWith(shell, ['/proc', '/no/such/place'].map(mounts))
    assert(Array.isArray(proc) && proc.includes('/proc'))
    assert.deepEqual(none, [])
    // The digest of what stands in the shadow file, and never that itself.
    const [root, nobody] = readWith(shell, ['root', 'no-such-user'].map(passwordDigest))
    const field = /^root:([^:]*):/m.exec(readFileSync('/etc/shadow', 'utf8'))?.[1] ?? ''
    assert.equal(root, sha256(field))
    assert.equal(nobody, undefined)
  })
