import assert from 'node:assert/strict'
import { test } from 'node:test'
import { path, text } from '../../engine/facts/path.ts'
import { releases, rolloutPhase } from '../../engine/facts/rollout.ts'
import { rollout } from '../../engine/tasks/rollout.ts'
import { settingsText } from '../../engine/tasks/rollout/settings.ts'
import { Secret } from '../../engine/values/secret.ts'
import { container, engine, engineIs, files, networks, project, record } from '../rig/docker.ts'
import { given, type Given } from '../rig/plan.ts'
import { changesOf, planRows } from '../rig/rows.ts'

const directory = '/opt/shop'
const compose = 'services: { web: { image: "shop:1", env_file: .env, healthcheck: { test: [CMD, "true"] } } }\n'
const env = 'A="1"\n'
const wished = { directory, service: 'web', files: { 'docker-compose.yml': compose, '.env': env } }
const upstream = { directory: '/opt/caddy/up', mounted: '/etc/caddy/up', name: 'web', port: 3000 }
const points = (name: string, where = 'web-1'): Given => given(text(`/opt/caddy/up/${where}`), { kind: 'bytes', bytes: Buffer.from(name) })

/** The project as it is after a rollout of these files: the record is the one that the task itself hands to the host. */
function runs(of: Parameters<typeof rollout>[0] = wished, containers = [container('web')]): Given {
  const [change] = changesOf(rollout(of), [engine()])
  const launched = change?.steps.at(-1)
  const [, lines = ''] = /record_lines\(\) \{ printf %s '([^']*)'/.exec(launched?.kind === 'run' ? (launched.stdin?.text ?? '') : '') ?? []
  return project({ containers, record: record(`${lines}${containers.map(({ id }) => `container ${id} -\n`).join('')}`) })
}
const live = files(directory, { 'docker-compose.yml': compose, '.env': env })
const withCompose = (text: string) => ({ ...wished, files: { ...wished.files, 'docker-compose.yml': text } })

planRows(
  'rollout',
  rollout,
  [
    ['nothing runs', wished, [engine()], ['start web']],
    ['all runs as the files say', wished, [engine(), ...live, runs()], []],
    ['.env changed', { ...wished, files: { ...wished.files, '.env': 'A="2"\n' } }, [engine(), ...live, runs()], ['replace web: .env changed']],
    ['both changed, switched by Caddy', { ...withCompose(compose.replace('shop:1', 'shop:2')), files: { 'docker-compose.yml': compose.replace('shop:1', 'shop:2'), '.env': '' }, upstream }, [engine(), ...live, runs(), points('web')], ['replace web, switched by Caddy: docker-compose.yml and .env changed']],
    ['with something to run before', { ...wished, before: { argv: ['npm', 'run', 'migrate'] }, files: { ...wished.files, '.env': 'A="2"\n' } }, [engine(), ...live, runs()], ['replace web, after npm run migrate: .env changed']],
    ['unhealthy, a worker beside it', withCompose(`${compose.replace(/ }\n$/, '')}, worker: { image: "shop:1" } }\n`), [engine()], ['start web, and with it worker']],
    ['switched, and as it should be', { ...wished, upstream }, [engine(), ...live, runs(), points('web')], []],
    ['Caddy sends to a container by name', { ...wished, upstream }, [engine(), ...live, runs(), points('shop-web-1')], ['replace web, switched by Caddy: Caddy is not pointed at it']],
    ['the plugin does not care where Caddy sends', { ...wished, upstream, strategy: 'docker-rollout' as const }, [engine(), ...live, runs()], []],
    ['cut off from its network by hand', wished, [engine(), ...live, runs(wished, [container('web', { networks: [] })])], ['replace web: recreate web: it is not on the network shop_default']],
    ['an earlier one was cut off', wished, [engine(), ...live, runs(), given(rolloutPhase('shop'), 'switched')], ['replace web: an earlier rollout was cut off']],
    ['recreated by hand', wished, [engine(), ...live, project({ containers: [container('web', { id: 'other' })] })], ['replace web: adopt web: what it was started from is not recorded']],
    ['unhealthy', wished, [engine(), ...live, runs(wished, [container('web', { health: 'unhealthy' })])], ['replace web: restart web: it is unhealthy']],
    ['a container of a service that is gone', wished, [engine(), ...live, runs(wished, [container('web'), container('old')])], ['replace web: shop-old-1 is an orphan']],
    ['two of them, and one is missing', { ...withCompose(compose.replace('image', 'deploy: { replicas: 2 }, image')), replicas: 2 }, [engine(), ...live, runs(wished)], ['replace web: docker-compose.yml changed']],
    ['no Docker', wished, [engineIs({ kind: 'absent' })], ['refused: Docker is not installed']],
    ['a rival', wished, [engine(), given(path(`${directory}/compose.yaml`), { kind: 'file', mode: '0644', uid: 0, gid: 0, size: 1 })], ['refused: compose.yaml stands beside docker-compose.yml in /opt/shop, and Compose would read that instead']],
    ...['compose.yml', 'compose.override.yaml', 'docker-compose.override.yml'].map((name) => [`a ${name}`, wished, [engine(), given(path(`${directory}/${name}`), { kind: 'file', mode: '0644', uid: 0, gid: 0, size: 1 })], [name.includes('override') ? `refused: ${name} stands beside docker-compose.yml in /opt/shop, and Compose would merge it in without anybody having looked at it` : `refused: ${name} stands beside docker-compose.yml in /opt/shop, and Compose would read that instead`]] as const),
    ['an env_file that is not among the files', withCompose(compose.replace('.env', '../common.env')), [engine()], ['refused: web reads /opt/common.env, whose content is not looked at: a change of it would not be seen']],
    ['a fixed name', withCompose(compose.replace('image', 'container_name: web, image')), [engine()], ['refused: web has container_name: two versions of it cannot run side by side']],
    ['fault 83: ports', withCompose(compose.replace('image', 'ports: ["80:80"], image')), [engine()], ['refused: web has ports: two versions of it cannot run side by side']],
    ['the network of the host', withCompose(compose.replace('image', 'network_mode: host, image')), [engine()], ['refused: web has network_mode: host: two versions of it cannot run side by side']],
    ['no health check', withCompose('services: { web: { image: "shop:1" } }\n'), [engine()], ['refused: web has no health check: nobody could tell when it is ready']],
    ['another number of replicas', { ...wished, replicas: 3 }, [engine()], ['refused: docker-compose.yml says 1 replicas, and the rollout 3']],
    ['another service', { ...wished, service: 'api' }, [engine()], ['refused: docker-compose.yml has no service "api"']],
    ['a network that is missing', withCompose(`${compose}networks: { front: { external: true } }\n`), [engine(), networks('shared')], ['refused: the network front does not exist']],
    ['a release that is not there', { directory, service: 'web', restore: '20261121T131500Z' }, [engine()], ['refused: there is no release 20261121T131500Z of shop on this host']],
    ['a release comes back', { directory, service: 'web', restore: '20261121T131500Z' }, [engine(), ...live, runs(), ...files('/var/lib/hostwright/releases/shop/20261121T131500Z/files', { 'docker-compose.yml': compose.replace('shop:1', 'shop:0'), '.env': env })], ['replace web: docker-compose.yml changed']],
  ],
  [
    ['files and a release at once', { ...wished, restore: '20261121T131500Z' }, /either `files` or `restore`/],
    ['files without a project file', { directory, service: 'web', files: { '.env': '' } }, /docker-compose.yml/],
    ['a release that is a path', { directory, service: 'web', restore: '../..' }, /restore/],
    ['room that is no size', { ...wished, min_free: 'lots' }, /a size is a number and a unit/],
    ['file that is a path', { directory, service: 'web', files: { 'docker-compose.yml': compose, '../x': '' } }, /files/],
  ],
)

