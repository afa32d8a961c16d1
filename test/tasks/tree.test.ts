import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { entries, type Entries, type Entry } from '../../engine/facts/entries.ts'
import { mounts } from '../../engine/facts/mounts.ts'
import { digest, path } from '../../engine/facts/path.ts'
import { HostModel } from '../../engine/host/model.ts'
import { planTask } from '../../engine/host/plan.ts'
import { tree } from '../../engine/tasks/tree.ts'
import { sha256 } from '../../engine/values/content.ts'
import { aUser } from '../rig/accounts.ts'
import { aDirectory, aFile, aLink } from '../../engine/testing/paths.ts'
import { foretoldAndDone, localHost } from '../rig/local.ts'
import { given, planOf, type Given } from '../rig/plan.ts'
import { changesOf, planRows } from '../rig/rows.ts'
import { perform, readWith, shells } from '../rig/shells.ts'

const folder = mkdtempSync(join(tmpdir(), 'hw-tree-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const source = join(folder, 'site')
mkdirSync(join(source, 'css'), { recursive: true })
writeFileSync(join(source, 'index.html'), 'hello\n')
writeFileSync(join(source, 'css/a.css'), 'a {}\n')
writeFileSync(join(source, 'run'), '#!/bin/sh\n', { mode: 0o755 })
symlinkSync('index.html', join(source, 'home'))

const own = { uid: 0, gid: 0 }
const file = (content: string, mode = '0644', more: Partial<typeof own> = {}): Entry => ({ kind: 'file', digest: sha256(content), mode, ...own, ...more })
const directory = (mode = '0755'): Entry => ({ kind: 'directory', mode, ...own })
const link = (target: string): Entry => ({ kind: 'link', target, mode: '0777', ...own })
const whole: Readonly<Record<string, Entry>> = { '': directory(), css: directory(), 'css/a.css': file('a {}\n'), home: link('index.html'), 'index.html': file('hello\n'), run: file('#!/bin/sh\n', '0755') }
const there = (more: Readonly<Record<string, Entry | undefined>> = {}): Given[] => {
  const all = Object.entries({ ...whole, ...more }).flatMap(([name, entry]) => (entry ? [[name, entry] as const] : []))
  return [aDirectory('/srv'), aDirectory('/srv/site'), given(entries('/srv/site'), new Map(all) satisfies Entries)]
}
const wish = { source, path: '/srv/site' }

planRows<Parameters<typeof tree>[0]>('tree', tree, [
  ['absent', wish, [aDirectory('/srv')], ['create /srv/site with 4 files']],
  ['as wished', wish, there(), []],
  ['one file is otherwise', wish, there({ 'index.html': file('old') }), ['write index.html below /srv/site']],
  ['a directory and what is in it are missing', wish, there({ css: undefined, 'css/a.css': undefined }), ['write css/a.css, css/ below /srv/site']],
  ['a link leads elsewhere, a file is a link', wish, there({ home: link('x'), run: link('y') }), ['write home, run below /srv/site']],
  ['an empty directory that an earlier task makes', wish, [aDirectory('/srv'), aDirectory('/srv/site')], ['write css/a.css, home, index.html and 2 more below /srv/site']],
  ['mode of a file, of a directory', wish, there({ run: file('#!/bin/sh\n'), css: directory('0700') }), ['write css/ below /srv/site', 'set owner and mode of run below /srv/site']],
  ['given modes', { ...wish, fileMode: '0640', directoryMode: '0750' }, there(), ['write ., css/ below /srv/site', 'set owner and mode of css/a.css, index.html, run below /srv/site']],
  ['an owner', { ...wish, owner: 'web' }, [...there(), aUser('web', { uid: 1500 })], ['write ., css/ below /srv/site', 'set owner and mode of css/a.css, index.html, run below /srv/site']],
  ['the owner is left alone when none is given', wish, there({ run: file('#!/bin/sh\n', '0755', { uid: 7, gid: 8 }) }), []],
  ['what else is there stays', wish, there({ other: file('x'), 'css/b.css': file('x') }), []],
  ['what else is there goes', { ...wish, purge: true }, there({ 'css/b.css': file('x'), old: directory(), 'old/a': file('x'), 'z\xc3\xb6e': link('x') }), ['remove css/b.css, old/, zöe below /srv/site']],
  ['what is mounted below is not walked into', { ...wish, purge: true }, [...there({ old: directory() }), given(mounts('/srv/site'), ['/srv/site', '/srv/site/old/data'])], ['refused: something is mounted below /srv/site: /srv/site/old/data']],
  ['what is mounted below is none of our business where nothing is removed', { ...wish, purge: true }, [...there(), given(mounts('/srv/site'), ['/srv/site/css'])], []],
  ['no parent', wish, [], ['refused: the directory /srv does not exist']],
  ['a link at the root', wish, [aDirectory('/srv'), aLink('/srv/site', '/x')], ['refused: /srv/site is a link to /x']],
  ['a file at the root', wish, [aDirectory('/srv'), ...aFile('/srv/site', 'x')], ['refused: /srv/site is no directory']],
  ['a directory where a file shall be', wish, there({ run: directory() }), ['refused: /srv/site/run is a directory, and shall be a file']],
  ['a link where a directory shall be', wish, there({ css: link('/etc') }), ['refused: /srv/site/css is a link, and shall be a directory']],
  ['nobody of that name', { ...wish, owner: 'nobody-here' }, there(), ['refused: there is no user "nobody-here"']],
  ['no such source', { ...wish, source: '/no/such' }, there(), ["refused: /no/such cannot be read: ENOENT: no such file or directory, scandir '/no/such'"]],
], [
  ['path directly below /', { source, path: '/srv' }, /a tree has a directory of its own/],
  ['purge of a directory of the system', { source, path: '/etc/ssh', purge: true }, /belongs to the system/],
])

test('tree: a name that a look passes over is refused: it would never be seen to be done', () => {
  const passedOver = join(folder, 'passed-over')
  mkdirSync(join(passedOver, 'sub/.hostwright.d'), { recursive: true })
  writeFileSync(join(passedOver, 'sub/.hostwright.d/x'), '')
  assert.match(planOf(tree({ ...wish, source: passedOver }), [aDirectory('/srv')]).join(), /^refused: \S+\/passed-over\/sub\/\.hostwright\.d cannot stand on a host under this name/)
})

test('tree: names are compared, and shown in the diff; what other tasks know of its files is foretold', () => {
  const facts = there({ 'index.html': file('old'), 'b\xff\n': file('x') })
  const [write, remove] = changesOf(tree({ ...wish, purge: true }), facts)
  assert.deepEqual(write?.diff, { name: '/srv/site', before: `index.html 0644 0:0 sha256 ${sha256('old').slice(0, 12)}…\n`, after: `index.html 0644 0:0 sha256 ${sha256('hello\n').slice(0, 12)}…\n` })
  assert.equal(remove?.summary, 'remove b\ufffd\\x0a below /srv/site')
  const model = new HostModel()
  for (const [fact, value] of [...facts, given(digest('/srv/site/index.html'), sha256('old'))]) model.observe(fact, value)
  planTask(tree(wish), model)
  assert.equal(model.value(digest('/srv/site/index.html')), sha256('hello\n'))
  assert.deepEqual(model.value(path('/srv/site/index.html')), { kind: 'file', mode: '0644', uid: 0, gid: 0, size: 6 })
})

/** Every name there can be, as bytes; some are longer than what a header of tar holds. */
const names = ['a b', "it's", '$(id)', '-rf', '*', 'back\\slash', 'two\nlines', 'tab\there', 'cr\r', '\xff\xfe', '\x81\x88', 'é', '.hidden', '..x', `${'f'.repeat(64)}  forged`, 'l'.repeat(255)].map((name) => Buffer.from(name, 'latin1'))
const at = (folder: string, ...parts: readonly (string | Buffer)[]) => Buffer.concat([Buffer.from(folder), ...parts.flatMap((part) => [Buffer.from('/'), typeof part === 'string' ? Buffer.from(part) : part])])

/** More than a header of tar holds. */
const longTarget = (name: Buffer) => Buffer.concat(Array.from({ length: 9 }, () => at('', name.subarray(0, 30))))

for (const shell of shells)
  test(`tree: any name, any bytes, in steps that any host can do (${shell.name})`, { timeout: 120_000 }, () => {
    const root = mkdtempSync(join(folder, `odd-${shell.name}-`))
    const [from, to] = [join(root, 'from'), join(root, 'to')]
    mkdirSync(from)
    for (const name of names) {
      mkdirSync(at(from, name))
      writeFileSync(at(from, name, name), Buffer.concat([name, Buffer.from([0, 255, 10])]), { mode: 0o700 })
      symlinkSync(name.subarray(0, 20), at(from, name, 'link'))
      symlinkSync(longTarget(name), at(from, name, 'long'))
    }
    writeFileSync(join(from, 'empty'), '')
    const read = (): Entries => {
      const [seen] = readWith(shell, [entries(to)])
      assert.ok(seen instanceof Map, JSON.stringify(seen))
      return seen
    }
    const facts = (): Given[] => [aDirectory(root), ...(existsSync(to) ? [aDirectory(to)] : []), given(entries(to), read())]
    const apply = (more: Partial<Parameters<typeof tree>[0]> = {}) => {
      const changes = changesOf(tree({ source: from, path: to, ...more }), facts())
      for (const change of changes) for (const step of change.steps) assert.deepEqual(perform(step, shell), { code: 0, stdout: '', stderr: '' })
      return changes.length
    }
    assert.equal(apply(), 1)
    assert.equal(read().size, names.length * 4 + 2)
    for (const name of names) {
      assert.deepEqual(readFileSync(at(to, name, name)), Buffer.concat([name, Buffer.from([0, 255, 10])]))
      assert.equal(statSync(at(to, name, name)).mode & 0o7777, 0o755)
      assert.ok(statSync(at(to, name, name)).mtimeMs > 1e12, 'it is as old as it is')
      assert.deepEqual(readlinkSync(at(to, name, 'long'), 'buffer'), longTarget(name))
    }
    assert.equal(apply(), 0)

    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = names
    writeFileSync(at(to, first, first), 'by hand')
    for (const name of names) chmodSync(at(to, name, name), 0o4700)
    rmSync(at(to, second, 'link'))
    for (const name of names) writeFileSync(at(to, first, Buffer.concat([name, Buffer.from('!')]).subarray(-255)), 'stray')
    mkdirSync(join(to, 'stray/.hostwright.tree'), { recursive: true })
    // Somebody who may write there would have us write elsewhere.
    const elsewhere = mkdtempSync(join(root, 'elsewhere-'))
    for (const below of [to, join(to, first.toString())]) symlinkSync(elsewhere, join(below, '.hostwright.tree'))
    assert.equal(apply({ purge: true, ...(process.getuid?.() === 0 && { owner: '1500', group: '1501' }) }), 3)
    assert.deepEqual(readdirSync(elsewhere), [])
    assert.equal(apply({ purge: true }), 0)
    assert.equal(read().size, names.length * 4 + 2)
    assert.deepEqual([statSync(at(to, second, second)).uid, statSync(at(to, first, first)).gid, statSync(at(to, second)).uid], process.getuid?.() === 0 ? [1500, 1501, 1500] : [statSync(to).uid, statSync(to).gid, statSync(to).uid])
  })

test('tree: what arrives damaged, in part, or not at all replaces nothing, and leaves nothing', { timeout: 60_000 }, async () => {
  await using local = await localHost()
  const [from, to] = [`${local.directory}/from`, `${local.directory}/to`]
  mkdirSync(`${from}/sub`, { recursive: true })
  for (const name of ['a', 'sub/b']) writeFileSync(`${from}/${name}`, 'first')
  assert.deepEqual(await foretoldAndDone(local, tree({ source: from, path: to })), [`create ${to} with 2 files`])
  const other = `${local.directory}/other`
  mkdirSync(`${other}/sub`, { recursive: true })
  for (const name of ['a', 'sub/b']) writeFileSync(`${other}/${name}`, 'other')
  const task = tree({ source: other, path: to })
  await local.host('check').ensure(task) // the digests are known by now
  writeFileSync(`${other}/sub/b`, 'wrong')
  await assert.rejects(async () => local.host().ensure(task), /the content arrived damaged: nothing was replaced|ended with status/)
  for (const name of ['a', 'sub/b']) assert.equal(readFileSync(`${to}/${name}`, 'utf8'), 'first')
  assert.deepEqual([readdirSync(to), readdirSync(`${to}/sub`)], [['a', 'sub'], ['b']])
})

test('tree: what is neither file, directory nor link in the source is refused; a link that leads nowhere is none of our business', () => {
  const odd = join(folder, 'odd')
  mkdirSync(odd)
  symlinkSync('/nowhere', join(odd, 'dangling'))
  const told = () => planOf(tree({ source: odd, path: '/srv/odd' }), [aDirectory('/srv')])
  execFileSync('mkfifo', [join(odd, 'pipe')])
  assert.deepEqual(told(), [`refused: ${odd} cannot be read: ${odd}/pipe is neither file, directory nor link`])
  rmSync(join(odd, 'pipe'))
  assert.deepEqual(told(), ['create /srv/odd with 1 file'])
})

test('tree: what is mounted below at the last moment is not walked into', { skip: process.getuid?.() !== 0 && 'mounting needs root' }, () => {
  const [shell] = shells
  const to = join(folder, 'mounted')
  mkdirSync(join(to, 'stray/inner'), { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', join(to, 'stray/inner')])
  try {
    writeFileSync(join(to, 'stray/inner/kept'), '')
    const [, remove] = changesOf(tree({ source, path: to, purge: true }), [aDirectory(folder), aDirectory(to), given(entries(to), new Map([['', directory()], ['stray', directory()]]))])
    assert.ok(shell && remove)
    assert.match(perform(remove.steps[0], shell).stderr, /something is mounted below .*stray\/inner: nothing was removed/)
    assert.ok(existsSync(join(to, 'stray/inner/kept')))
  } finally {
    execFileSync('umount', [join(to, 'stray/inner')])
  }
})
