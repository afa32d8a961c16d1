import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { hostFolders } from '../../lab/paths.ts'
import { initOf } from '../../lab/process.ts'
import { Canaries } from '../rig/canaries.ts'
import { run, type CliRun } from '../rig/cli.ts'
import { onHost } from '../rig/lab-host.ts'
import { changedFilesWith, namespaceOf, processes, traced, traceLines, traceOf, watchProcesses } from '../rig/trace.ts'

// Secrets that can be recognized whatever becomes of them, through all that a run can come to. They are looked for in all that is printed and
// reported, in every file that changed on either end, in the words and environment of every program that the controller or sshd starts, and in
// those of all processes.
const HOST = 'lab5'
const APP = 'canary'
const DIR = '/srv/hw-canary'

const folder = mkdtempSync(join(tmpdir(), 'hw-canary-'))
const [store, reports, traces] = [join(folder, 'store'), join(folder, 'reports'), join(folder, 'traces')]
for (const each of [store, reports, traces]) mkdirSync(each, { mode: 0o700 })

const canaries = new Canaries()
/** Puts a secret into the store. */
function stored(name: string, value: string): void {
  mkdirSync(dirname(join(store, name)), { recursive: true, mode: 0o700 })
  writeFileSync(join(store, name), `${value}\n`, { mode: 0o600 })
}
for (const app of ['first', 'second']) for (const [key, value] of Object.entries(canaries.environment(`C_${app.toUpperCase()}`))) stored(`${app}/${key}`, value)
for (const name of ['postgres/FIRST', 'postgres/SECOND', 'redis/PASSWORD']) stored(name, canaries.plain(name))
for (const [key, value] of Object.entries(canaries.environment('files'))) stored(`files/${key}`, value)
const begun = join(folder, 'begun')
const patterns = join(store, 'patterns')
writeFileSync(begun, '')
writeFileSync(patterns, canaries.patterns, { mode: 0o600 })

/** Prints the environment in all forms that programs write text in. */
const PRINT =
  'env; export -p; python3.11 -c \'import os, json, base64, shlex, urllib.parse as u; [print(f(v)) for k, v in sorted(os.environ.items()) if k.startswith("C_") ' +
  'for f in (repr, json.dumps, lambda v: json.dumps({"v": v}, ensure_ascii=False), u.quote, u.quote_plus, lambda v: u.quote(v, safe=""), shlex.quote, lambda v: base64.b64encode(v.encode()).decode(), ' +
  'lambda v: base64.b64encode(("x" + v).encode()).decode(), lambda v: base64.b64encode(("xy" + v).encode()).decode(), lambda v: base64.urlsafe_b64encode(v.encode()).decode(), ' +
  'lambda v: base64.encodebytes(v.encode()).decode())]\''

let n = 0
/** A run as a user starts it, with all reports, each program that it starts written down. */
async function traceable(words: readonly string[], output: string, more: readonly string[] = []): Promise<CliRun> {
  const name = `${++n}-${output}`
  const done = await run([...words, '-i', 'lab', '-l', HOST, '-vvv', '--lock-wait', '60', '--output', output, ...reportFlags(name), ...more], 120, traced(join(traces, name)))
  writeFileSync(join(reports, `${name}.stdout`), done.stdout)
  writeFileSync(join(reports, `${name}.stderr`), done.stderr)
  return done
}
const reportFlags = (name: string) => ['html', 'xml', 'ndjson'].flatMap((ending, index) => [['--report', '--junit', '--events'][index] ?? '', join(reports, `${name}.${ending}`)])

/** Variables of a run, in a file. */
function vars(text: string): string[] {
  const path = join(folder, `vars-${++n}.yml`)
  writeFileSync(path, `secrets: { store: files, directory: ${store} }\n${text}`)
  return ['-e', `@${path}`]
}
const appVars = (secrets: string, more: object = {}) => vars(`app: { ${Object.entries({ wait: '40s', observe: '1s', start_period: '20s', ...more }).map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(', ')}, secrets: !secrets ${secrets}/ }\n`)
const deployed = (version: string, image = 'good') => ['playbooks/deploy-app.ts', '--app-name', APP, '--app-image', `hostwright-lab/${image}`, '--app-domain', `${APP}.lab`, '--tls', 'false', '--app-version', version]

/** It ended so, and nothing that was said or reported so far holds a secret. */
function ended(done: CliRun, code: number): CliRun {
  assert.deepEqual(leaksOnController(), [])
  assert.equal(done.code, code, `${done.stdout}\n${done.stderr}`.slice(-5000))
  return done
}
const leaksOnController = () => readdirSync(reports).filter((name) => name.startsWith(`${n}-`) || name.startsWith('killed')).flatMap((name) => canaries.in(readFileSync(join(reports, name), 'utf8')).map((canary) => `${name}: ${canary}`))

