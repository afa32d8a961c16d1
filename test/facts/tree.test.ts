import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { becomes, Unreadable } from '../../engine/facts/fact.ts'
import { digest, path } from '../../engine/facts/path.ts'
import { tree } from '../../engine/facts/tree.ts'
import { HostModel } from '../../engine/host/model.ts'
import { change, type Change } from '../../engine/tasks/change.ts'
import { sha256 } from '../../engine/values/content.ts'
import { readWith, shells } from '../rig/shells.ts'

const sum = (letter: string) => letter.repeat(64)
const will = (...effects: Change['effects']): Change => change('', ['true'], effects)

test('tree: a name with a backslash, a name with a space, and what lies elsewhere', () => {
  const output = Buffer.from(`${sum('a')}  /opt/a/x y\n\\${sum('b')}  /opt/a/b\\\\c\n${sum('c')}  /opt/ab/z\n`)
  assert.deepEqual(tree('/opt/a').kind.parse([output], ['/opt/a', '/opt/ab/z']), [new Map([['/opt/a/x y', sum('a')], ['/opt/a/b\\c', sum('b')]]), new Map([['/opt/ab/z', sum('c')]])])
})

test('tree: too many files are not compared in part', () => {
  const output = Buffer.from(Array.from({ length: 2001 }, (_, index) => `${sum('a')}  /opt/a/${index}\n`).join(''))
  assert.ok(tree('/opt/a').kind.parse([output], ['/opt/a'])[0] instanceof Unreadable)
})

test('tree: follows what is foretold of its files, whichever was looked at first', () => {
  for (const order of ['before', 'after'] as const) {
    const model = new HostModel()
    const seen = () => model.observe(tree('/opt/a'), new Map([['/opt/a/old', sum('a')], ['/opt/a/gone', sum('b')], ['/opt/a/sub/x', sum('c')]]))
    if (order === 'before') seen()
    model.observe(path('/opt/a/sub'), { kind: 'directory', mode: '0755', uid: 0, gid: 0, size: 0 })
    model.observe(digest('/opt/a/gone'), sum('b'))
    model.predict(will(becomes(digest('/opt/a/new'), sum('d')), becomes(digest('/opt/elsewhere'), sum('e'))))
    model.predict(will(becomes(path('/opt/a/gone'), { kind: 'absent' })))
    model.predict(will(becomes(path('/opt/a/sub'), { kind: 'absent' })))
    if (order === 'after') seen()
    assert.deepEqual(model.value(tree('/opt/a')), new Map([['/opt/a/old', sum('a')], ['/opt/a/new', sum('d')]]), order)
  }
})

for (const shell of shells)
  test(`tree (${shell.name}): files with odd names; no links, no logs, no copies, no files on their way`, () => {
    const root = mkdtempSync(join(tmpdir(), 'hostwright-tree-'))
    try {
      for (const folder of ['sites', 'logs', "it's"]) mkdirSync(join(root, folder))
      const kept = ['Caddyfile', 'sites/a b', "it's/x", 'sites/-n', 'sites/back\\slash']
      for (const name of [...kept, 'logs/access.log', 'Caddyfile.~20260101000000~', 'sites/.hostwright.1a2b.3']) writeFileSync(join(root, name), name)
      symlinkSync('/etc/passwd', join(root, 'sites/link'))
      const [whole, file, missing] = readWith(shell, [tree(root), tree(join(root, 'Caddyfile')), tree(join(root, 'missing'))])
      const sums = (names: readonly string[]) => new Map(names.map((name) => [join(root, name), sha256(name)]))
      assert.deepEqual([whole, file, missing], [sums(kept), sums(['Caddyfile']), new Map()])
    } finally {
      rmSync(root, { recursive: true })
    }
  })
