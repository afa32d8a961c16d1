import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { cases } from '../rig/cases.ts'
import { run } from '../rig/cli.ts'
import { onHost, resetHost } from '../rig/lab-host.ts'
import { LeakSearch } from '../rig/leak-search.ts'

// Secrets of services and apps that can be recognized whatever becomes of them, through all that a run can come to.
const HOST = 'lab5'
const APP = 'canary'
const DIR = '/srv/hw-canary'

const search = new LeakSearch(HOST)
const { canaries } = search
/** What a run prints in, where the others are met elsewhere in this file. */
const outputs = cases<readonly ('plain' | 'json' | 'tty')[]>(['tty'], ['plain', 'json', 'tty'])
/** Puts a secret into the store. */
const stored = (name: string, value: string) => search.put(name, `${value}\n`)
for (const app of ['first', 'second']) for (const [key, value] of Object.entries(canaries.environment(`C_${app.toUpperCase()}`))) stored(`${app}/${key}`, value)
for (const name of ['postgres/FIRST', 'postgres/SECOND', 'redis/PASSWORD']) stored(name, canaries.plain(name))
for (const [key, value] of Object.entries(canaries.environment('files'))) stored(`files/${key}`, value)

/** Prints the environment in all forms that programs write text in. */
const PRINT =
  'env; export -p; python3.11 -c \'import os, json, base64, shlex, urllib.parse as u; [print(f(v)) for k, v in sorted(os.environ.items()) if k.startswith("C_") ' +
  'for f in (repr, json.dumps, lambda v: json.dumps({"v": v}, ensure_ascii=False), u.quote, u.quote_plus, lambda v: u.quote(v, safe=""), shlex.quote, lambda v: base64.b64encode(v.encode()).decode(), ' +
  'lambda v: base64.b64encode(("x" + v).encode()).decode(), lambda v: base64.b64encode(("xy" + v).encode()).decode(), lambda v: base64.urlsafe_b64encode(v.encode()).decode(), ' +
  'lambda v: base64.encodebytes(v.encode()).decode())]\''

const appVars = (secrets: string, more: object = {}) => search.vars(`app: { ${Object.entries({ wait: '40s', observe: '1s', start_period: '20s', ...more }).map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(', ')}, secrets: !secrets ${secrets}/ }\n`)
const deployed = (version: string, image = 'good') => ['playbooks/deploy-app.ts', '-i', 'lab', '--app-name', APP, '--app-image', `hostwright-lab/${image}`, '--app-domain', `${APP}.lab`, '--tls', 'false', '--app-version', version]
const services = (password: string) => search.vars(`postgres: { password: !secret postgres/${password} }\nredis: { password: !secret redis/PASSWORD }\n`)
const standing = ['playbooks/deploy-standalone-services.ts', '-i', 'lab']

before(async () => {
  resetHost(HOST)
  search.makeLoud()
  // Docker is started anew here, by sshd's child; what it starts is not what sshd runs.
  assert.equal((await run(['playbooks/infra.ts', '-i', 'lab', '-l', HOST])).code, 0)
  await search.watch()
})
after(async () => {
  await search.close()
  resetHost(HOST)
})

test('services: check, apply, and another password for PostgreSQL', { timeout: 300_000 }, async () => {
  for (const output of outputs) await search.run([...standing, ...services('FIRST'), '-D', '--check'], output)
  await search.run([...standing, ...services('FIRST'), '-D'], 'json')
  const rotated = await search.run([...standing, ...services('SECOND'), '-D', '--services', 'postgres'], 'tty')
  assert.match(rotated.stdout, /set the password of the role/)
})