const seen = new Set<string>()
let stopWatching: () => Promise<number> = () => Promise.resolve(0)
const reset = () => execFileSync('node_modules/.bin/tsx', ['lab/cli.ts', 'reset', HOST], { timeout: 120_000 })
before(async () => {
  reset()
  // Docker is started anew here, by sshd's child; what it starts is not what sshd runs.
  assert.equal((await run(['playbooks/infra.ts', '-i', 'lab', '-l', HOST])).code, 0)
  const init = (await initOf(HOST)) ?? 0
  const inside = namespaceOf(init) ?? ''
  const sshd = processes().filter((pid) => namespaceOf(pid) === inside && /^sshd: .*listener/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')))
  assert.equal(sshd.length, 1)
  const trace = await traceOf(sshd, join(traces, 'sshd'))
  const watch = watchProcesses(new Set([inside, namespaceOf(process.pid) ?? '']), (pid, words) => {
    for (const canary of canaries.in(words)) seen.add(`${canary} in ${pid}: ${words.slice(0, 80)}`)
  })
  stopWatching = async () => {
    await trace.stop()
    return watch.stop()
  }
})
after(async () => {
  await stopWatching()
  rmSync(folder, { recursive: true, force: true })
  reset()
})

const services = (password: string) => vars(`postgres: { password: !secret postgres/${password} }\nredis: { password: !secret redis/PASSWORD }\n`)
const standing = ['playbooks/deploy-standalone-services.ts']

test('services: check, apply, and another password for PostgreSQL', { timeout: 120_000 }, async () => {
  ended(await traceable(standing, 'plain', [...services('FIRST'), '-D', '--check']), 0)
  ended(await traceable(standing, 'json', [...services('FIRST'), '-D']), 0)
  const rotated = ended(await traceable(standing, 'plain', [...services('SECOND'), '-D', '--services', 'postgres']), 0)
  assert.match(rotated.stdout, /set the password of the role/)
})

test('an app: check, first deploy, and a refusal before any host is asked', { timeout: 120_000 }, async () => {
  ended(await traceable(deployed('v1'), 'plain', [...appVars('first'), '-D', '--check']), 0)
  ended(await traceable(deployed('v1'), 'plain', [...appVars('first'), '-D']), 0)
  const refused = ended(await traceable(standing, 'plain', vars('postgres: { password: !secret files/files_LINES }\nredis: { password: !secret files/files_LONG }\n')), 3)
  assert.match(refused.stderr, /knows no quoting/)
})

test('a version that prints its environment and never becomes healthy', { timeout: 120_000 }, async () => {
  const printing = { wait: '8s', start_period: '1s', health_command: `env >/proc/1/fd/1; ${PRINT} >/proc/1/fd/1; ${PRINT}; exit 1` }
  for (const output of ['plain', 'json']) {
    const done = ended(await traceable(deployed('v2', 'sick'), output, [...appVars('second', printing), '-D']), 2)
    assert.match(done.stdout, /\[secret\]/)
    assert.match(done.stdout, /C_SECOND_LONG/, 'the environment was printed')
  }
})

test('what runs before prints all forms and does not end', { timeout: 120_000 }, async () => {
  const done = ended(await traceable(deployed('v2'), 'json', [...appVars('second', { before: ['sh', '-c', `${PRINT}; sleep 60`], before_timeout: '3s' }), '-D']), 2)
  assert.match(done.stdout, /what was to run before did not succeed/)
  assert.match(done.stdout, /C_SECOND_LONG/, 'the environment was printed')
})

test('a controller that is killed in the middle; then the next deploy, history and rollback', { timeout: 300_000 }, async () => {
  await killedAt('start:', [...deployed('v2'), ...appVars('second')])
  const outcome = `/var/lib/hostwright/rollout/${APP}/outcome`
  onHost(HOST, ['sh', '-c', `i=0; until [ "$(cat ${outcome} 2>/dev/null)" = 0 ]; do i=$((i + 1)); [ $i -lt 300 ] || exit 1; sleep 0.2; done`])
  ended(await traceable(deployed('v3'), 'plain', [...appVars('second'), '-D']), 0)
  const told = ended(await traceable(['playbooks/history-app.ts', '--app-name', APP], 'plain'), 0)
  assert.match(told.stdout, /env: .*\+C_SECOND_LONG\([0-9a-z]+\)/)
  ended(await traceable(['playbooks/rollback-app.ts', '--app-name', APP, '--to', 'v1'], 'plain', ['-D']), 0)
  assert.equal(canaries.in(onHost(HOST, ['cat', `/opt/services/apps/${APP}/.env`])).length, 5)
})

test('commands that fail or do not end, a registry that does not answer, a crash', { timeout: 120_000 }, async () => {
  for (const [kind, crash] of [['LINES', false], ['LONG', true], ['QUOTES', false]] as const) {
    const given = vars(`careless: { dir: ${DIR}, registry: "127.0.0.1:9", content: !secret files/files_${kind}, password: !secret files/files_LETTERS, crash: ${crash} }\n`)
    if (!crash) ended(await traceable(['test/playbooks/canary.ts'], 'plain', [...given, '-D', '--check']), 0)
    const done = ended(await traceable(['test/playbooks/canary.ts'], crash ? 'json' : 'plain', [...given, '-D']), crash ? 2 : 0)
    assert.match(done.stdout, /\[secret\]/)
  }
})

test('no file and no process has one that needs none, on either end', { timeout: 120_000 }, async () => {
  const rounds = await stopWatching()
  stopWatching = () => Promise.resolve(0)
  assert.ok(rounds > 100, `${rounds} looks at the processes`)
  assert.deepEqual([...seen], [])

  const programs = new Set<string>()
  for (const name of readdirSync(traces))
    for await (const line of traceLines(join(traces, name))) {
      for (const canary of canaries.in(line)) programs.add(`${name}: ${canary} in ${line.slice(0, 200)}`)
    }
  assert.deepEqual([...programs], [])
  assert.match(readFileSync(join(traces, 'sshd'), 'utf8'), /execve\("[^"]*docker", \["docker", "exec"/, 'the trace has what sshd runs')

  const local = [tmpdir(), '/var/tmp', '/dev/shm', '/var/log', '/root', join(import.meta.dirname, '../..', '.hostwright')]
  assert.deepEqual(changedFilesWith(patterns, begun, local).filter((path) => !path.startsWith(`${store}/`)), [])

  const { upper, docker } = hostFolders(HOST)
  const init = (await initOf(HOST)) ?? 0
  const found = changedFilesWith(patterns, begun, [upper, docker, `/proc/${init}/root/run`, `/proc/${init}/root/dev/shm`])
  const inHost = (path: string) => path.replace(upper, '').replace(docker, '/var/lib/docker').replace(`/proc/${init}/root`, '')
  assert.deepEqual(found.map(inHost).filter((path) => !OURS.test(path) && !DOCKERS.test(path)), [])
  for (const path of found.filter((each) => OURS.test(inHost(each)))) {
    const { mode, uid } = statSync(path)
    assert.deepEqual([mode & 0o7777, uid], [0o600, 0], inHost(path))
  }
})

/** Where secrets belong, each 0600 and of root; `log` has what the app itself printed. */
const OURS = new RegExp(`^(?:/opt/services/(?:apps/${APP}|postgres|redis)/[.]env|/var/lib/hostwright/rollout/${APP}/(?:(?:next|prev)/[.]env|log)|/var/lib/hostwright/releases/${APP}/[^/]+/files/[.]env|${DIR}/content)$`)
/** Docker's own: what a container is made with (in its file, in containerd's, in containerd's database), and what it printed. */
const DOCKERS = /^\/var\/lib\/docker\/(?:containers\/[^/]+\/(?:config[.]v2[.]json|[^/]+-json[.]log)|containerd\/daemon\/io[.]containerd[.]metadata[.]v1[.]bolt\/meta[.]db)$|^(?:\/run\/docker\/containerd\/.*\/config[.]json)$/

/** Runs a deploy in a process group of its own, and ends the group with SIGKILL once the rollout says this. */
function killedAt(step: string, words: readonly string[]): Promise<void> {
  const name = 'killed'
  const [program = '', ...flags] = traced(join(traces, name))
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...flags, 'node_modules/.bin/tsx', ...words, '-i', 'lab', '-l', HOST, '-D', '-vvv', '--output', 'json', ...reportFlags(name)], { stdio: ['ignore', 'pipe', 'ignore'], detached: true, timeout: 90_000 })
    let heard = ''
    let killed = false
    child.stdout.on('data', (chunk: Buffer) => {
      heard += chunk.toString()
      if (killed || !new RegExp(`"type":"output".*"text":"${step}`).test(heard)) return
      killed = true
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    })
    child.on('close', () => {
      writeFileSync(join(reports, `${name}.stdout`), heard)
      if (killed) resolve()
      else reject(new Error(`it never said "${step}": ${heard.slice(-2000)}`))
    })
  })
}
