import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Load } from '../../lab/load.ts'
import { readState } from '../../lab/state.ts'
import { cases } from '../rig/cases.ts'
import { killedAt, playbook, type CliRun } from '../rig/cli.ts'
import { onHost, resetHost } from '../rig/lab-host.ts'

// The cut-over from outside: under load, with a version that does not become healthy, with the controller killed at each step, and with
// the program on the host killed. Whatever happens: the app answers, and the next deploy ends well with nothing left over.
const HOST = 'lab1'
const APP = 'cutover'
const args = (version: string, ...more: string[]) => ['-i', 'lab', '-l', HOST, '--app-name', APP, '--app-image', 'hostwright-lab/web', '--app-domain', `${APP}.lab`, '--tls', 'false', '--app-version', version, ...more]
const deploy = (version: string, ...more: string[]) => playbook('deploy-app', args(version, '-e', QUICK, ...more), 180)
const QUICK = '{"app":{"observe":"1s"}}'
const address = () => readState().hosts[HOST]?.address ?? ''
const load = () => new Load({ address: address(), host: `${APP}.lab` }, 60, { seconds: 240, slow: false })
const sh = (text: string) => onHost(HOST, ['sh', '-c', text]).trim()
const journal = `/var/lib/hostwright/rollout/${APP}`

/** Containers of the app, stopped ones too, by what they run. */
const containers = () => sh(`docker ps -a --filter label=com.docker.compose.project=${APP} --format '{{.Image}} {{.State}}'`).split('\n')
/** What must be true whenever nothing is under way: one container, Caddy sends to the name, Compose would do nothing, no journal. */
function settled(version: string): void {
  assert.deepEqual(containers(), [`hostwright-lab/web:${version} running`])
  assert.equal(sh(`cat /opt/services/caddy/up/${APP}-1`), APP)
  const would = sh(`cd /opt/services/apps/${APP} && docker compose --dry-run up -d 2>&1`)
  assert.match(would, /Running/)
  assert.doesNotMatch(would, /Recreat|Creat|Start/)
  assert.equal(sh(`ls ${journal}`).split('\n').filter((name) => !['lock', 'log', 'outcome', 'run.sh'].includes(name)).join(' '), '')
  assert.match(sh(`cat /opt/services/apps/${APP}/.env`), new RegExp(`APP_VERSION="${version}"`))
}

before(async () => {
  for (const [name, more] of [['infra', []], ['deploy-standalone-services', ['-e', 'services=caddy']]] as const) {
    const done = await playbook(name, ['-i', 'lab', '-l', HOST, ...more])
    assert.equal(done.code, 0, done.stdout + done.stderr)
  }
  clean()
  ended(await deploy('v1'), 0)
})
// Releases that go take their images with them: the next test finds a host that has all.
after(() => resetHost(HOST))

function clean(): void {
  sh(`docker ps -aq --filter label=com.docker.compose.project=${APP} | xargs -r docker rm -f >/dev/null
    rm -rf /opt/services/apps/${APP} /opt/services/caddy/sites/${APP}.caddy /opt/services/caddy/up/${APP}-* ${journal} /var/lib/hostwright/releases/${APP} /var/lib/hostwright/compose/${APP}`)
}

function ended(done: CliRun, code: number): CliRun {
  assert.equal(done.code, code, done.stdout + done.stderr)
  return done
}

test('fault 85: a new version takes over, no request is lost, and the second run does nothing', async () => {
  const requests = load()
  await requests.started
  ended(await deploy('v2'), 0)
  const { sent, failed, failures } = await requests.stop()
  assert.deepEqual([failed, failures], [0, []])
  assert.ok(sent > 300, `${sent} requests`)
  settled('v2')
  assert.deepEqual(ended(await deploy('v2'), 0).changes, [])
})

