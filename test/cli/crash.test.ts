/** Whole runs that are killed somewhere, and what the next run makes of it. The real command line, on this machine, with its lock in a place of its own. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cases } from '../rig/cases.ts'

const COUNT = cases(3, 200)
const VICTIMS = ['the controller', 'the shell on the host', 'all that the shell started'] as const
type Victim = (typeof VICTIMS)[number]

const folder = mkdtempSync(join(tmpdir(), 'hw-crash-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const tree = join(folder, 'tree')
const lock = join(folder, 'lock')
const inventory = join(folder, 'here.yml')
mkdirSync(lock)
mkdirSync('/run/hostwright', { recursive: true, mode: 0o700 })
writeFileSync(inventory, 'all:\n  hosts:\n    here: { ansible_connection: local }\n')

/** What stands there before: things to change, to remove, to leave. */
function plant(): void {
  rmSync(tree, { recursive: true, force: true })
  for (const name of ['data', 'opened/below', 'old/one/two', 'left']) mkdirSync(join(tree, name), { recursive: true })
  const files = { 'data/a': 'old a\n', 'data/e': 'old e\n', 'opened/below/f': 'f\n', 'old/one/x': 'x\n', 'old/one/two/y': 'y\n', 'left/alone': 'as it was\n', conf: '# conf\nport 80\ndebug yes\nend\n', large: 'old\n' }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(tree, name), content, { mode: 0o600 })
  chmodSync(join(tree, 'opened/below'), 0o700)
  symlinkSync('old', join(tree, 'current'))
}

/** Everything about the tree but times and the numbers of inodes. */
function manifest(): string[] {
  return readdirSync(tree, { recursive: true, encoding: 'utf8' }).sort().map((name) => {
    const at = join(tree, name)
    const { mode, uid, gid } = lstatSync(at)
    const content = lstatSync(at).isSymbolicLink() ? readlinkSync(at) : lstatSync(at).isFile() ? readFileSync(at, 'latin1') : ''
    return `${name} ${mode.toString(8)} ${uid}:${gid} ${content}`
  })
}

/** The same right after a kill: what the shell had started may be on its way out, and takes its own with it while we look. */
function manifestOfMoving(): string[] {
  for (let tries = 1; ; tries++) {
    try {
      return manifest()
    } catch (error) {
      if (tries === 20 || !(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
}

/** One run with these flags; `seen` is told of every change that it begins. Gives its exit code, null when it was killed. */
function run(flags: readonly string[] = [], seen: (changes: number, pid: number) => void = () => {}): Promise<{ code: number | null; said: string; changes: number }> {
  const words = ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('../playbooks/crash.ts', import.meta.url)), '-i', inventory, '-e', `dir=${tree}`, '--lock-wait', '20', '--output', 'json', ...flags]
  // The lock of this machine is in use by other tests: in there it is a directory of ours.
  const child = spawn('unshare', ['--mount', 'sh', '-c', 'mount --bind "$1" /run/hostwright && shift && exec "$@"', 'sh', lock, 'node', ...words], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let changes = 0
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const now = said.split('"type":"change"').length - 1
      while (changes < now) seen(++changes, child.pid ?? 0)
    })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said, changes })))
}

/** Kills it, if it is still there. The resident shell is the one child that leads a process group. */
function kill(victim: Victim, controller: number): boolean {
  try {
    const children = readFileSync(`/proc/${controller}/task/${controller}/children`, 'utf8').trim().split(' ')
    const shell = Number(children.find((pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[4] === pid))
    process.kill({ 'the controller': controller, 'the shell on the host': shell, 'all that the shell started': -shell }[victim], 'SIGKILL')
    return true
  } catch {
    return false
  }
}

const free = () => !existsSync(join(lock, 'lock')) || execFileSync('sh', ['-c', 'flock -n "$1" echo free || :', 'sh', join(lock, 'lock')], { encoding: 'utf8' }) === 'free\n'

test(`faults 59 and 61: ${COUNT} whole runs killed at a random moment: no file is torn, and the next run ends where an undisturbed one does`, { timeout: cases(120_000, 3_600_000), skip: process.getuid?.() !== 0 && 'a lock directory of its own needs root' }, async (t) => {
  plant()
  const old = new Set(manifest())
  const undisturbed = await run()
  assert.equal(undisturbed.code, 0, undisturbed.said)
  const wanted = manifest()
  const contents = new Set([...old, ...wanted].map((each) => each.replace(/^(\S+) \S+ \S+/, '$1')))
  assert.ok(wanted.length > 20 && wanted.filter((each) => old.has(each)).length < 5, 'the run is about something')

  const counts = { cut: 0, mended: 0, late: 0, left: 0, resumed: 0 }
  const crash = async (n: number) => {
    const victim = VICTIMS[n % VICTIMS.length] ?? 'the controller'
    const change = 1 + Math.floor(Math.random() * undisturbed.changes)
    const moment = Math.random() * 40
    plant()
    let hit = false
    const crashed = await run([], (begun, pid) => begun === change && void setTimeout(() => (hit = kill(victim, pid)), moment))
    const what = `${n}: ${victim} killed ${moment.toFixed(1)} ms after the beginning of change ${change}`
    counts[hit ? (crashed.code === 0 ? 'mended' : 'cut') : 'late']++
    // What is not one of ours on their way, or of the command's, is old or new.
    const found = manifestOfMoving()
    const temporary = found.filter((each) => /^(?:\S+\/)?\.hostwright\.|^made\.new /.test(each))
    if (temporary.length > 0) counts.left++
    const torn = found.filter((each) => !temporary.includes(each) && / 1\d{5} /.test(each.slice(0, 200))).filter((each) => !contents.has(each.replace(/^(\S+) \S+ \S+/, '$1')) && !/^conf /.test(each))
    assert.deepEqual(torn.map((each) => each.slice(0, 200)), [], what)
    // Who did not come to the end is who --resume takes; it asks the host what is done, as any run.
    const resumes = crashed.code !== 0 && n % 2 === 0
    if (resumes) counts.resumed++
    let next = await run(resumes ? ['--resume'] : [])
    if (next.code === 3 && next.said.includes('there is nothing to resume')) {
      assert.match(crashed.said, /"type":"task"[^\n]*\/finished","status"/, `${what}: it was killed between its last task and its last word`)
      next = await run()
    }
    assert.equal(next.code, 0, `${what}\n${crashed.said}\n${next.said}`)
    assert.deepEqual(manifest().map((each) => each.slice(0, 300)), wanted.map((each) => each.slice(0, 300)), what)
    assert.ok(manifest().join('\0') === wanted.join('\0'), what)
    assert.ok(free(), `${what}: the lock is still held`)
  }
  // In parts, so that a long run tells how far it is.
  for (let first = 0; first < COUNT; first += 10)
    await t.test(`from kill ${first + 1} on`, async () => {
      for (let n = first; n < Math.min(first + 10, COUNT); n++) await crash(n)
    })
  t.diagnostic(`${COUNT} kills: ${counts.cut} runs were cut short, ${counts.mended} found the host again by themselves, ${counts.late} had come to their end; ${counts.left} left temporary files; ${counts.resumed} were resumed`)
  assert.ok(counts.cut + counts.mended > COUNT / 2, JSON.stringify(counts))
})
