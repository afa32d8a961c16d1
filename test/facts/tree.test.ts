import assert from 'node:assert/strict'
import { test } from 'node:test'
import { becomes, Unreadable } from '../../engine/facts/fact.ts'
import { digest, path } from '../../engine/facts/path.ts'
import { tree } from '../../engine/facts/tree.ts'
import { HostModel } from '../../engine/host/model.ts'
import { change, type Change } from '../../engine/tasks/change.ts'

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
    model.observe(path('/opt/a/sub'), { kind: 'directory', mode: '0755', uid: 0, gid: 0, owner: 'root', group: 'root', size: 0 })
    model.observe(digest('/opt/a/gone'), sum('b'))
    model.predict(will(becomes(digest('/opt/a/new'), sum('d')), becomes(digest('/opt/elsewhere'), sum('e'))))
    model.predict(will(becomes(path('/opt/a/gone'), { kind: 'absent' })))
    model.predict(will(becomes(path('/opt/a/sub'), { kind: 'absent' })))
    if (order === 'after') seen()
    assert.deepEqual(model.value(tree('/opt/a')), new Map([['/opt/a/old', sum('a')], ['/opt/a/new', sum('d')]]), order)
  }
})
