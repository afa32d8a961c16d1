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

test('a domain moves with the version that takes over, and stays where it was when none does; there may be several, and none is to be said', async () => {
  const forgotten = ended(await deploy('v2', undefined), 2)
  assert.match(forgotten.stdout, /moves answers for http:\/\/one\.lab, and is given no domain now/)
  assert.deepEqual([page('one.lab'), containers()], ['v1', ['hostwright-lab/web:v1 running']])
  for (const other of ['two.lab', 'none']) {
    ended(await deploy('v3-broken', other, '-e', '{"app":{"wait":"6s"}}'), 2)
    assert.deepEqual([page('one.lab'), page('two.lab')], ['v1', undefined])
  }
  ended(await deploy('v2', 'two.lab,www.two.lab'), 0)
  assert.deepEqual(['one.lab', 'two.lab', 'www.two.lab'].map(page), [undefined, 'v2', 'v2'])
  assert.deepEqual(ended(await deploy('v2', 'two.lab,www.two.lab'), 0).changes, [])
  ended(await deploy('v2', 'two.lab'), 0)
  assert.deepEqual(['one.lab', 'two.lab', 'www.two.lab'].map(page), [undefined, 'v2', undefined])
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

test('another directory in the place of that of Caddy (out of a backup, say): the sites are back with the next run, whichever it is', async () => {
  for (const [version, mend] of [
    ['v1', () => playbook('deploy-standalone-services', ['-i', 'lab', '-l', HOST, '-e', 'services=caddy'])],
    ['v2', () => deploy('v2', 'two.lab')],
    ['v1', () => deploy('v1', 'two.lab')],
    ['v2', () => playbook('rollback-app', ['-i', 'lab', '-l', HOST, '--app-name', APP])],
  ] as const) {
    const was = sh('docker ps -q --filter name=^caddy$')
    sh('cd /opt/services && cp -a caddy caddy.new && rm -rf caddy && mv caddy.new caddy && docker restart -t 1 caddy >/dev/null && rm -rf caddy.old && cp -a caddy caddy.new && mv caddy caddy.old && mv caddy.new caddy')
    const done = ended(await mend(), 0)
    assert.ok(done.changes.some((each) => each.includes('recreate caddy: it sees another directory than /opt/services/caddy is now')), done.changes.join('\n'))
    assert.notEqual(sh('docker ps -q --filter name=^caddy$'), was)
    assert.equal(page('two.lab'), version)
  }
  // What is wrong does not go live then, either: what Caddy has in its memory is all that serves.
  sh(`cd /opt/services && printf 'two.lab {\\n\\trespond "other"\\n}\\n' | sed 's,^two,http://www.two,' >caddy/sites/other.caddy && docker exec caddy caddy reload --config /etc/caddy/Caddyfile 2>&1 && rm -rf caddy.old && cp -a caddy caddy.new && mv caddy caddy.old && mv caddy.new caddy`)
  const wrong = ended(await deploy('v2', 'two.lab,www.two.lab'), 2)
  assert.match(wrong.stdout, /ambiguous site definition: http:\/\/www\.two\.lab/)
  assert.equal(page('two.lab'), 'v2')
  sh('rm -rf /opt/services/caddy.old /opt/services/caddy/sites/other.caddy')
  ended(await deploy('v2', 'two.lab'), 0)
})

test('an app is removed: foretold as it is done; data stays unless it is asked for; and it can be deployed again', async () => {
  const remove = (...more: string[]) => playbook('remove-app', ['-i', 'lab', '-l', HOST, '--app-name', APP, ...more], 180)
  const left = () => sh(`ls -d /opt/services/apps/${APP} /opt/services/caddy/sites/${APP}.caddy /opt/services/caddy/up/${APP}-* /var/lib/hostwright/*/${APP} /data/${APP} 2>/dev/null; true`).split('\n').filter((path) => path !== '')
  const WITH_DATA = ['--replicas', '2', '-e', '{"app":{"data":true,"observe":"0s","start_period":"1s","keep":20}}']
  ended(await deploy('v2', 'two.lab', ...WITH_DATA), 0)
  // Another app, whose name begins alike, is not touched.
  const site = `/opt/services/caddy/sites/${APP}.caddy`
  sh(`mkdir -p /opt/services/apps/${APP}-2 && printf x >/opt/services/caddy/up/${APP}-2-1 && printf kept >/data/${APP}/kept && cp ${site} /root/site && sed -i '1d' ${site}`)
  const refused = ended(await remove(), 2)
  assert.match(refused.stdout, /sites\/moves\.caddy is not as we wrote it: Caddy would go on to send there/)
  assert.equal(page('two.lab'), 'v2')
  sh(`cp /root/site ${site}`)
  // Of somebody else, and of the name that was mistyped: nothing is taken down.
  sh(`mkdir -p /srv/monitoring && cd /srv/monitoring && printf 'services: { a: { image: "hostwright-lab/web:v1", stop_grace_period: 1s } }\\n' >docker-compose.yml && docker compose up -d 2>&1`)
  assert.match(ended(await playbook('remove-app', ['-i', 'lab', '-l', HOST, '--app-name', 'monitoring']), 2).stdout, /what runs as monitoring here was brought up from \/srv\/monitoring, and not from \/opt\/services\/apps\/monitoring: it is not ours/)
  assert.equal(sh('docker ps -q --filter label=com.docker.compose.project=monitoring | wc -l'), '1')
  sh('docker compose -p monitoring down 2>&1; rm -rf /srv/monitoring')

  const foretold = ended(await remove('--check'), 0).changes
  assert.equal(page('two.lab'), 'v2')
  const done = ended(await remove(), 0)
  assert.deepEqual(done.changes, foretold)
  assert.match(done.stdout, /\/data\/moves stays; --data delete takes it away, too/)
  assert.deepEqual([page('two.lab'), containers(), left()], [undefined, [''], [`/data/${APP}`, `/opt/services/caddy/up/${APP}-2-1`]])
  assert.deepEqual(ended(await remove(), 0).changes, [])

  ended(await deploy('v1', 'two.lab', ...WITH_DATA), 0)
  assert.deepEqual([page('two.lab'), sh(`cat /data/${APP}/kept`)], ['v1', 'kept'])
  const all = ended(await remove('--data', 'delete', '--check'), 0).changes
  assert.deepEqual(ended(await remove('--data', 'delete'), 0).changes, all)
  assert.deepEqual(left(), [`/opt/services/caddy/up/${APP}-2-1`])
  assert.match(ended(await remove('--data', 'delete'), 0).stdout, /nothing of moves is on this host/)
})
