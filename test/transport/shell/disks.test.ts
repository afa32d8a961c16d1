/** What a file system may refuse while a file is written: told, and the old file stays. Real file systems of this machine; as root, for they are mounted. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { outcomeOf, runs, writes } from './acts.ts'
import { Wrapped } from './inject.ts'
import { folder, openLink, shells } from './shells.ts'

const asRoot = { skip: process.getuid?.() !== 0 && 'mounting a small file system needs root' }
const content = randomBytes(300_000)
const mount = (at: string, options: string) => execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at])
const directory = (name: string) => {
  const at = join(folder, name)
  mkdirSync(at)
  return at
}

/** Where it is refused, what is said, how it comes to that, and how it ends. The file is there with "old" in it. */
const refusals: readonly (readonly [what: string, message: RegExp, begin: (at: string) => void, end: (at: string) => void])[] = [
  ['fault 39: a read-only file system', /Read-only file system/, (at) => execFileSync('mount', ['-o', 'remount,ro', at]), () => {}],
  // The root of the file system, the old file, and one that goes again: a fourth is one too many.
  ['fault 41: no inodes left', /No space left on device|cannot create/, (at) => execFileSync('mount', ['-o', 'remount,nr_inodes=2', at]), () => {}],
  ['fault 43: an immutable file', /Operation not permitted/, (at) => execFileSync('chattr', ['+i', `${at}/file`]), (at) => execFileSync('chattr', ['-i', `${at}/file`])],
]

for (const [shellName, shell] of Object.entries(shells))
  for (const [what, message, begin, end] of refusals)
    test(`${what} (${shellName})`, asRoot, async (t) => {
      const at = directory(`${what} ${shellName}`)
      mount(at, 'size=4m,nr_inodes=100')
      t.after(() => execFileSync('umount', [at]))
      const link = await openLink(shell)
      t.after(() => link.close())
      assert.equal(await outcomeOf(link, writes(`${at}/file`, 'old')), 'done 0: ')
      begin(at)
      for (const bytes of ['new', content]) assert.match(await outcomeOf(link, writes(`${at}/file`, bytes)), new RegExp(`^failed \\d+: .*(?:${message.source})`, 's'))
      assert.deepEqual([readFileSync(`${at}/file`, 'utf8'), readdirSync(at)], ['old', ['file']])
      end(at)
      assert.equal(await outcomeOf(link, runs(['echo', 'next'])), 'done 0: next\n')
    })

test('fault 42: a quota that is used up', async (t) => {
  const at = directory('quota')
  const wrapped = new Wrapped(join(folder, 'wrapped dd'), ['/usr/bin/dd'])
  // A fifth piece is only written by the one that fills the file: the one before it leaves the rest to another.
  wrapped.trace('dd', '-o /dev/null -e inject=write:error=EDQUOT:when=5')
  const link = await openLink(wrapped.shell)
  t.after(() => link.close())
  writeFileSync(`${at}/file`, 'old')
  assert.match(await outcomeOf(link, writes(`${at}/file`, content)), /^failed \d+: .*quota exceeded/s)
  assert.deepEqual([readFileSync(`${at}/file`, 'utf8'), readdirSync(at)], ['old', ['file']])
})

test('fault 40: a disk that refuses to keep what was written', async (t) => {
  const at = directory('sync')
  const wrapped = new Wrapped(join(folder, 'wrapped sync'), ['/usr/bin/sync'], '/')
  wrapped.trace('sync', '-o /dev/null -e inject=fsync:error=EIO')
  const link = await openLink(wrapped.shell)
  t.after(() => link.close())
  writeFileSync(`${at}/file`, 'old')
  assert.match(await outcomeOf(link, writes(`${at}/file`, 'new')), /^failed \d+: .*Input\/output error/s)
  assert.deepEqual([readFileSync(`${at}/file`, 'utf8'), readdirSync(at)], ['old', ['file']])
})
