import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Load } from '../../lab/load.ts'
import { readState } from '../../lab/state.ts'
import { waitUntil } from '../../lab/wait.ts'
import { playbook, type CliRun } from '../rig/cli.ts'
import { onHost, resetHost } from '../rig/lab-host.ts'

// What an app has beside it, out of the same image: a worker, which takes over with it or goes back with it, and a job of cron.
const HOST = 'lab2'
const APP = 'crew'
const WORK = 'echo "working $APP_VERSION"; [ "$APP_VERSION" != v2 ] || exit 1; trap "exit 0" TERM; while :; do sleep 0.2; done'
const workers = { mail: { command: ['sh', '-c', WORK] } }
const REPORT = ['sh', '-c', 'echo "report of $APP_VERSION, 100%"; exit 3']
/** Cron itself runs one of them, and only that: somebody who runs the same by hand would be left out, now and then. */
const jobs = { minutely: { schedule: '* * * * *', command: REPORT }, nightly: { schedule: '@yearly', command: REPORT }, long: { schedule: '@yearly', command: ['sleep', '60'], timeout: '2s' } }

const sh = (text: string) => onHost(HOST, ['sh', '-c', text]).trim()
/** With a worker and jobs, where nothing else is said. */
const deploy = (version: string, more: object = { workers, jobs }, name = APP) =>
  playbook('deploy-app', ['-i', 'lab', '-l', HOST, '--app-name', name, '--app-image', 'hostwright-lab/good', '--app-domain', `${name}.lab`, '--tls', 'false', '--app-version', version, '-e', JSON.stringify({ app: { observe: '1s', ...more } })], 240)
const other = (name: string, ...more: string[]) => playbook(name, ['-i', 'lab', '-l', HOST, '--app-name', APP, ...more], 240)
const containers = (project = APP) => sh(`docker ps -a --filter label=com.docker.compose.project=${project} --filter label=com.docker.compose.oneoff=False --format '{{.Names}} {{.Image}} {{.State}}' | sed 's/-[0-9]* / /' | sort`)
const both = (version: string) => [`${APP}-${APP}-mail hostwright-lab/good:${version} running`, `${APP}-${APP} hostwright-lab/good:${version} running`].sort().join('\n')
/** What the job says when somebody runs it by hand. */
const job = (name: string) => sh(`sh /opt/services/apps/${APP}/job.sh ${name} 2>&1 || true`)

function ended(done: CliRun, code: number): CliRun {
  assert.equal(done.code, code, done.stdout + done.stderr)
  return done
}
/** One container of each, Compose would do nothing, no journal. */
function settled(version: string): void {
  assert.equal(containers(), both(version))
  assert.doesNotMatch(sh(`cd /opt/services/apps/${APP} && docker compose --dry-run up -d 2>&1`), /Recreat|Creat|Start/)
  assert.equal(sh(`cd /var/lib/hostwright/rollout/${APP} && ls -d phase prev old others next 2>/dev/null || true`), '')
  assert.equal(sh(`cat /opt/services/caddy/up/${APP}-1`), APP)
}

before(async () => {
  sh('busybox syslogd -O /var/log/syslog')
  for (const [name, more] of [['infra', []], ['deploy-standalone-services', ['-e', 'services=caddy']]] as const) ended(await playbook(name, ['-i', 'lab', '-l', HOST, ...more]), 0)
})
after(() => resetHost(HOST))

test('a first version whose worker does not run leaves nothing', async () => {
  const done = ended(await deploy('v2'), 2)
  assert.match(done.stdout, /crew-crew-mail-1 ended, or was started again/)
  assert.match(done.stdout, /working v2/, 'the screen tells what it said')
  assert.equal(containers(), '')
  assert.equal(sh(`ls -A /opt/services/apps/${APP}; ls /etc/cron.d | grep ${APP} || true`), '')
})

test('app, worker and jobs come up, and the second run does nothing', async () => {
  const done = ended(await deploy('v1'), 0)
  assert.match(done.changes.join('\n'), /start crew, and with it crew-mail/)
  settled('v1')
  assert.equal(sh(`docker logs ${APP}-${APP}-mail-1`), 'working v1')
  assert.deepEqual(ended(await deploy('v1'), 0).changes, [])
})

