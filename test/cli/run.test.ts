import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectLocal } from '../../engine/transport/local/connect.ts'
import { ShellLink } from '../../engine/transport/shell/link.ts'
import { run } from '../rig/cli.ts'
import { closed, folder, fresh, here, onHere, put, start, tiny } from './tiny.ts'

const there = async (seen: () => boolean) => {
  for (let n = 0; n < 400 && !seen(); n++) await new Promise((resolve) => setTimeout(resolve, 25))
  assert.ok(seen(), 'it did not come to that')
}

test('check foretells what apply does; then nothing is left; exit 0, 6, 0', { timeout: 60_000 }, async () => {
  const dir = fresh()
  const check = await onHere(dir, '--check', '--detailed-exitcode', '--output', 'json')
  assert.equal(check.code, 6, check.stderr)
  assert.ok(!existsSync(dir))
  const apply = await onHere(dir, '--output', 'json')
  assert.equal(apply.code, 0, apply.stderr)
  assert.deepEqual(apply.changes, check.changes)
  assert.equal(apply.changes.length, 2)
  const again = await onHere(dir, '--check', '--detailed-exitcode', '--output', 'json')
  assert.deepEqual([again.code, again.changes], [0, []])
  assert.equal(readFileSync(join(dir, 'greeting'), 'utf8'), 'hello\n')
  // Every line is JSON, with a type and a time; the last is the recap.
  for (const line of apply.stdout.trimEnd().split('\n')) {
    const event: unknown = JSON.parse(line)
    assert.ok(typeof event === 'object' && event !== null && 'type' in event && 'at' in event)
  }
  assert.equal(apply.recap?.hosts['here']?.changed, 2)
})

test('a task that fails: exit 2, the reason and the place are told, nothing after it is done', async () => {
  const dir = fresh()
  const { code, events } = await onHere(dir, '-e', 'then=fail', '--output', 'json')
  assert.equal(code, 2)
  const failure = events.find((event) => event.type === 'failure')
  assert.ok(failure?.type === 'failure' && failure.output === 'the reason' && failure.place?.file.endsWith('test/playbooks/tiny.ts'))
  assert.ok(!existsSync(join(dir, 'after')))
})

test('what a role throws: exit 2', async () => assert.equal((await onHere(fresh(), '-e', 'then=throw')).code, 2))

test('fault 1: nobody answers: exit 4, and the others are worked on', async () => {
  assert.equal((await tiny('-i', closed, '-e', `dir=${fresh()}`)).code, 4)
  const dir = fresh()
  const { code, stdout } = await onHere(dir, '-i', closed)
  assert.equal(code, 4, stdout)
  assert.match(stdout, /closed.*127\.0\.0\.1/)
  assert.ok(existsSync(join(dir, 'greeting')))
})

test('fault 66: another run holds the host: exit 5, with its owner; --check does not care', { timeout: 60_000 }, async (t) => {
  const opened = await ShellLink.open(connectLocal(), { lock: { owner: 'somebody@else', waitSeconds: 50 } })
  assert.ok(opened.ok)
  t.after(() => opened.link.close())
  const refused = await tiny('-i', here, '-e', `dir=${fresh()}`)
  assert.equal(refused.code, 5, refused.stdout)
  assert.match(refused.stdout, /another run holds this host: somebody@else/)
  assert.equal((await onHere(fresh(), '--check')).code, 0)
})

test('who finds a host locked reads no value of the run that holds it', { timeout: 60_000 }, async () => {
  const dir = fresh()
  const { child, ended } = start(['-i', here, '-e', `dir=${dir}`, '-e', 'tiny.token=hunter22-canary', '--then', 'sleep', '--lock-wait', '50'])
  await there(() => existsSync(join(dir, 'begun')))
  const owner = ['/run/hostwright', join(homedir(), '.cache/hostwright')].map((at) => join(at, 'owner')).filter(existsSync).map((file) => readFileSync(file, 'utf8'))
  child.kill('SIGINT')
  await ended
  assert.match(owner[0] ?? '', /: npx tsx playbooks\/tiny\.ts -i \S+ -e dir=… -e tiny\.token=… --then … --lock-wait 50\n$/)
})

test('a report that cannot be written is told with its flag; one without a name, before anything is done', { timeout: 60_000 }, async () => {
  const full = await onHere(fresh(), '--report', '/dev/full')
  assert.deepEqual([full.code, /--report \/dev\/full: cannot be written: ENOSPC/.test(full.stderr)], [2, true], full.stderr)
  const dir = fresh()
  assert.deepEqual([(await onHere(dir, '--events', '')).code, existsSync(dir)], [3, false])
})

