import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { playbook } from '../rig/cli.ts'
import { onHost, resetHost } from '../rig/lab-host.ts'

// Two hosts, one after the other. What is called by one tag is healthy on the first and not on the second: the second keeps its old one, and with
// --undo-all the first goes back to it.
const HOSTS = ['lab1', 'lab3']
const APP = 'fleet'
const sh = (host: string, text: string) => onHost(host, ['sh', '-c', text]).trim()
const deploy = (version: string, ...more: string[]) =>
  playbook('deploy-app', ['-i', 'lab', '-l', HOSTS.join(','), '--app-name', APP, '--app-image', 'hostwright-lab/web', '--app-version', version, '--app-domain', `${APP}.lab`, '--tls', 'false', '-e', '{"app":{"observe":"1s","start_period":"1s"}}', ...more])
const page = (host: string) => sh(host, `curl -s -H 'Host: ${APP}.lab' http://127.0.0.1/`)

function clean(): void {
  for (const host of HOSTS)
    sh(host, `docker ps -aq --filter label=com.docker.compose.project=${APP} | xargs -r docker rm -f >/dev/null
      docker rmi hostwright-lab/web:mixed >/dev/null 2>&1
      rm -rf /opt/services/apps/${APP} /opt/services/caddy/sites/${APP}.caddy /opt/services/caddy/up/${APP}-* /var/lib/hostwright/*/${APP}`)
}

before(async () => {
  for (const [name, more] of [['infra', []], ['deploy-standalone-services', ['-e', 'services=caddy']]] as const) assert.equal((await playbook(name, ['-i', 'lab', '-l', HOSTS.join(','), ...more])).code, 0)
  clean()
  sh('lab1', 'docker tag hostwright-lab/web:v2 hostwright-lab/web:mixed')
  sh('lab3', 'docker tag redis:7-alpine hostwright-lab/web:mixed')
  assert.equal((await deploy('v1')).code, 0)
})
// Releases that go take their images with them: the next test finds a host that has all.
after(() => HOSTS.forEach(resetHost))

const serving = () => HOSTS.map((host) => /<h1>web (\S+?)</.exec(page(host))?.[1])

test('when it fails on the second host, the first goes back', async () => {
  const done = await deploy('mixed', '--undo-all')
  assert.equal(done.code, 2, done.stdout + done.stderr)
  assert.deepEqual(serving(), ['v1', 'v1'])
  assert.match(sh('lab1', `cat /opt/services/apps/${APP}/.env`), /APP_VERSION="v1"/)
  assert.match(done.stdout, /lab1.*Not taken back/)
  // Who was taken back is not through: to resume is to do both.
  const resumed = await deploy('mixed', '--resume', '--list-hosts')
  assert.match(resumed.stdout, /2 hosts\n {2}lab1\n {2}lab3\n/)
})

test('both at once: one that is still under way when the other fails goes back too', async () => {
  const done = await deploy('mixed', '--undo-all', '--serial', '2', '-e', '{"app":{"observe":"20s"}}')
  assert.equal(done.code, 2, done.stdout + done.stderr)
  const told = done.events.flatMap((event) => (event.type === 'task' && event.task.startsWith('rollout') ? [`${event.host} ${event.status}`] : []))
  assert.deepEqual(told, ['lab3 failed', 'lab1 changed', 'lab1 changed'], 'the one that fails is the first to end')
  assert.deepEqual(serving(), ['v1', 'v1'])
})

test('without --undo-all the first keeps the new one, and the rest is not touched', async () => {
  assert.equal((await deploy('mixed')).code, 2)
  assert.deepEqual(serving(), ['mixed', 'v1'])
})

test('a release that was only started again is the one it had: it stays', async () => {
  sh('lab1', `docker rm -f $(docker ps -q --filter label=com.docker.compose.project=${APP})`)
  assert.equal((await deploy('mixed', '--undo-all')).code, 2)
  assert.deepEqual(serving(), ['mixed', 'v1'])
})