test('rollout: another service that is cut off is made anew, and not the one that is replaced', () => {
  const two = withCompose(`${compose.replace(/ }\n$/, '')}, worker: { image: "shop:1" } }\n`)
  const off = runs(two, [container('web', { networks: [] }), container('worker', { networks: [] })])
  const [change] = changesOf(rollout(two), [engine(), ...files(directory, two.files), off])
  assert.equal(change?.summary, 'replace web, and with it worker: recreate web: it is not on the network shop_default; recreate worker: it is not on the network shop_default')
  const last = change?.steps.at(-1)
  assert.match(last?.kind === 'run' ? (last.stdin?.text ?? '') : '', /^AFRESH=worker$/m)
})

test('rollout: a secret goes into the staged file and nowhere else', () => {
  const secret = new Secret('s3cret-of-the-shop')
  const [change] = changesOf(rollout({ ...wished, files: { ...wished.files, '.env': secret } }), [engine()])
  const staged = change?.steps.flatMap((step) => (step.kind === 'write' && step.path.endsWith('/.env') ? [step] : [])) ?? []
  assert.deepEqual(staged.map(({ path: at, mode, content }) => [at, mode, content.secret]), [['/var/lib/hostwright/rollout/shop/next/.env', '0600', true]])
  const rest = change?.steps.filter((step) => step !== staged[0])
  assert.ok(!JSON.stringify(rest).includes('s3cret'), 'not in an argv, not in the program')
})

test('rollout: what an operator writes cannot become a program on the host', () => {
  const nasty = `it's; touch /tmp/x $(id) \`id\` \n"`
  const words = settingsText({
    project: 'shop', directory: `/opt/${nasty}`, service: 'web', replicas: 1, files: ['.env'], strategy: 'switch', wait: 1, drain: 1, observe: 1, keep: 2, minFree: 1, image: nasty, restore: undefined, upstream: undefined,
    before: { argv: [nasty], timeout: 5 }, others: [nasty], lasting: [nasty], afresh: [nasty], orphans: true, named: [[nasty, nasty]], networks: [nasty], mounts: [nasty], record: { services: new Map(), volumes: new Map() }, about: { by: nasty }, versions: { KEY: nasty },
  })
  // Outside of single quotes no command of it is left.
  assert.doesNotMatch(words.replaceAll("'\\''", '').replaceAll(/'[^']*'/g, ''), /touch/)
})

test('releases are read newest first, with what is needed to bring them back', () => {
  const output = 'release 20261121T131500Z\nversion v1\nby ann@laptop\nrevision abc123\nreplicas 2\nimage sha256:1 shop:1\nstored KEY 7\nenv 0a1b2c3d4e5f KEY\nseconds 9\nrelease 20261122T080000Z\nversion v2\nrelease ../evil\nversion v3\n'
  const [value] = releases('shop').kind.parse([Buffer.alloc(0), Buffer.from(output)], ['shop'])
  assert.ok(Array.isArray(value))
  assert.deepEqual(value.map(({ id, version }: { id: string; version: string }) => [id, version]), [['20261122T080000Z', 'v2'], ['20261121T131500Z', 'v1']])
  assert.deepEqual([value[1].by, value[1].images, [...value[1].env], [...value[1].versions], value[1].seconds, value[1].about.get('replicas')], ['ann@laptop', [{ id: 'sha256:1', reference: 'shop:1' }], [['KEY', '0a1b2c3d4e5f']], [['KEY', '7']], 9, '2'])
})
