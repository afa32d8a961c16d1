/** The program of a safeguard, with each sh that a host may have, on folders of this machine. */
import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { safeguardProgram } from '../../engine/host/safeguard/program.ts'
import { safeguardOf, type Safeguard, type SafeguardParams } from '../../engine/host/safeguard/safeguard.ts'
import { shells, type Shell } from '../rig/shells.ts'

const home = mkdtempSync(join(tmpdir(), 'hw-safeguard-'))
after(() => rmSync(home, { recursive: true, force: true }))
const isRoot = process.getuid?.() === 0

/** A safeguard with a folder of its own; `paths` are its own alone: nothing of this machine is put back. */
function rig(shell: Shell, settings: Partial<Safeguard>) {
  const base = mkdtempSync(join(home, 'case-'))
  const folder = join(base, 'guard')
  const tree = join(base, 'tree')
  mkdirSync(folder, { mode: 0o700 })
  mkdirSync(tree)
  const safeguard: Safeguard = { ...safeguardOf({ paths: ['/unused'] }), paths: [tree], within: 3600, ...settings }
  writeFileSync(join(folder, 'safeguard.sh'), safeguardProgram(safeguard, folder))
  const words = ['-i', `PATH=${shell.path}`, 'sh', join(folder, 'safeguard.sh')]
  return {
    base, folder, tree,
    run: (...more: readonly string[]) => spawnSync('/usr/bin/env', [...words, ...more], { encoding: 'utf8', timeout: 60_000 }),
    start: (...more: readonly string[]) => spawn('/usr/bin/env', [...words, ...more], { stdio: 'ignore' }),
    /** As the engine cancels: ends well when it was in time. */
    cancel: () => spawn('/usr/bin/env', [...words.slice(0, 3), '-c', 'mv -- "$1/armed" "$1/cancelled" 2>/dev/null', 'sh', folder], { stdio: 'ignore' }),
    outcome: () => (existsSync(join(folder, 'outcome')) ? readFileSync(join(folder, 'outcome'), 'utf8').split(' ')[0] : undefined),
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))
/** True when it ended well. */
const ended = (child: ChildProcess) => new Promise<boolean>((resolve) => child.on('close', (code) => resolve(code === 0)))
const until = async (seen: () => boolean, seconds = 20) => {
  for (let n = 0; n < seconds * 40 && !seen(); n++) await sleep(25)
  assert.ok(seen(), 'it did not come to that')
}

/** Everything there is to know of a tree, apart from the clock of links. */
function all(at: string, name = ''): string[] {
  const path = join(at, name)
  if (!existsSync(path) && !lstatSync(path, { throwIfNoEntry: false })) return [`${name} absent`]
  const stat = lstatSync(path)
  const about = stat.isSymbolicLink() ? readlinkSync(path) : stat.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''
  const own = `${JSON.stringify(name)} ${stat.mode.toString(8)} ${stat.uid}:${stat.gid} ${stat.isSymbolicLink() ? '' : Math.floor(stat.mtimeMs / 1000)} ${about}`
  return [own, ...(stat.isDirectory() ? readdirSync(path).sort().flatMap((each) => all(at, join(name, each))) : [])]
}

const OLD = new Date('2020-01-02T03:04:05Z')
const own = (at: string, mode: number, uid = 0) => {
  if (isRoot) chownSync(at, uid, uid)
  chmodSync(at, mode)
  utimesSync(at, OLD, OLD)
}
function fill(tree: string): void {
  for (const each of ['conf.d', 'conf.d/deep er', 'empty', "it's"]) mkdirSync(join(tree, each))
  for (const [name, mode, uid] of [['conf.d/a.conf', 0o600, 0], ['conf.d/deep er/b\nc', 0o4755, 65534], ['conf.d/-rf', 0o644, 0], ["it's/$(x) \"q\"", 0o640, 65534], ['.hidden', 0o400, 0], ['file', 0o644, 0]] as const) {
    writeFileSync(join(tree, name), `${name}\n`.repeat(100))
    own(join(tree, name), mode, uid)
  }
  symlinkSync('file', join(tree, 'link'))
  symlinkSync('empty', join(tree, 'link to directory'))
  symlinkSync('/nowhere', join(tree, 'dangling'))
  own(join(tree, 'conf.d'), 0o2770, 65534)
  for (const each of ['conf.d/deep er', 'empty', "it's"]) own(join(tree, each), 0o755)
  own(tree, 0o751)
}
function spoil(tree: string): void {
  writeFileSync(join(tree, 'conf.d/a.conf'), 'other\n') // content
  chmodSync(join(tree, 'conf.d/a.conf'), 0o666)
  rmSync(join(tree, 'conf.d/deep er'), { recursive: true }) // a directory gone
  writeFileSync(join(tree, 'conf.d/new.conf'), 'new\n') // new things
  mkdirSync(join(tree, 'new/er'), { recursive: true })
  writeFileSync(join(tree, 'new/er/-file'), '')
  symlinkSync('/etc', join(tree, 'new/link'))
  rmSync(join(tree, 'file')) // a file that became a directory, and the other way round
  mkdirSync(join(tree, 'file/in'), { recursive: true })
  rmSync(join(tree, 'empty'), { recursive: true })
  writeFileSync(join(tree, 'empty'), 'not empty')
  rmSync(join(tree, 'link')) // links
  symlinkSync('elsewhere', join(tree, 'link'))
  rmSync(join(tree, 'link to directory'))
  mkdirSync(join(tree, 'link to directory'))
  rmSync(join(tree, 'dangling'))
  rmSync(join(tree, "it's"), { recursive: true })
  symlinkSync('/etc', join(tree, "it's"))
  chmodSync(join(tree, 'conf.d'), 0o700)
  chmodSync(tree, 0o755)
}