test('an app: check, first deploy, and a refusal before any host is asked', { timeout: 300_000 }, async () => {
  for (const output of cases(['plain'] as const, outputs)) await search.run([...deployed('v1'), ...appVars('first'), '-D', '--check'], output)
  const done = await search.run([...deployed('v1'), ...appVars('first'), '-D'], 'tty')
  assert.match(done.stdout, /\x1b\[\?25l.*app › /s, 'a line under the text says what is under way')
  for (const output of ['plain', 'tty'] as const) {
    const refused = await search.run([...standing, ...search.vars('postgres: { password: !secret files/files_LINES }\nredis: { password: !secret files/files_LONG }\n')], output, 3)
    assert.match(refused.stdout + refused.stderr, /knows no quoting/)
  }
})

test('a version that prints its environment and never becomes healthy', { timeout: 300_000 }, async () => {
  const printing = { wait: '8s', start_period: '1s', health_command: `env >/proc/1/fd/1; ${PRINT} >/proc/1/fd/1; ${PRINT}; exit 1` }
  for (const output of outputs) {
    const done = await search.run([...deployed('v2', 'sick'), ...appVars('second', printing), '-D'], output, 2)
    assert.match(done.stdout, /\[secret\]/)
    assert.match(done.stdout, /C_SECOND_LONG/, 'the environment was printed')
  }
})

test('what runs before prints all forms and does not end', { timeout: 300_000 }, async () => {
  for (const output of cases(['json'] as const, outputs)) {
    const done = await search.run([...deployed('v2'), ...appVars('second', { before: ['sh', '-c', `${PRINT}; sleep 60`], before_timeout: '3s' }), '-D'], output, 2)
    assert.match(done.stdout, /what was to run before did not succeed/)
    assert.match(done.stdout, /C_SECOND_LONG/, 'the environment was printed')
  }
})

test('a controller that is killed in the middle; then the next deploy, history and rollback', { timeout: 300_000 }, async () => {
  await search.killed('start:', [...deployed('v2'), ...appVars('second'), '-D'])
  const outcome = `/var/lib/hostwright/rollout/${APP}/outcome`
  onHost(HOST, ['sh', '-c', `i=0; until [ "$(cat ${outcome} 2>/dev/null)" = 0 ]; do i=$((i + 1)); [ $i -lt 300 ] || exit 1; sleep 0.2; done`])
  await search.run([...deployed('v3'), ...appVars('second'), '-D'], 'plain')
  const told = await search.run(['playbooks/history-app.ts', '-i', 'lab', '--app-name', APP], 'plain')
  assert.match(told.stdout, /env: .*\+C_SECOND_LONG\([0-9a-z.]+\)/)
  await search.run(['playbooks/rollback-app.ts', '-i', 'lab', '--app-name', APP, '--to', 'v1', '-D'], 'tty')
  assert.equal(canaries.in(onHost(HOST, ['cat', `/opt/services/apps/${APP}/.env`])).length, 5)
})

test('commands that fail or do not end, a registry that does not answer, a crash', { timeout: 300_000 }, async () => {
  for (const [kind, output, crash] of [['LINES', 'plain', false], ['LONG', 'json', true], ['QUOTES', 'plain', false], ['LETTERS', 'tty', false], ['DOLLARS', 'tty', true]] as const) {
    const given = search.vars(`careless: { dir: ${DIR}, registry: "127.0.0.1:9", content: !secret files/files_${kind}, password: !secret files/files_LETTERS, crash: ${crash} }\n`)
    const careless = ['test/playbooks/canary.ts', '-i', 'lab', ...given, '-D']
    if (kind === 'LINES' || cases(false, !crash)) await search.run([...careless, '--check'], output)
    const done = await search.run(careless, output, crash ? 2 : 0)
    assert.match(done.stdout, /\[secret\]/)
  }
})

test('nothing has one that needs none, on either end', { timeout: 120_000 }, async () => {
  // In the layer of a container, where an image would be made from.
  const control = { command: "docker exec -u 0 -i redis sh -c 'cat >/hw-control'", path: /^\/var\/lib\/docker\/.*\/hw-control$/ }
  const { trace, log } = await search.nothingLeft({ ours: OURS, others: DOCKERS }, control)
  assert.match(trace, /execve\("[^"]*docker", \["docker", "exec"/, 'the trace has what sshd runs')
  assert.match(log, /sshd\[\d+\]: Accepted publickey/)
})

/** Where secrets belong; `log` has what the app itself printed. */
const OURS = new RegExp(`^(?:/opt/services/(?:apps/${APP}|postgres|redis)/[.]env|/var/lib/hostwright/rollout/${APP}/(?:(?:next|prev)/[.]env|log)|/var/lib/hostwright/releases/${APP}/[^/]+/files/[.]env|${DIR}/content)$`)
/**
 * Docker's own: what a container is made with (in its file, in containerd's, in containerd's database), and what it printed. And for as long as it takes
 * to begin one more process in a container, as each health check is: what runc begins it with, which comes and goes while we look.
 */
const DOCKERS = /^\/var\/lib\/docker\/(?:containers\/[^/]+\/(?:config[.]v2[.]json|[.]tmp-config[.]v2[.]json\d+|[^/]+-json[.]log)|containerd\/daemon\/io[.]containerd[.]metadata[.]v1[.]bolt\/meta[.]db)$|^\/run\/docker\/containerd\/.*\/config[.]json$|^\/tmp\/runc-process\d+$/