test('fault 62: Ctrl-C: the step that runs is finished, nothing new is started; exit 130; the lock is given back', { timeout: 60_000 }, async () => {
  const dir = fresh()
  const { child, ended } = start(['-i', here, '-e', `dir=${dir}`, '-e', 'then=sleep', '--lock-wait', '50'])
  await there(() => existsSync(join(dir, 'begun')))
  child.kill('SIGINT')
  const { code, text } = await ended
  assert.equal(code, 130, text)
  assert.deepEqual([existsSync(join(dir, 'slept')), existsSync(join(dir, 'after'))], [true, false])
  assert.match(text, /SIGINT/)
  // What is left is done by --resume.
  const resumed = await onHere(dir, '-e', 'then=sleep', '--resume', '--output', 'json')
  assert.equal(resumed.code, 0, resumed.stderr)
  assert.ok(existsSync(join(dir, 'after')))
  const nothing = await onHere(dir, '--resume')
  assert.deepEqual([nothing.code, nothing.stderr], [3, 'the last run of tiny finished on every host that it was for: there is nothing to resume\n1 problem; no host was contacted.\n'])
})

test('faults 62 and 63: Ctrl-C twice leaves at once; SIGTERM is as Ctrl-C', { timeout: 60_000 }, async () => {
  const dir = fresh()
  const { child, ended } = start(['-i', here, '-e', `dir=${dir}`, '-e', 'then=sleep', '--lock-wait', '50'])
  await there(() => existsSync(join(dir, 'begun')))
  const began = performance.now()
  child.kill('SIGTERM')
  await new Promise((resolve) => setTimeout(resolve, 200))
  child.kill('SIGTERM')
  const { code, text } = await ended
  assert.equal(code, 130)
  assert.match(text, /Left at once\. What was being done on hosts may go on there/)
  assert.ok(performance.now() - began < 1500)
})

test('fault 63: a terminal that is closed is as Ctrl-C', { timeout: 60_000 }, async () => {
  const dir = fresh()
  const { child, ended } = start(['-i', here, '-e', `dir=${dir}`, '-e', 'then=sleep', '--lock-wait', '50'], true)
  await there(() => existsSync(join(dir, 'begun')))
  // All that the terminal has in front gets the signal. (It ends what stands around our process, and with it the exit code.)
  process.kill(-(child.pid ?? 0), 'SIGHUP')
  const { text } = await ended
  assert.deepEqual([existsSync(join(dir, 'slept')), existsSync(join(dir, 'after'))], [true, false])
  assert.match(text, /INTERRUPTED {2}SIGHUP/)
})

test('fault 61: the controller is killed: nobody is locked out, and what is left is done by the next run', { timeout: 60_000 }, async () => {
  const dir = fresh()
  const { child, ended } = start(['-i', here, '-e', `dir=${dir}`, '-e', 'then=sleep', '--lock-wait', '50'], true)
  await there(() => existsSync(join(dir, 'begun')))
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await ended
  // The step that ran comes to its end, and is waited for.
  const next = await onHere(dir, '--resume', '-v')
  assert.equal(next.code, 0, next.stdout + next.stderr)
  assert.ok(existsSync(join(dir, 'slept')))
  const again = await onHere(dir, '-e', 'then=sleep', '--output', 'json')
  assert.equal(again.code, 0, again.stdout + again.stderr)
  assert.ok(existsSync(join(dir, 'after')))
})

test('fault 69: what nobody caught is told as a bug, with where things stand; exit 1', { timeout: 60_000 }, async () => {
  const dir = fresh()
  const { code, stdout, stderr } = await run(['test/playbooks/floating.ts', '-i', here, '-e', `dir=${dir}`, '--lock-wait', '50'], 60)
  assert.deepEqual([code, stderr], [1, ''])
  assert.match(stdout, /BUG {2}the engine itself is at fault: nobody caught this\n[^]*floating\.ts:\d+[^]*here +0 +1 /)
  assert.ok(existsSync(dir) && !existsSync(join(dir, 'after')))
})

