import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeProject } from '../../engine/facts/compose-project.ts'
import { readRecord, recordLines } from '../../engine/facts/compose-record.ts'
import { dockerEngine, isAtLeast } from '../../engine/facts/docker-engine.ts'
import { dockerImage } from '../../engine/facts/docker-image.ts'
import { dockerLogin } from '../../engine/facts/docker-login.ts'
import { detachedContainers, dockerNetwork, dockerNetworkNames } from '../../engine/facts/docker-network.ts'
import { Unseen, type Fact } from '../../engine/facts/fact.ts'
import { os } from '../../engine/facts/os.ts'

/** What a fact makes of an answer. A kind that is asked one by one finds it behind the first mark. */
function read<T>(fact: Fact<T>, output: string): unknown {
  const bytes = Buffer.from(output)
  return fact.kind.parse([bytes, bytes], [fact.arg])[0]
}

// Recorded from 20.10.24 and 26.1.5 daemons with 26.1 and 28.2 clients; shortened to what is read and some of what is not.
const info = (more: string) => `{"ID":"2GZS","Containers":2,"Driver":"overlay2","LoggingDriver":"json-file","HttpProxy":"","Swarm":{"NodeID":"","LocalNodeState":"inactive"},${more},"ClientInfo":{"Debug":false,"Version":"28.2.2","Plugins":[{"SchemaVersion":"0.1.0","Version":"v2.40.3-3","Name":"compose","Path":"/usr/local/lib/docker/cli-plugins/docker-compose"}]}}\n`
const NO_DAEMON = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'
const NO_ACCESS = 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.24/info": dial unix /var/run/docker.sock: connect: permission denied'
const up = info('"LiveRestoreEnabled":true,"ServerVersion":"20.10.24+dfsg1"')
const noServer = info('"LiveRestoreEnabled":false,"ServerVersion":""')
const running = { kind: 'running', version: '20.10.24+dfsg1', compose: '2.40.3-3', liveRestore: true, loggingDriver: 'json-file', swarm: false, configIsOlder: true, atBoot: undefined }

const engines: [what: string, output: string, state: unknown][] = [
  ['not there', '', { kind: 'absent' }],
  ['a client without a daemon on this host', `${noServer}${NO_DAEMON}\n`, { kind: 'absent' }],
  ['running', `hw:dockerd\n${up}\n`, running],
  ['running elsewhere', up, running],
  ['running, with a newer file, not started at boot', `hw:dockerd\nhw:newer-config\nhw:boot disabled\n${up}`, { ...running, configIsOlder: false, atBoot: false }],
  ['running, enabled', `hw:dockerd\nhw:boot enabled\n${up}`, { ...running, atBoot: true }],
  ['fault 78: stopped', `hw:dockerd\n${noServer}${NO_DAEMON}\n`, { kind: 'stopped', message: NO_DAEMON, compose: '2.40.3-3' }],
  ['stopped, as older clients say it', `hw:dockerd\n${noServer.replace('"Containers"', `"ServerErrors":["${NO_DAEMON}"],"Containers"`)}`, { kind: 'stopped', message: NO_DAEMON, compose: '2.40.3-3' }],
  ['fault 78: forbidden', `hw:dockerd\n${noServer}${NO_ACCESS}\n`, { kind: 'forbidden', message: NO_ACCESS }],
  ['a broken plugin', up.replace('"Name":"compose"', '"Name":"compose","Err":"exec format error"'), { ...running, compose: undefined }],
  ['a swarm', up.replace('"LocalNodeState":"inactive"', '"LocalNodeState":"active"'), { ...running, swarm: true }],
]
for (const [what, output, state] of engines) test(`docker engine: ${what}`, () => assert.deepEqual(read(dockerEngine(), output), state))

test('docker engine: versions are compared part by part', () => {
  assert.deepEqual(['2.17', '2.17.0', '2.26.1-4', '2.40.3', '5.0.0', '', '2.16.9', '2.9', '1.29.2'].map((version) => isAtLeast(version, '2.17')), [true, true, true, true, true, true, false, false, false])
})