test('a job runs out of the version that is deployed: by hand, one at a time, no longer than it may', () => {
  assert.equal(job('nightly'), 'report of v1, 100%\nended with 3')
  assert.match(sh(`cd /opt/services/apps/${APP}; sh job.sh long 4 2>&1 & sleep 1.5; sh job.sh long 4 2>&1 || true; wait`), /^left out: the one before still runs\n(?:Killed\n)?not done after 4 s: ended\nended with 1(?:24|37)$/m)
  assert.equal(containers(), both('v1'), 'nothing of it is left')
})

test('a version whose worker does not stay is undone, and no request is lost', async () => {
  const load = new Load({ address: readState().hosts[HOST]?.address ?? '', host: `${APP}.lab` }, 40, { seconds: 240, slow: false })
  await load.started
  const done = ended(await deploy('v2'), 2)
  assert.match(done.stdout, /crew-crew-mail-1 ended, or was started again/)
  assert.match(done.stdout, /the new version was taken away again, files and containers are those of before, and the old version serves on/)
  settled('v1')
  assert.equal(job('nightly').split(',')[0], 'report of v1')

  ended(await deploy('v3'), 0)
  settled('v3')
  assert.equal(job('nightly').split(',')[0], 'report of v3')
  const { failed, failures } = await load.stop()
  assert.deepEqual([failed, failures], [0, []])
})

test('a rollback brings the worker back with it', async () => {
  ended(await other('rollback-app'), 0)
  settled('v1')
})

test('the rollout is killed on the host while a worker is replaced: no request is lost, a job waits, and the next deploy begins from what was', async () => {
  // It takes its five seconds to end, and there is another one beside it.
  const stubborn = { jobs, workers: { mail: { command: ['sh', '-c', 'trap "" TERM; while :; do sleep 0.2; done'], grace: '5s' } } }
  ended(await deploy('v1', stubborn), 0)
  const load = new Load({ address: readState().hosts[HOST]?.address ?? '', host: `${APP}.lab` }, 40, { seconds: 240, slow: false })
  await load.started
  const journal = `/var/lib/hostwright/rollout/${APP}`
  sh(`setsid sh -c 'i=0; until [ -e ${journal}/others ]; do i=$((i + 1)); [ $i -lt 6000 ] || exit; sleep 0.01; done; sleep 1; pkill -9 -f "rollout/${APP}/run[.]sh"' >/dev/null 2>&1 </dev/null &`)
  assert.match(ended(await deploy('v3', { ...stubborn, workers: { ...stubborn.workers, sms: workers.mail } }), 2).stdout, /finishes or undoes it/)
  assert.equal(sh(`cat ${journal}/phase`), 'beside')
  assert.equal(sh(`timeout 3 sh /opt/services/apps/${APP}/job.sh nightly 2>&1; echo "code $?"`), 'code 124', 'nobody knows which version it would be')
  // What it had begun (the old worker takes its time) may still be under way: the next one waits for that.
  ended(await deploy('v1', stubborn), 0)
  settled('v1')
  assert.equal(job('nightly').split(',')[0], 'report of v1')
  const { failed, failures } = await load.stop()
  assert.deepEqual([failed, failures], [0, []])
})

test('another project that has the name of a worker is refused: what is meant for one would reach the other', async () => {
  const done = ended(await deploy('v1', {}, `${APP}-mail`), 2)
  assert.match(done.stdout, /crew-crew-mail-1 of the project \\"crew\\" is \\"crew-mail\\" on the network shared_network, too/)
  assert.equal(containers(`${APP}-mail`), '')
  settled('v1')
})

test('cron runs a job, and the log of the system has what it said', async () => {
  await waitUntil('a job of cron', 75, async () => /crew-minutely: report of v\d, 100%/.test(sh('cat /var/log/syslog')))
})

test('what is not asked for any more goes, and removing the app leaves nothing of it', async () => {
  const done = ended(await deploy('v1', {}), 0)
  assert.match(done.changes.join('\n'), /crew-crew-mail-1 is an orphan[^]*remove the file \/etc\/cron.d\/app-crew/)
  assert.equal(containers(), `${APP}-${APP} hostwright-lab/good:v1 running`)
  ended(await deploy('v1'), 0)
  settled('v1')
  ended(await other('remove-app'), 0)
  assert.equal(containers(), '')
  assert.equal(sh(`ls -d /opt/services/apps/${APP} /etc/cron.d/app-${APP} 2>/dev/null || true`), '')
})
