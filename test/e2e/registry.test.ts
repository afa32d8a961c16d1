import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { hostFolders } from '../../lab/paths.ts'
import { playbook } from '../rig/cli.ts'
import { ecrEndpoint } from '../rig/ecr-endpoint.ts'
import { onHost, resetHost } from '../rig/lab-host.ts'
import { needs } from '../rig/needs.ts'

// An image out of a private registry: a real one, with a password, on the host's own loopback, which Docker needs no certificate for.
const HOST = 'lab1'
const APP = 'registered'
const PASSWORD = 'registry-of-the-lab-51'
/** As long as one of ECR; bcrypt looks at the first 72 bytes. */
const TOKEN = `token-of-the-lab-${'eyJwYXlsb2FkIjoi'.repeat(120)}==`
const SERVER = '127.0.0.1:5055'
const AT = '/srv/hw-registry'
const sh = (text: string) => onHost(HOST, ['sh', '-c', text]).trim()
const binary = () => join(hostFolders(HOST).root, 'usr/local/bin/docker-registry')

const plain = (more: object) => ({ server: SERVER, username: 'deploy', ...more })
const deploy = (version: string, registry: object) =>
  playbook('deploy-app', [
    ...['-i', 'lab', '-l', HOST, '--app-name', APP, '--app-image', 'ghcr.io/acme/web', '--app-version', version, '--app-domain', `${APP}.lab`, '--tls', 'false'],
    ...['-e', JSON.stringify({ app: { observe: '1s', mirrors: { 'ghcr.io': `${SERVER}/mirror` }, registry } })],
  ])

function clean(): void {
  sh(`[ ! -f ${AT}/pid ] || kill "$(cat ${AT}/pid)" 2>/dev/null; rm -rf ${AT}; docker logout ${SERVER} >/dev/null 2>&1
    docker ps -aq --filter label=com.docker.compose.project=${APP} | xargs -r docker rm -f >/dev/null
    docker images --format '{{.Repository}}:{{.Tag}}' ${SERVER}/mirror/acme/web | xargs -r docker rmi >/dev/null 2>&1
    rm -rf /opt/services/apps/${APP} /opt/services/caddy/sites/${APP}.caddy /opt/services/caddy/up/${APP}-* /var/lib/hostwright/*/${APP}`)
  rmSync(binary(), { force: true })
}

before(async () => {
  for (const [name, more] of [['infra', []], ['deploy-standalone-services', ['-e', 'services=caddy']]] as const) assert.equal((await playbook(name, ['-i', 'lab', '-l', HOST, ...more])).code, 0)
  clean()
  copyFileSync(needs('docker-registry', 'docker-registry'), binary())
  const users = [['deploy', PASSWORD], ['AWS', TOKEN.slice(0, 72)]].map(([user = '', input]) => execFileSync(needs('htpasswd', 'apache2-utils'), ['-niB', user], { input, encoding: 'utf8' }).trim()).join('\n')
  sh(`mkdir -p ${AT} && printf '%s\\n' '${users}' >${AT}/htpasswd && cat >${AT}/config.yml <<'END'
version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: ${AT}/data } }
http: { addr: "${SERVER}" }
auth: { htpasswd: { realm: lab, path: ${AT}/htpasswd } }
END
setsid /usr/local/bin/docker-registry serve ${AT}/config.yml >${AT}/log 2>&1 </dev/null & echo $! >${AT}/pid
printf %s '${PASSWORD}' | { for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.5; curl -s -o /dev/null http://${SERVER}/v2/ && break; done; docker login -u deploy --password-stdin ${SERVER} 2>/dev/null; }
for v in v1 v2 v4; do docker tag hostwright-lab/web:$([ $v = v4 ] && echo v1 || echo $v) ${SERVER}/mirror/acme/web:$v && docker push -q ${SERVER}/mirror/acme/web:$v && docker rmi ${SERVER}/mirror/acme/web:$v; done >/dev/null
docker logout ${SERVER} >/dev/null`)
})
// Releases that go take their images with them: the next test finds a host that has all.
after(() => resetHost(HOST))

test('fault 79: a wrong password is told, and nothing is touched', async () => {
  const done = await deploy('v1', plain({ password: 'not-the-password' }))
  assert.equal(done.code, 2, done.stdout)
  assert.match(done.stdout, /unauthorized|authentication required/i)
  assert.doesNotMatch(done.stdout, /not-the-password/)
  assert.equal(sh(`ls /opt/services/apps`), '')
})

test('an app out of a private registry, by the name of its mirror', async () => {
  const done = await deploy('v1', plain({ kind: 'plain', password: PASSWORD }))
  assert.equal(done.code, 0, done.stdout + done.stderr)
  assert.match(sh(`curl -s -H 'Host: ${APP}.lab' http://127.0.0.1/`), /web v1/)
  assert.match(sh(`docker ps --format '{{.Image}}' --filter label=com.docker.compose.project=${APP}`), /127\.0\.0\.1:5055\/mirror\/acme\/web:v1/)
  assert.deepEqual((await deploy('v1', plain({ password: PASSWORD }))).changes, [])
  assert.match(sh('cat /root/.docker/config.json'), /127\.0\.0\.1:5055/)
})

test('logged out again where that is asked for, and not logged in at all when the image is there', async () => {
  const done = await deploy('v2', plain({ password: PASSWORD, logout: true }))
  assert.equal(done.code, 0, done.stdout + done.stderr)
  assert.doesNotMatch(sh('cat /root/.docker/config.json'), /127\.0\.0\.1:5055/)
  assert.deepEqual((await deploy('v2', plain({ password: PASSWORD, logout: true }))).changes, [])
})

test('fault 79: an image that is not there: the old version serves on', async () => {
  const done = await deploy('v9', plain({ password: PASSWORD }))
  assert.equal(done.code, 2, done.stdout)
  assert.match(done.stdout, /cannot be had/)
  assert.match(sh(`curl -s -H 'Host: ${APP}.lab' http://127.0.0.1/`), /web v2/)
})

test('ECR: a password that is asked for once, when the image has to be fetched, and is not kept', async (t) => {
  await using endpoint = await ecrEndpoint(TOKEN)
  const environment = { ...process.env }
  t.after(() => void (process.env = environment))
  Object.assign(process.env, endpoint.env)
  const registry = { kind: 'ecr', region: 'eu-west-1', endpoint: endpoint.url }
  endpoint.fault = () => ({ type: 'ExpiredTokenException' })
  const refused = await deploy('v4', registry)
  assert.equal(refused.code, 2, refused.stdout)
  assert.match(refused.stdout, /ECR \(eu-west-1, .*the credentials have expired/)
  assert.match(sh(`curl -s -H 'Host: ${APP}.lab' http://127.0.0.1/`), /web v2/)

  endpoint.fault = undefined
  endpoint.asked.length = 0
  const done = await deploy('v4', registry)
  assert.equal(done.code, 0, done.stdout + done.stderr)
  assert.match(sh(`docker ps --format '{{.Image}}' --filter label=com.docker.compose.project=${APP}`), /127\.0\.0\.1:5055\/mirror\/acme\/web:v4/)
  assert.doesNotMatch(sh('cat /root/.docker/config.json'), /127\.0\.0\.1:5055/)
  assert.deepEqual((await deploy('v4', registry)).changes, [])
  assert.deepEqual(endpoint.asked, ['GetAuthorizationToken'])
  for (const text of [refused.stdout, done.stdout, done.stderr]) assert.doesNotMatch(text, /token-of-the-lab/)
})