for (const shell of shells) {
  test(`a tree goes back as it was: content, modes, owners, times, links; what is new is gone; what did not change is not touched (${shell.name})`, () => {
    const { tree, folder, run, outcome } = rig(shell, {})
    fill(tree)
    const before = all(tree)
    const same = statSync(join(tree, '.hidden')).ino
    assert.deepEqual([run('arm').stderr, statSync(folder).mode & 0o77, statSync(join(folder, 'was')).mode & 0o77], ['', 0, 0])
    spoil(tree)
    assert.notDeepEqual(all(tree), before)
    const done = run('now')
    assert.deepEqual([all(tree), outcome()], [before, 'ok'], done.stdout + done.stderr)
    assert.equal(statSync(join(tree, '.hidden')).ino, same)
    assert.match(run('look').stdout, /^state fired\noutcome ok \S+Z\n/)
    assert.ok(!/^differs/m.test(run('look').stdout))
    writeFileSync(join(tree, 'afterwards'), '')
    assert.match(run('look').stdout, /^differs /m)
    run('now')
    assert.deepEqual([all(tree), outcome()], [before, 'ok'], 'what was changed while it was put back goes too')
  })

  test(`a snapshot that somebody took away: what is there is left alone, and it is said (${shell.name})`, () => {
    const { tree, folder, run, outcome } = rig(shell, {})
    fill(tree)
    assert.equal(run('arm').status, 0)
    spoil(tree)
    const spoilt = all(tree)
    rmSync(join(folder, 'was/0'), { recursive: true })
    assert.match(run('now').stdout, /! the snapshot of \S+ is gone/)
    assert.deepEqual([all(tree), outcome()], [spoilt, 'failed'])
  })

  test(`single files, and what was absent (${shell.name})`, () => {
    const base = mkdtempSync(join(home, 'single-'))
    const paths = ['file', 'link', 'made', 'gone/file'].map((name) => join(base, name))
    const { run, outcome } = rig(shell, { paths })
    writeFileSync(join(base, 'file'), 'was\n')
    own(join(base, 'file'), 0o600)
    symlinkSync('file', join(base, 'link'))
    mkdirSync(join(base, 'gone'))
    writeFileSync(join(base, 'gone/file'), 'deep\n')
    const before = paths.flatMap((path) => all(path))
    assert.equal(run('arm').status, 0)
    writeFileSync(join(base, 'file'), 'is\n')
    rmSync(join(base, 'link'))
    writeFileSync(join(base, 'link'), 'file')
    mkdirSync(join(base, 'made/deep'), { recursive: true })
    rmSync(join(base, 'gone'), { recursive: true })
    run('now')
    assert.deepEqual([paths.flatMap((path) => all(path)), outcome()], [before, 'ok'])
  })

  test(`state that is no file goes back by its own command, then comes what is to run after, in order; all of them, whatever fails (${shell.name})`, () => {
    const at = mkdtempSync(join(home, 'state-'))
    const said = join(at, 'said')
    const say = (text: string): [string, ...string[]] => ['sh', '-c', 'echo "$1" >>"$2"', 'sh', text, said]
    const put = (to: string): [string, ...string[]] => ['sh', '-c', 'cat >"$1"', 'sh', join(at, to)]
    const settings = { state: [{ save: ['printf', '%s', "it's\n$HOME"], restore: put('one') }, { save: ['cat', join(at, 'two')], restore: put('two') }] } satisfies Partial<Safeguard>
    writeFileSync(join(at, 'two'), 'two\n')
    const well = rig(shell, { ...settings, after: [say('first'), say('second')] })
    assert.equal(well.run('arm').stderr, '')
    writeFileSync(join(at, 'two'), 'other\n')
    well.run('now')
    assert.deepEqual([readFileSync(join(at, 'one'), 'utf8'), readFileSync(join(at, 'two'), 'utf8'), readFileSync(said, 'utf8'), well.outcome()], ["it's\n$HOME", 'two\n', 'first\nsecond\n', 'ok'])

    const badly = rig(shell, { state: [{ save: ['true'], restore: ['sh', '-c', 'echo no >&2; exit 4'] }], after: [['false'], say('third')] })
    fill(badly.tree)
    const before = all(badly.tree)
    badly.run('arm')
    spoil(badly.tree)
    badly.run('now')
    assert.deepEqual([all(badly.tree), badly.outcome(), readFileSync(said, 'utf8').endsWith('third\n')], [before, 'failed', true])
    assert.match(badly.run('look').stdout, /^log no\nlog ! sh -c echo no >&2; exit 4 ended with status 4\nlog ! false ended with status 1$/m)
  })

  test(`what cannot be saved is not armed, and leaves nothing (${shell.name})`, () => {
    const { folder, run } = rig(shell, { state: [{ save: ['sh', '-c', 'echo cannot >&2; exit 3'], restore: ['true'] }] })
    const done = run('arm')
    assert.deepEqual([done.status, done.stderr, existsSync(folder)], [1, 'cannot\nsh -c echo cannot >&2; exit 3 ended with status 3\n', false])
  })

  test(`the timer fires by itself, in a session of its own, also when whoever armed it is gone; once cancelled it does nothing and ends (${shell.name})`, async () => {
    const fires = rig(shell, { within: 4 })
    const stays = rig(shell, { within: 8 })
    for (const { tree, run, folder } of [fires, stays]) {
      writeFileSync(join(tree, 'file'), 'was\n')
      assert.equal(run('arm').status, 0)
      writeFileSync(join(tree, 'file'), 'is\n')
      const pid = readFileSync(join(folder, 'timer'), 'utf8').trim()
      assert.equal(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[5], pid, 'its own session')
    }
    const pid = Number(readFileSync(join(stays.folder, 'timer'), 'utf8'))
    assert.ok(await ended(stays.cancel()))
    await until(() => fires.outcome() !== undefined)
    assert.equal(readFileSync(join(fires.tree, 'file'), 'utf8'), 'was\n')
    await until(() => !existsSync(`/proc/${pid}`))
    assert.deepEqual([readFileSync(join(stays.tree, 'file'), 'utf8'), stays.outcome()], ['is\n', undefined])
  })

  test(`cancel and timer at the same moment: one of them wins, and everything is as it says (${shell.name})`, async () => {
    // Milliseconds by which the cancel is late; the first and the last leave no doubt.
    const lateness = [-500, -20, -10, -5, 0, 5, 10, 20, 500]
    const wins: boolean[] = []
    for (const late of lateness) {
      const { tree, run, start, cancel, folder, outcome } = rig(shell, {})
      writeFileSync(join(tree, 'file'), 'was\n')
      assert.equal(run('arm').status, 0)
      writeFileSync(join(tree, 'file'), 'is\n')
      const fire = sleep(Math.max(0, -late)).then(() => ended(start('now')))
      const won = await sleep(Math.max(0, late)).then(() => ended(cancel()))
      await fire
      if (won) assert.deepEqual([existsSync(join(folder, 'cancelled')), existsSync(join(folder, 'fired')), outcome(), readFileSync(join(tree, 'file'), 'utf8')], [true, false, undefined, 'is\n'])
      else assert.deepEqual([existsSync(join(folder, 'cancelled')), existsSync(join(folder, 'fired')), outcome(), readFileSync(join(tree, 'file'), 'utf8')], [false, true, 'ok', 'was\n'])
      wins.push(won)
    }
    assert.deepEqual([wins[0], wins.at(-1)], [true, false])
  })
}

