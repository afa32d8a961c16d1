import { path } from '../../engine/facts/path.ts'
import { tree } from '../../engine/facts/tree.ts'
import { composeProject } from '../../engine/tasks/compose-project.ts'
import { sha256 } from '../../engine/values/content.ts'
import { container, engine, engineIs, files, networks, project, record } from '../rig/docker.ts'
import { given, type Given } from '../rig/plan.ts'
import { planRows } from '../rig/rows.ts'

const directory = '/opt/shop'
const one = 'services: { web: { image: "shop:1" } }\n'
const two = 'services: { web: { image: "shop:1" }, db: { image: "db:1", env_file: .env, volumes: ["./conf:/conf:ro", "/data/db:/data"] } }\n'
const reloads = 'services: { proxy: { image: "proxy:1", volumes: [".:/etc/proxy:ro"] } }\n'
const at = (yml: string, more: Readonly<Record<string, string>> = {}) => files(directory, { 'docker-compose.yml': yml, ...more })
const shared = 'services: { web: { image: "shop:1", networks: [default, front] } }\nnetworks: { front: { external: true, name: shared } }\n'
const ended = 'services: { init: { image: i }, web: { image: "shop:1", depends_on: { init: { condition: service_completed_successfully } } } }'
const both = [container('web'), container('db')]
const outside = 'services: { web: { image: "shop:1", env_file: ["../common.env"] } }\n'
const dbFiles = { '.env': 'A="1"\n', 'conf/db.conf': 'x' }

/** The record of what `yml` and these files are, as the task itself would write it. */
function recorded(yml: string, more: Readonly<Record<string, string>>, ids: readonly string[], reload?: typeof proxy.reload): ReturnType<typeof record> {
  const task = composeProject({ directory, ...(reload && { reload }) })
  const known = new Map<string, unknown>(Object.values(task.facts).map((fact) => [fact.key, fact.kind.blank]))
  for (const [fact, value] of [engine(), networks('shared'), ...at(yml, more)]) known.set(fact.key, value)
  const plan = task.plan(known)
  if ('refused' in plan) throw new Error(plan.refused)
  const last = plan.at(-1)?.steps.at(-1) ?? plan[0]?.steps.at(-1)
  if (last?.kind !== 'run' || last.stdin?.text === undefined) throw new Error('the last step writes the record')
  return record(`${last.stdin.text}${ids.map((id) => `container ${id} -\n`).join('')}`)
}

const proxy = { directory, reload: [{ service: 'proxy', paths: [`${directory}/Caddyfile`, `${directory}/sites`], argv: ['proxy', 'reload'] }] }
const sites = { Caddyfile: 'import sites/*', 'sites/a': 'a' }
const proxyTrees = (contents: Readonly<Record<string, string>>): Given[] =>
  [`${directory}/Caddyfile`, `${directory}/sites`].map((root) =>
    given(tree(root), new Map(Object.entries(contents).map(([name, text]) => [`${directory}/${name}`, sha256(text)] as const).filter(([file]) => file === root || file.startsWith(`${root}/`)))),
  )
const runs = (yml: string, more: Readonly<Record<string, string>>, containers = both) => project({ containers, record: recorded(yml, more, containers.map(({ id }) => id)) })
const runsProxy = (more: Readonly<Record<string, string>>, id = 'shop-proxy-1') => project({ containers: [container('proxy')], record: recorded(reloads, more, [id], proxy.reload) })

