import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { playbook, type CliRun } from '../rig/cli.ts'
import { onHost, resetHost } from '../rig/lab-host.ts'

// What else of an app changes with a version, or without one: its domain, its replicas, the way in which a version takes over.
const HOST = 'lab4'
const APP = 'moves'
const sh = (text: string) => onHost(HOST, ['sh', '-c', text]).trim()
const deploy = (version: string, domain: string | undefined, ...more: string[]) =>
  playbook('deploy-app', ['-i', 'lab', '-l', HOST, '--app-name', APP, '--app-image', 'hostwright-lab/web', '--app-version', version, ...(domain === undefined ? [] : ['--app-domain', domain]), '--tls', 'false', '-e', '{"app":{"observe":"0s","start_period":"1s","keep":20}}', ...more], 180)
const page = (domain: string) => /<h1>web (\S+?)</.exec(sh(`curl -s -H 'Host: ${domain}' http://127.0.0.1/`))?.[1]
const containers = () => sh(`docker ps -a --filter label=com.docker.compose.project=${APP} --format '{{.Image}} {{.State}}'`).split('\n')

before(async () => {
  for (const [name, more] of [['infra', []], ['deploy-standalone-services', ['-e', 'services=caddy']]] as const) ended(await playbook(name, ['-i', 'lab', '-l', HOST, ...more]), 0)
  ended(await deploy('v1', 'one.lab'), 0)
})
after(() => resetHost(HOST))

function ended(done: CliRun, code: number): CliRun {
  assert.equal(done.code, code, done.stdout + done.stderr)
  return done
}

test('a domain moves with the version that takes over, and stays where it was when none does', async () => {
  for (const other of ['two.lab', undefined]) {
    ended(await deploy('v3-broken', other, '-e', '{"app":{"wait":"6s"}}'), 2)
    assert.deepEqual([page('one.lab'), page('two.lab')], ['v1', undefined])
  }
  ended(await deploy('v2', 'two.lab'), 0)
  assert.deepEqual([page('one.lab'), page('two.lab')], [undefined, 'v2'])
  assert.deepEqual(ended(await deploy('v2', 'two.lab'), 0).changes, [])
  // The domain is that of the app: it stays, and that is said.
  const back = ended(await playbook('rollback-app', ['-i', 'lab', '-l', HOST, '--app-name', APP]), 0)
  assert.match(back.stdout, /Not taken back: .*and the domain: it is http:\/\/two\.lab/)
  assert.deepEqual([page('one.lab'), page('two.lab')], [undefined, 'v1'])
})

test('more replicas, and fewer: foretold as it is done, with either strategy', async () => {
  for (const [strategy, replicas] of [['switch', 2], ['docker-rollout', 1], ['docker-rollout', 2], ['switch', 1]] as const) {
    const wish = ['--strategy', strategy, '--replicas', String(replicas)]
    const foretold = ended(await deploy('v1', 'two.lab', ...wish, '--check'), 0).changes
    assert.deepEqual(ended(await deploy('v1', 'two.lab', ...wish), 0).changes, foretold)
    assert.deepEqual(containers(), Array.from({ length: replicas }, () => 'hostwright-lab/web:v1 running'))
    assert.deepEqual(ended(await deploy('v1', 'two.lab', ...wish), 0).changes, [])
  }
})

test('the strategy alone changes, without a release: a rollback finds its way all the same', async () => {
  ended(await deploy('v2', 'two.lab'), 0)
  ended(await deploy('v2', 'two.lab', '--strategy', 'docker-rollout'), 0)
  ended(await playbook('rollback-app', ['-i', 'lab', '-l', HOST, '--app-name', APP]), 0)
  assert.equal(page('two.lab'), 'v1')
})
