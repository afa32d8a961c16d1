import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Unreadable } from '../../engine/facts/fact.ts'
import { digest, path, text, type PathState } from '../../engine/facts/path.ts'
import { strays } from '../../engine/facts/strays.ts'
import { isStray, tidied } from '../../engine/facts/tree-wish.ts'
import { sha256 } from '../../engine/values/content.ts'
import { ShellLink } from '../../engine/transport/shell/link.ts'
import { only, readWith } from '../rig/shells.ts'
import { connectTo, folder, shells } from '../transport/shell/shells.ts'

const names = ['plain', 'two words', `it's`, '"double"', '$HOME', 'back\\slash', ' -> ', "a' -> 'b", 'ünï☃', '\u2028', '-rf', '*', '= 81a4 0 0 0 root root x']

const kindOf = (state: unknown) => (state instanceof Unreadable ? `unreadable: ${state.message}` : typeof state === 'object' && state !== null && 'kind' in state ? String(state.kind) : 'nothing')

for (const [shellName, shell] of Object.entries(shells))
  test(`fault 35: what stands at a path: ${shellName}`, async (t) => {
    const opened = await ShellLink.open(connectTo(shell))
    assert.ok(opened.ok)
    const { link } = opened
    t.after(() => link.close())
    const root = join(folder, `paths ${shellName}`)
    mkdirSync(root)
    const look = async <T>(facts: readonly { key: string }[] & readonly Parameters<typeof link.look>[0][number][], of: (value: unknown) => T) => {
      const looked = await link.look(facts)
      assert.ok(looked.kind === 'seen')
      return facts.map(({ key }) => of(looked.values.get(key)))
    }

    await t.test('fault 75: every name: files, directories, links and where they lead', async () => {
      for (const name of names) {
        mkdirSync(join(root, `d${name}`), { mode: 0o750 })
        writeFileSync(join(root, `f${name}`), name, { mode: 0o640 })
        symlinkSync(name, join(root, `l${name}`))
      }
      const states = await look(['d', 'f', 'l', 'absent'].flatMap((kind) => names.map((name) => path(join(root, kind + name)))), (value) => value)
      for (const [index, name] of names.entries()) {
        const at = (n: number): PathState | undefined => states[n * names.length + index] as PathState | undefined
        assert.deepEqual([kindOf(at(0)), kindOf(at(1)), kindOf(at(2)), kindOf(at(3))], ['directory', 'file', 'link', 'absent'], name)
        const [directory, file, there] = [at(0), at(1), at(2)]
        assert.ok(directory?.kind === 'directory' && directory.mode === '0750' && file?.kind === 'file' && file.size === Buffer.byteLength(name))
        assert.ok(there?.kind === 'link' && there.target === name, `${JSON.stringify(there)} ${name}`)
      }
      assert.deepEqual(await look(names.map((name) => digest(join(root, `f${name}`))), (value) => value), names.map((name) => sha256(name)))
      assert.deepEqual(await look(names.map((name) => text(join(root, `f${name}`))), (value) => (typeof value === 'object' && value !== null && 'bytes' in value ? String(value.bytes) : undefined)), names)
    })

    await t.test('a link whose target looks like an answer of ours forges nothing', async () => {
      const [victim, forger] = [join(root, 'victim'), join(root, 'forger')]
      symlinkSync(`x\n= 81a4 0 0 5 root root ${victim}\t${victim}\n= 0000 81a4 0 0 5 root root ${victim}\t${victim}`, forger)
      assert.deepEqual(await look([path(forger), path(victim)], kindOf), ['link', 'absent'])
    })

    await t.test('below a file nothing stands; what cannot be seen is no "absent"', async () => {
      writeFileSync(join(root, 'file'), '')
      assert.deepEqual(await look([path(join(root, 'file/below')), path(join(root, 'x'.repeat(300)))], (value) => kindOf(value).slice(0, 10)), ['absent', 'unreadable'])
    })

    await t.test('no regular file has no digest and no text, and nothing waits for a pipe', async () => {
      execFileSync('mkfifo', [join(root, 'pipe')])
      const at = ['pipe', 'dplain', 'lplain', 'nothing'].map((name) => join(root, name))
      assert.deepEqual(await look(at.map(digest), (value) => value), [undefined, undefined, undefined, undefined])
      assert.deepEqual(await look(at.map(text), kindOf), ['absent', 'absent', 'absent', 'absent'])
      assert.deepEqual(await look([path(join(root, 'pipe'))], kindOf), ['other'])
    })

    await t.test('a thousand paths in one look', async () => {
      const many = Array.from({ length: 1000 }, (_, n) => join(root, `many ${n}`))
      for (const at of many.filter((_, n) => n % 2 === 0)) writeFileSync(at, at)
      assert.deepEqual((await look(many.map(path), kindOf)).filter((kind) => kind === 'file').length, 500)
      assert.deepEqual((await look(many.map(digest), (value) => value)).filter((sum) => sum !== undefined).length, 500)
    })

    await t.test('what differs below a directory', async () => {
      const tree = join(root, 'tree')
      mkdirSync(join(tree, 'a b/c'), { recursive: true })
      writeFileSync(join(tree, 'a b/f'), '', { mode: 0o600 })
      chmodSync(join(tree, 'a b'), 0o2755)
      const found = (wish: Parameters<typeof strays>[0]) => look([strays(wish)], (value) => (typeof value === 'object' && value !== null && 'paths' in value && Array.isArray(value.paths) ? value.paths.map((each) => String(each).slice(tree.length)).sort() : value))
      assert.deepEqual(await found([tree, '', '', '0755', '0644']), [['/a b', '/a b/f']])
      assert.deepEqual(await found([tree, '', '', '', '0600']), [[]])
      assert.deepEqual(await found([tree, '65534', '', '', '']), [['/a b', '/a b/c', '/a b/f']])
      assert.deepEqual(await found([join(tree, 'nowhere'), '', '', '0755', '']), [[]])
      for (const [owner, group, all] of [['root', 'root', false], ['no-such-user', '', true], ['root', 'no-such-group', true]] as const) assert.deepEqual(await found([tree, owner, group, '', '']), [all ? ['/a b', '/a b/c', '/a b/f'] : []])
    })
  })

test('a tidied path strays no more', () => {
  const wish = ['/t', 'www-data', '33', '0755', '0644'] as const
  const inode = { uid: 0, gid: 0, size: 0, mode: '2700' }
  for (const state of [{ kind: 'absent' }, { ...inode, kind: 'file' }, { ...inode, kind: 'directory' }, { ...inode, kind: 'link', target: 'x' }] as const) for (const number of [33, undefined]) assert.equal(isStray(wish, tidied(wish, state, () => number), () => number), false)
})

test('fault 36: a host without stat says so, and never that nothing is there', () => {
  const [etc] = readWith(only('sha256sum'), [path('/etc')])
  assert.ok(etc instanceof Unreadable && /stat: .*not found/.test(etc.message), JSON.stringify(etc))
})