planRows('composeProject', composeProject, [
  ['nothing runs', { directory }, [engine(), ...at(two, dbFiles)], ['start web', 'start db']],
  ['all runs as the files say', { directory }, [engine(), ...at(two, dbFiles), runs(two, dbFiles)], []],
  ['only the spelling of the file changed', { directory }, [engine(), ...at(`# hello\n${two}`, dbFiles), runs(two, dbFiles)], []],
  ['a service is new', { directory }, [engine(), ...at(two, dbFiles), runs(one, {}, [container('web')])], ['start db']],
  ['a service changed', { directory }, [engine(), ...at(two.replace('db:1', 'db:2'), dbFiles), runs(two, dbFiles)], ['recreate db: docker-compose.yml changed']],
  ['.env changed, and only db reads it', { directory }, [engine(), ...at(two, { ...dbFiles, '.env': 'A="2"\n' }), runs(two, dbFiles)], ['recreate db: .env changed']],
  ['fault 47: a mounted file changed', { directory }, [engine(), ...at(two, { ...dbFiles, 'conf/db.conf': 'y' }), runs(two, dbFiles)], ['recreate db: conf/db.conf changed']],
  ['a mounted file is new, another is gone', { directory }, [engine(), ...at(two, { '.env': 'A="1"\n', 'conf/new.conf': 'x' }), runs(two, dbFiles)], ['recreate db: conf/new.conf and conf/db.conf changed']],
  ['a file that nobody mounts changed', { directory }, [engine(), ...at(two, { ...dbFiles, 'README.md': 'hello' }), runs(two, dbFiles)], []],
  ['configs named, one that nobody mounts', { directory, configs: ['/etc/shop.conf'] }, [engine(), ...at(one), given(tree('/etc/shop.conf'), new Map([['/etc/shop.conf', 'sum']])), runs(one, {}, [container('web')])], ['recreate web: /etc/shop.conf changed']],
  ['an env_file outside of the directory, named in configs', { directory, configs: ['/opt/common.env'] }, [engine(), ...at(outside), given(tree('/opt/common.env'), new Map([['/opt/common.env', 'sum']])), project({ containers: [container('web')] })], ['adopt web: what it was started from is not recorded']],
  ['stopped by hand', { directory }, [engine(), ...at(one), runs(one, {}, [container('web', { state: 'exited', exitCode: 137 })])], ['start web: it is exited']],
  ['fault 83: never started: its port was taken', { directory }, [engine(), ...at(one), runs(one, {}, [container('web', { state: 'created' })])], ['start web: it was never started']],
  ['unhealthy', { directory }, [engine(), ...at(one), runs(one, {}, [container('web', { health: 'unhealthy' })])], ['restart web: it is unhealthy']],
  ['crashing again and again', { directory }, [engine(), ...at(one), runs(one, {}, [container('web', { state: 'restarting' })])], ['restart web: it is restarting']],
  ['paused', { directory }, [engine(), ...at(one), runs(one, {}, [container('web', { state: 'paused' })])], ['restart web: it is paused']],
  ['on its way', { directory }, [engine(), ...at(one), runs(one, {}, [container('web', { health: 'starting' })])], ['wait for web: it is starting']],
  ['without a health check', { directory }, [engine(), ...at(one), runs(one, {}, [container('web', { health: 'none' })])], []],
  ['one of two', { directory }, [engine(), ...at(one.replace('"shop:1"', '"shop:1", deploy: { replicas: 2 }')), runs(one, {}, [container('web')])], ['scale web from 1 to 2']],
  ['as many as a variable says', { directory }, [engine(), ...at(one.replace('"shop:1"', '"shop:1", deploy: { replicas: "${N}" }')), runs(one.replace('"shop:1"', '"shop:1", deploy: { replicas: "${N}" }'), {}, [container('web'), container('web', { name: 'shop-web-2' })])], []],
  ['recreated by hand', { directory }, [engine(), ...at(one), project({ containers: [container('web', { id: 'other' })], record: recorded(one, {}, ['shop-web-1']) })], ['adopt web: what it was started from is not recorded']],
  ['brought up by hand, with mounted files', { directory }, [engine(), ...at(two, dbFiles), project({ containers: both })], ['adopt web: what it was started from is not recorded', 'recreate db: which db.conf it was started with is not recorded']],
  ['the tag leads to another image', { directory }, [engine(), ...at(one), runs(one, {}, [container('web', { imageNow: 'sha256:2' })])], ['recreate web: shop:1 is another image now']],
  ['an orphan', { directory }, [engine(), ...at(one), runs(one, {}, [container('web'), container('old')])], ['remove the orphan shop-old-1']],
  ['an orphan that may stay', { directory, removeOrphans: false }, [engine(), ...at(one), runs(one, {}, [container('web'), container('old')])], []],
  ['a service that only a profile starts', { directory }, [engine(), ...at('services: { web: { image: "shop:1" }, debug: { image: "d", profiles: [x] } }'), runs(one, {}, [container('web'), container('debug')])], []],
  ['left over by an interrupted recreation', { directory }, [engine(), ...at(one), runs(one, {}, [container('web', { name: '0123456789ab_shop-web-1', state: 'created' })])], ['remove the left-over container 0123456789ab_shop-web-1', 'start web']],
  ['a one-shot that others wait for', { directory }, [engine(), ...at('services: { init: { image: i }, web: { image: "shop:1", depends_on: { init: { condition: service_completed_successfully } } } }'), runs('services: { init: { image: i }, web: { image: "shop:1" } }', {}, [container('init', { state: 'exited' }), container('web')])], []],
  ['only some of the services', { directory, services: ['web'] }, [engine(), ...at(two, dbFiles)], ['start web']],
  ['some and what they depend on', { directory, services: ['web'] }, [engine(), ...at('services: { web: { image: a, depends_on: [db] }, db: { image: b }, other: { image: c } }')], ['start web', 'start db']],
  ['nothing to reload', proxy, [engine(), ...at(reloads, sites), ...proxyTrees(sites), runsProxy(sites)], []],
  ['a file to reload', proxy, [engine(), ...at(reloads, { ...sites, 'sites/a': 'b' }), ...proxyTrees({ ...sites, 'sites/a': 'b' }), runsProxy(sites)], ['reload proxy: sites/a changed']],
  ['a new file to reload', proxy, [engine(), ...at(reloads, { ...sites, 'sites/b': 'b' }), ...proxyTrees({ ...sites, 'sites/b': 'b' }), runsProxy(sites)], ['reload proxy: sites/b changed']],
  ['a file to reload and one to recreate', proxy, [engine(), ...at(reloads, { ...sites, 'sites/a': 'b', extra: 'x' }), ...proxyTrees({ ...sites, 'sites/a': 'b' }), runsProxy(sites)], ['recreate proxy: extra changed']],
  ['reloads, and was started by hand', proxy, [engine(), ...at(reloads, sites), ...proxyTrees(sites), runsProxy(sites, 'other')], ['adopt proxy: what it was started from is not recorded', 'reload proxy: what it has loaded is not recorded']],
  ['reloads, and does not run', proxy, [engine(), ...at(reloads, sites), ...proxyTrees(sites)], ['start proxy']],
  ['cut off from its network by hand', { directory }, [engine(), ...at(one), runs(one, {}, [container('web', { networks: [] })])], ['recreate web: it is not on the network shop_default']],
  ['cut off from one of two', { directory }, [engine(), networks('shared'), ...at(shared), runs(shared, {}, [container('web')])], ['recreate web: it is not on the network shared']],
  ['on both', { directory }, [engine(), networks('shared'), ...at(shared), runs(shared, {}, [container('web', { networks: ['shared', 'shop_default'] })])], []],
  ['on more than it asks for', { directory }, [engine(), ...at(one), runs(one, {}, [container('web', { networks: ['by-hand', 'shop_default'] })])], []],
  ['one of two cut off', { directory }, [engine(), ...at(one.replace('"shop:1"', '"shop:1", deploy: { replicas: 2 }')), runs(one, {}, [container('web'), container('web', { name: 'shop-web-2', networks: [] })])], ['recreate web: it is not on the network shop_default']],
  ['cut off, and stopped', { directory }, [engine(), ...at(one), runs(one, {}, [container('web', { state: 'exited', networks: [] })])], ['recreate web: it is not on the network shop_default']],
  ['it sees another directory than is there now', { directory }, [engine(), ...at(two, dbFiles), runs(two, dbFiles, [container('web'), container('db', { lostMounts: [`${directory}/conf`] })])], [`recreate db: it sees another directory than ${directory}/conf is now`]],
  ['that, of one with nothing in it that matters', { directory }, [engine(), ...at(two, dbFiles), runs(two, dbFiles, [container('web', { lostMounts: [`${directory}/conf`] }), container('db', { lostMounts: [`${directory}/init`, `${directory}/con`] })])], []],
  ['that, where it takes in files by a reload', proxy, [engine(), ...at(reloads, sites), ...proxyTrees(sites), project({ containers: [container('proxy', { lostMounts: [directory] })], record: recorded(reloads, sites, ['shop-proxy-1'], proxy.reload) })], [`recreate proxy: it sees another directory than ${directory} is now`]],
  ['cut off, and changed', { directory }, [engine(), ...at(one.replace('shop:1', 'shop:2')), runs(one, {}, [container('web', { networks: [] })])], ['recreate web: docker-compose.yml changed']],
  ['cut off, and not ours', { directory }, [engine(), ...at(one), project({ containers: [container('web', { networks: [] })] })], ['recreate web: it is not on the network shop_default']],
  ['on the network of the host', { directory }, [engine(), ...at(one.replace('"shop:1"', '"shop:1", network_mode: host')), runs(one.replace('"shop:1"', '"shop:1", network_mode: host'), {}, [container('web', { networks: ['host'] })])], []],
  ['an override that may take it off', { directory }, [engine(), ...at(one), runs(one, {}, [container('web', { networks: [] })]), ...files(directory, { 'docker-compose.override.yml': 'services: {}' })], ['recreate web: docker-compose.override.yml changed']],
  ['a one-shot that has ended, and is on no network', { directory }, [engine(), ...at(ended), runs('services: { init: { image: i }, web: { image: "shop:1" } }', {}, [container('init', { state: 'exited', networks: [] }), container('web')])], []],
  ['to be taken down', { directory, state: 'down' }, [engine(), runs(one, {}, [container('web')])], ['take down shop']],
  ['down', { directory, state: 'down' }, [engine()], []],
  ['to be taken down, and runs from elsewhere', { directory, state: 'down' }, [engine(), project({ containers: [container('web', { directory: '/srv/shop' })] })], ['refused: the project "shop" runs from /srv/shop, and not from /opt/shop: it is not taken down']],
  ['down, and no Docker either', { directory, state: 'down' }, [], []],
])