test('a reader sees the old file or the new one, never a part', async () => {
  const [shell] = shells
  assert.ok(shell)
  const { tree, run, start, outcome } = rig(shell, {})
  const file = join(tree, 'large')
  const texts = ['a', 'b'].map((letter) => letter.repeat(5_000_000))
  writeFileSync(file, texts[0] ?? '')
  run('arm')
  writeFileSync(`${file}.new`, texts[1] ?? '')
  renameSync(`${file}.new`, file)
  const going = start('now')
  let ended = false
  going.on('close', () => (ended = true))
  const seen = new Map<string, number>()
  while (!ended) {
    const text = readFileSync(file, 'utf8')
    const what = text === texts[0] ? 'old' : text === texts[1] ? 'new' : `torn at ${text.length}`
    seen.set(what, (seen.get(what) ?? 0) + 1)
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal(outcome(), 'ok')
  assert.deepEqual([...seen.keys()].filter((what) => what.startsWith('torn')), [])
  assert.ok((seen.get('new') ?? 0) > 0, 'it was read while it was put back')
})

test('a safeguard that makes no sense is refused before anything is asked', () => {
  const rows: readonly (readonly [SafeguardParams, RegExp])[] = [
    [{}, /say what is put back/],
    [{ paths: ['/'] }, /the snapshot would lie in what it is of/],
    [{ paths: ['/var/lib/hostwright'] }, /the snapshot would lie in what it is of/],
    [{ paths: ['/var/lib/hostwright/guard/x'] }, /the snapshot would lie in what it is of/],
    [{ paths: ['etc'] }, /must be absolute/],
    [{ paths: ['/etc/ssh'], within: '2s' }, /between 5s and 1h/],
    [{ paths: ['/etc/ssh'], within: '5s', settle: '6s' }, /`settle` must fit into `within`/],
    [{ paths: ['/etc/ssh'], after: [['x', 'a\0b']] }, /NUL/],
  ]
  for (const [params, why] of rows) assert.throws(() => safeguardOf(params), why)
})