test('fault 81: a version that does not become healthy gets no request: exit 2, the reason on one screen, all as it was', async () => {
  const requests = load()
  await requests.started
  const done = ended(await deploy('v3-broken', '-e', '{"app":{"start_period":"1s"}}'), 2)
  const { failed, failures, versions } = await requests.stop()
  assert.deepEqual([failed, failures, Object.keys(versions)], [0, [], ['v2']])
  settled('v2')
  const failure = JSON.stringify(done.events.find(({ type }) => type === 'failure'))
  for (const said of [/503/, /health check/, /unhealthy/, /running now: .*web:v2/, /deploy again/]) assert.match(failure, said)
})

test('fault 79: too little room for an image that has to be fetched: refused before anything is touched', async () => {
  const before = sh(`find /opt/services/apps/${APP} -type f -exec stat -c '%n %Y %i' {} +; docker ps -aq --no-trunc`)
  const done = ended(await deploy('v9', '-e', '{"app":{"min_free":"900000g"}}'), 2)
  assert.match(JSON.stringify(done.events.find(({ type }) => type === 'failure')), /has \d+ MiB free, and before hostwright-lab\/web:v9 is fetched it must have 921600000 MiB \(min_free\).*running now: .*web:v2.*docker system df/)
  assert.equal(sh(`find /opt/services/apps/${APP} -type f -exec stat -c '%n %Y %i' {} +; docker ps -aq --no-trunc`), before)
  settled('v2')
  // An image that is there takes no room.
  assert.deepEqual(ended(await deploy('v2', '-e', '{"app":{"min_free":"900000g"}}'), 0).changes, [])
})

/** The version that runs, and one to deploy. */
function versions(): readonly [now: string, next: string] {
  return containers()[0]?.includes(':v1') ? ['v1', 'v2'] : ['v2', 'v1']
}

// Killed when the log of the rollout says this. The rollout goes on by itself, so that it matters little where.
for (const step of cases(['switched:'], ['start:', 'switched:', 'watch:'])) {
  test(`faults 61 and 84: the controller is killed at "${step}": the rollout ends by itself, and the next deploy is an ordinary one`, async () => {
    const [now, next] = versions()
    const requests = load()
    await requests.started
    await killedAt(step, ['playbooks/deploy-app.ts', ...args(next)])
    await until(() => sh(`cat ${journal}/outcome 2>/dev/null || true`) === '0', 'the rollout did not end by itself')
    settled(next)
    ended(await deploy(now, '--lock-wait', '30'), 0)
    const { failed, failures } = await requests.stop()
    assert.deepEqual([failed, failures], [0, []])
    settled(now)
  })
}

for (const phase of cases(['beside', 'switched'], ['prepare', 'beside', 'switched', 'stopped'])) {
  test(`fault 84: the rollout is killed on the host in the phase "${phase}": the app answers, the next deploy finishes or undoes it`, async () => {
    const [now, next] = versions()
    const requests = load()
    await requests.started
    const killer = `i=0; until [ "$(cat ${journal}/phase 2>/dev/null)" = ${phase} ]; do i=$((i + 1)); [ $i -lt 3000 ] || exit; sleep 0.01; done; pkill -9 -f "rollout/${APP}/run[.]sh"`
    sh(`setsid sh -c '${killer}' >/dev/null 2>&1 </dev/null &`)
    const done = await deploy(next)
    assert.equal(done.code, 2, done.stdout)
    assert.match(done.stdout, /finishes or undoes it/)
    ended(await deploy(now, '--lock-wait', '30'), 0)
    settled(now)
    const { failed, failures } = await requests.stop()
    assert.deepEqual([failed, failures], [0, []])
  })
}