const refusals: [what: string, params: Parameters<typeof composeProject>[0], facts: Given[], refused: string][] = [
  ['no Docker', { directory }, at(one), 'Docker is not installed'],
  ['fault 78: the daemon is down', { directory }, [engineIs({ kind: 'stopped', message: 'no socket', compose: '2.26.1' }), ...at(one)], 'the Docker daemon does not answer: no socket'],
  ['no plugin', { directory }, [engine({ compose: undefined }), ...at(one)], 'Docker has no Compose plugin'],
  ['an old plugin', { directory }, [engine({ compose: '2.9.0' }), ...at(one)], 'the Compose plugin is 2.9.0; 2.17 is the oldest that can wait'],
  ['no file', { directory }, [engine()], '/opt/shop/docker-compose.yml does not exist'],
  ['no YAML', { directory }, [engine(), ...at('services: { web: ')], 'docker-compose.yml:1:18: Flow map in block collection must be sufficiently indented and end with a }'],
  ['no services', { directory }, [engine(), ...at('name: shop\n')], 'docker-compose.yml has no services'],
  ['a file that includes others', { directory }, [engine(), ...at(`include: [a.yml]\n${one}`)], 'docker-compose.yml includes other files, and what they ask for is not seen here'],
  ['a network that is not there', { directory }, [engine(), networks('bridge'), ...at(`${one}networks: { shared: { external: true } }\n`)], 'the network shared does not exist'],
  ['a name that differs from that by hand', { directory, name: 'store' }, [engine(), ...at(one)], 'the project is "store" here and "shop" for whoever works in /opt/shop: there would be two of it'],
  ['another directory with this name', { directory }, [engine(), ...at(one), project({ containers: [container('web', { directory: '/srv/shop' })] })], 'the project "shop" runs from /srv/shop'],
  ['a service that is not there', { directory, services: ['wbe'] }, [engine(), ...at(one)], 'docker-compose.yml has no service "wbe"'],
  ['a compose.yaml beside it', { directory }, [engine(), ...at(one), given(path('/opt/shop/compose.yaml'), { kind: 'file', mode: '0644', uid: 0, gid: 0, size: 1 })], 'compose.yaml stands beside docker-compose.yml in /opt/shop, and Compose would read that instead'],
  ['an override under a name that nobody looks at', { directory }, [engine(), ...at(one), given(path('/opt/shop/compose.override.yml'), { kind: 'file', mode: '0644', uid: 0, gid: 0, size: 1 })], 'compose.override.yml stands beside docker-compose.yml in /opt/shop, and Compose would merge it in without anybody having looked at it'],
  ['an .env that is a link', { directory }, [engine(), ...at(one), given(path('/opt/shop/.env'), { kind: 'link', target: '../common.env', mode: '0777', uid: 0, gid: 0, size: 13 })], '/opt/shop/.env is a link, and a change of what stands behind it would not be seen'],
  ['an env_file outside of the directory', { directory }, [engine(), ...at('services: { web: { image: "shop:1", env_file: ["../common.env"] } }\n')], 'web reads /opt/common.env, whose content is not looked at: a change of it would not be seen'],
  ['a volume described anew', { directory }, [engine(), ...at(`${one}volumes: { data: { driver: nfs } }\n`), project({ containers: [container('web')], volumes: ['data'], record: recorded(`${one}volumes: { data: {} }\n`, {}, ['shop-web-1']) })], 'the volume "data" is described differently now, and can only be made anew: its data would be lost'],
  ['fault 47: a single file to reload', { ...proxy }, [engine(), ...at('services: { proxy: { image: p, volumes: ["./Caddyfile:/etc/Caddyfile:ro"] } }', sites), ...proxyTrees(sites)], 'proxy mounts the single file Caddyfile, and would go on seeing the old one'],
]

planRows('composeProject', composeProject, refusals.map(([what, params, facts, refused]) => [what, params, facts, [`refused: ${refused}`]]), [
  ['relative directory', { directory: 'opt/shop' }, /must be absolute/],
  ['reload without a command', { directory, reload: [{ service: 'web', paths: ['/a'], argv: [] }] }, /argv/],
])