const bridge = '{"Name":"n1","Id":"b9d8","Scope":"local","Driver":"bridge","EnableIPv6":false,"IPAM":{"Driver":"default","Options":{},"Config":[{"Subnet":"172.30.0.0/24","Gateway":"172.30.0.1"}]},"Internal":false,"Attachable":true,"Ingress":false,"Containers":{"fc98":{"Name":"c1"}},"Options":{},"Labels":{"a":"b"}}\n'
const present = { kind: 'present', driver: 'bridge', internal: false, attachable: true, subnets: [{ subnet: '172.30.0.0/24', gateway: '172.30.0.1' }], labels: { a: 'b' }, containers: ['c1', 'c2'] }

test('docker network: one of two, with running and resting containers', () => {
  const output = Buffer.from(`${bridge}Error response from daemon: network n2 not found\n= c2\tn1\n= c1\tn1,other\n= c3\tn11\n`)
  assert.deepEqual(dockerNetwork('n1').kind.parse([output], ['n1', 'n2']), [present, { kind: 'absent' }])
})

test('docker network: absent without Docker, unseen without a daemon, and an ambiguous name is told', () => {
  assert.deepEqual(read(dockerNetwork('n1'), ''), { kind: 'absent' })
  assert.ok(read(dockerNetwork('n1'), `${NO_DAEMON}\n`) instanceof Unseen)
  assert.ok(read(dockerNetworkNames(), `${NO_DAEMON}\n`) instanceof Unseen)
  assert.deepEqual(read(dockerNetwork('n1'), 'Error: No such network: n1\n'), { kind: 'absent' })
  assert.match(JSON.stringify(read(dockerNetwork('n1'), 'Error response from daemon: network n1 is ambiguous (2 matches found on name)\n')), /ambiguous/)
  assert.deepEqual(read(dockerNetworkNames(), 'WARNING: something\n= bridge\n= n1\n'), new Set(['bridge', 'n1']))
  assert.deepEqual(read(detachedContainers('n1'), '/var/lib/hostwright/networks/n1 fc98 --alias db\n/var/lib/hostwright/networks/n2 aaaa\n'), ['fc98'])
})

const image = '{"id":"sha256:6e7498fda071aaaa","tags":["redis:7","localhost:5000/redis:7"],"digests":["redis@sha256:dd"]}\n'
const users = '= sha256:6e7498fda071aaaa true /redis\n= sha256:6e7498fda071aaaa false /old\n= sha256:ffff true /web\n'

test('docker image: found by each of its names', () => {
  const there = { kind: 'present', id: 'sha256:6e7498fda071aaaa', tags: ['redis:7', 'localhost:5000/redis:7'], digests: ['redis@sha256:dd'], running: ['redis'], resting: ['old'] }
  for (const name of ['redis:7', 'docker.io/library/redis:7', 'localhost:5000/redis:7', 'redis@sha256:dd', 'redis:9@sha256:dd', 'sha256:6e7498fda071aaaa', '6e7498fda071']) assert.deepEqual(read(dockerImage(name), `${image}${users}`), there, name)
  for (const name of ['redis', 'redis:8', 'other/redis:7', 'redis@sha256:ee']) assert.deepEqual(read(dockerImage(name), `${image}Error response from daemon: No such image: ${name}\n${users}`), { kind: 'absent' }, name)
})

test('docker login: stored, kept by a helper, or not there', () => {
  assert.deepEqual(read(dockerLogin('r'), 'stored 0a1b\n'), { kind: 'stored', digest: '0a1b' })
  assert.deepEqual(read(dockerLogin('r'), 'helper pass deploy\n'), { kind: 'helper', helper: 'pass', user: 'deploy' })
  assert.deepEqual(read(dockerLogin('r'), 'helper pass \n'), { kind: 'helper', helper: 'pass', user: undefined })
  assert.deepEqual(read(dockerLogin('r'), ''), { kind: 'absent' })
})