test('fault 68: a report that cannot be written to its end: the result is told all the same; exit 2', async () => {
  const dir = fresh()
  const { code, stdout, stderr } = await onHere(dir, '--events', '/dev/full')
  assert.deepEqual([code, existsSync(join(dir, 'greeting'))], [2, true])
  assert.match(stdout, /^here +\d+ +\d+ /m)
  assert.match(stderr, /ENOSPC|no space left/)
})

/** On a terminal, as `script` makes one. */
const onTerminal = (env: string, dir: string) =>
  execFileSync('script', ['-qec', `env ${env} node_modules/.bin/tsx test/playbooks/tiny.ts -i '${here}' -e 'dir=${dir}' --lock-wait 50`, '/dev/null'], { cwd: new URL('../..', import.meta.url), encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'inherit'] })

test('fault 65: colours and a spinner on a terminal, and neither where CI is set', { timeout: 60_000 }, () => {
  assert.match(onTerminal('-u CI -u NO_COLOR TERM=xterm', fresh()), /\x1b\[/)
  const plain = onTerminal('CI=1 TERM=xterm', fresh())
  assert.match(plain, /create/)
  assert.doesNotMatch(plain, /\x1b/)
})

test('fault 64: nobody reads: `| head -1` is no crash', { timeout: 60_000 }, async () => {
  const dir = fresh()
  const script = `node_modules/.bin/tsx test/playbooks/tiny.ts -i "$1" -e "dir=$2" --lock-wait 50 -vvv --output json 2>"$3" | head -1; exit "\${PIPESTATUS[0]}"`
  const child = spawn('bash', ['-c', script, 'bash', here, dir, join(folder, 'stderr')], { stdio: ['ignore', 'pipe', 'inherit'], cwd: new URL('../..', import.meta.url) })
  const code = await new Promise((resolve) => child.on('close', resolve))
  assert.deepEqual([code, readFileSync(join(folder, 'stderr'), 'utf8')], [0, ''])
  assert.ok(existsSync(join(dir, 'greeting')))
})

test('reports are written: events 0600, HTML, JUnit', async () => {
  const at = (name: string) => join(folder, name)
  const { code } = await onHere(fresh(), '--report', at('r.html'), '--junit', at('j.xml'), '--events', at('e.ndjson'))
  assert.equal(code, 0)
  assert.match(readFileSync(at('r.html'), 'utf8'), /^<!doctype html>/i)
  assert.match(readFileSync(at('j.xml'), 'utf8'), /<testsuite/)
  assert.equal(statSync(at('e.ndjson')).mode & 0o777, 0o600)
  assert.match(readFileSync(at('e.ndjson'), 'utf8'), /"type":"recap".*\n$/)
})

test('a report that cannot be written is found before anybody is contacted', async () => {
  const dir = fresh()
  const { code, stderr } = await onHere(dir, '--report', '/no/such/place.html')
  assert.equal(code, 3)
  assert.match(stderr, /--report \/no\/such\/place\.html: cannot be written/)
  assert.ok(!existsSync(dir))
})

test('a secret stands in its file and nowhere else', { timeout: 60_000 }, async () => {
  const dir = fresh()
  const secret = 'correct horse $battery'
  const vars = put('secret.yml', `tiny: { token: '${secret}' }\n`)
  const events = join(folder, 'secret.ndjson')
  const { code, stdout, stderr } = await onHere(dir, '-e', `@${vars}`, '-e', 'then=leak', '-D', '-vvv', '--events', events)
  assert.equal(code, 0, stderr)
  const stat = statSync(join(dir, 'token'))
  assert.deepEqual([readFileSync(join(dir, 'token'), 'utf8'), stat.mode & 0o777], [secret, 0o600])
  for (const text of [stdout, stderr, readFileSync(events, 'utf8')]) assert.ok(!text.includes('battery'))
  assert.match(stdout, /\[secret\]/)
})

test('a journal that cannot be written spoils no run', async () => {
  const dir = fresh()
  const cwd = join(folder, 'elsewhere')
  mkdirSync(cwd)
  writeFileSync(join(cwd, '.hostwright'), 'in the way')
  const root = new URL('../..', import.meta.url).pathname
  const out = execFileSync('node', ['--import', `${root}node_modules/tsx/dist/esm/index.mjs`, `${root}test/playbooks/tiny.ts`, '-i', here, '-e', `dir=${dir}`, '--lock-wait', '50'], { cwd, encoding: 'utf8' })
  assert.match(out, /--resume will not know of this run/)
  assert.ok(existsSync(join(dir, 'greeting')))
  rmSync(cwd, { recursive: true })
})