for (const phase of cases(['switched'], ['beside', 'switched', 'stopped'])) {
  test(`fault 84: Docker is started again in the phase "${phase}": what is not known is not taken for gone, and nothing false is said`, async () => {
    const [now, next] = versions()
    const requests = load()
    await requests.started
    const restarts = `i=0; until [ "$(cat ${journal}/phase 2>/dev/null)" = ${phase} ]; do i=$((i + 1)); [ $i -lt 3000 ] || exit; sleep 0.01; done; service docker stop; sleep 3; service docker start`
    sh(`setsid sh -c '${restarts}' >/dev/null 2>&1 </dev/null &`)
    const done = await deploy(next)
    assert.ok(done.code === 0 || done.code === 2, done.stdout + done.stderr)
    if (done.code === 2) assert.match(done.stdout, /the old version serves on|the next rollout finishes this one or undoes it/)
    if (done.code === 0 || /serves on/.test(done.stdout)) settled(done.code === 0 ? next : now)
    // Docker takes its ports away and makes them anew, and answers for names within its networks: a second or so is its own.
    const { sent, failed, failures } = await requests.stop()
    assert.deepEqual(failures.filter((each) => !/ECONNREFUSED|status 502/.test(each)), [])
    assert.ok(failed < sent / 20, `${failed} of ${sent} requests`)
    ended(await deploy(now, '--lock-wait', '30'), 0)
    settled(now)
  })
}

const kept = () => sh(`ls /var/lib/hostwright/releases/${APP}`).split('\n').length

test('fault 87: rollback brings back configuration and image, and history tells it', async () => {
  const [now, next] = versions()
  const before = kept()
  assert.ok(before === 4 || before === 5, `${before} releases, of at most 5`)
  ended(await deploy(next, '-e', '{"app":{"observe":"1s","keep":7,"secrets":{"API_KEY":"key-of-the-second"}}}'), 0)
  assert.equal(kept(), before + 1)
  const requests = load()
  await requests.started
  // Whoever moves the tag does not move the release.
  sh(`docker tag hostwright-lab/web:v3-broken hostwright-lab/web:${now}`)
  const done = ended(await playbook('rollback-app', ['-i', 'lab', '-l', HOST, '--app-name', APP]), 0)
  const { failed, failures } = await requests.stop()
  assert.deepEqual([failed, failures], [0, []])
  settled(now)
  assert.doesNotMatch(sh(`cat /opt/services/apps/${APP}/.env`), /API_KEY/)
  assert.match(sh(`docker exec $(docker ps -q --filter label=com.docker.compose.project=${APP}) env`), new RegExp(`APP_VERSION=${now}`))
  assert.match(done.stdout, /Not taken back/)
  const told = await playbook('history-app', ['-i', 'lab', '-l', HOST, '--app-name', APP])
  assert.match(told.stdout, new RegExp(`runs now .* ${now} .*back to .*-API_KEY`))
  assert.doesNotMatch(told.stdout, /key-of-the-second/)
  assert.equal(kept(), before + 2, 'as many stay as the last deploy said')
  // Run again it does not bring back what it has just taken away.
  const again = ended(await playbook('rollback-app', ['-i', 'lab', '-l', HOST, '--app-name', APP]), 0)
  assert.deepEqual(again.changes, [])
  assert.match(again.stdout, new RegExp(`was brought back already, to ${now} of .*with --to: ${next} `))
  settled(now)
  const unknown = ended(await playbook('rollback-app', ['-i', 'lab', '-l', HOST, '--app-name', APP, '--to', 'v9']), 2)
  assert.match(unknown.stdout, /there is no release v9/)
})

test('without its domain it is taken out of Caddy, and runs on; with it, it is back', async () => {
  const [now] = versions()
  const page = () => sh(`curl -s -H 'Host: ${APP}.lab' http://127.0.0.1/`)
  const bare = args(now, '-e', QUICK).map((word, index, all) => (all[index - 1] === '--app-domain' ? 'none' : word))
  const done = ended(await playbook('deploy-app', bare, 180), 0)
  assert.ok(done.changes.some((each) => each.includes(`remove the file /opt/services/caddy/sites/${APP}.caddy`)), done.changes.join('\n'))
  assert.equal(page(), 'no such site')
  assert.deepEqual(containers(), [`hostwright-lab/web:${now} running`])
  assert.deepEqual(ended(await playbook('deploy-app', bare, 180), 0).changes, [])
  ended(await deploy(now), 0)
  assert.match(page(), new RegExp(`web ${now}`))
  settled(now)
})

async function until(test: () => boolean, otherwise: string): Promise<void> {
  const end = Date.now() + 90_000
  while (!test()) {
    assert.ok(Date.now() < end, otherwise)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