const labels = (service: string, oneoff = 'False') => `{"com.docker.compose.config-hash":"bffe","com.docker.compose.oneoff":"${oneoff}","com.docker.compose.project":"shop","com.docker.compose.project.working_dir":"/opt/shop","com.docker.compose.service":"${service}"}`
const web = `{"id":"cf16","name":"/shop-web-1","imageId":"sha256:1","image":"shop:1","state":"running","exit":0,"networks":["shop_default","shared",null],"health":"healthy","labels":${labels('web')}}\n`
const once = web.replace(labels('web'), labels('web', 'True'))
const other = web.replaceAll('"shop"', '"other"')

test('compose project: its containers, volumes and record, and nobody else’s', () => {
  const output = Buffer.from(`@ shop service aa web\n@ shop container cf16 -\n@ other service bb web\n${web}${once}${other}= shop data\n= other cache\n~ sha256:2 shop:1\n% cf16 /opt/shop/a b\n% ffff /opt/other/c\n`)
  const [shop] = composeProject('shop').kind.parse([output], ['shop', 'other'])
  assert.deepEqual(shop, {
    containers: [{ id: 'cf16', name: 'shop-web-1', service: 'web', directory: '/opt/shop', state: 'running', health: 'healthy', exitCode: 0, image: 'shop:1', imageId: 'sha256:1', imageNow: 'sha256:2', networks: ['shared', 'shop_default'], lostMounts: ['/opt/shop/a b'] }],
    volumes: ['data'],
    record: { services: new Map([['web', { digest: 'aa', read: new Map(), mounted: new Map(), loaded: undefined }]]), volumes: new Map(), containers: new Set(['cf16']) },
  })
})

test('fault 78: compose project: a container that cannot be read is not taken for missing; one that just went is', () => {
  assert.match(JSON.stringify(read(composeProject('shop'), `${web}template parsing error: template: :1:35: map has no entry for key "Health"\n`)), /template parsing error/)
  assert.ok(read(composeProject('shop'), `${NO_DAEMON}\n`) instanceof Unseen)
  assert.deepEqual(read(composeProject('shop'), 'Error: No such container: cf16\n'), { containers: [], volumes: [], record: undefined })
})

test('compose record: comes back as it was written, paths with spaces too', () => {
  const record = {
    services: new Map([
      ['web', { digest: 'aa', read: new Map([['/opt/shop/.env', 'e1']]), mounted: new Map([['/opt/shop/conf/a b', 'm1']]), loaded: undefined }],
      ['proxy', { digest: 'bb', read: new Map(), mounted: new Map(), loaded: new Map([['/opt/shop/sites/x', 'l1']]) }],
      ['idle', { digest: 'cc', read: new Map(), mounted: new Map(), loaded: new Map() }],
    ]),
    volumes: new Map([['data', 'v1']]),
  }
  assert.deepEqual(readRecord(`${recordLines(record)}container cf16 -\nsomething else\n`.split('\n')), { ...record, containers: new Set(['cf16']) })
})

test('os: Debian, Ubuntu and what says nothing', () => {
  const debian = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\nhw_arch=amd64\nhw_apt=1\n'
  const ubuntu = 'NAME="Linux Mint"\nVERSION_ID="22"\nVERSION_CODENAME=wilma\nID=linuxmint\nID_LIKE="ubuntu debian"\nUBUNTU_CODENAME=noble\nhw_arch=arm64\nhw_apt=1\n'
  assert.deepEqual(read(os(), debian), { id: 'debian', like: [], version: '12', codename: 'bookworm', architecture: 'amd64', apt: true })
  assert.deepEqual(read(os(), ubuntu), { id: 'linuxmint', like: ['ubuntu', 'debian'], version: '22', codename: 'noble', architecture: 'arm64', apt: true })
  assert.deepEqual(read(os(), ''), { id: '', like: [], version: '', codename: '', architecture: '', apt: false })
})
