import { z } from 'zod'
import { defineRole, directory, Duration, envFile, Image, Memory, Port, RemotePath, rollout, SecretEntry, ServiceName, template } from '../../engine/index.ts'
import { ensureSite, upstreams } from './site.ts'

const compose = template(
  import.meta,
  'docker-compose.yml.hbs',
  z.strictObject({
    name: z.string(), image: z.string(), network: z.string(), replicas: z.number(), health: z.string(), start_period: z.string(), grace: z.string(),
    memory: z.string(), cpus: z.string(), volume: z.string().optional(),
  }),
)

const Domain = z.string().regex(/^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i, 'a domain such as shop.example.com')
const EnvName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and "_"')
const Seconds = z.string().regex(/^\d+s$/, 'seconds, such as "30s"')

/** Names that stand for something else on the shared network. */
const TAKEN = ['postgres', 'redis', 'caddy', 'localhost']

/** An app behind Caddy: first deploy, and every one after it. */
export const app = defineRole({
  name: 'app',
  doc: 'An app in /opt/services/apps/<name>, behind Caddy. A new version is started beside the old one and replaces it when it is healthy; when it is not, the old one stays.',
  params: z.strictObject({
    name: ServiceName.refine((name) => !TAKEN.includes(name), `these names are taken: ${TAKEN.join(', ')}`),
    image: Image.refine((image) => !/:[^/]*$/.test(image), 'the image without its tag: the tag is `version`').describe('image without tag'),
    version: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/).describe('tag of the image'),
    port: Port.default(3000).describe('on which the app listens in its container'),
    domain: Domain.optional().describe('under which Caddy answers for it; without one it is reached on the shared network only'),
    tls: z.boolean().default(true).describe('false: plain http'),
    replicas: z.int().min(1).max(50).default(1),
    health_path: z.string().regex(/^\/[A-Za-z0-9_./?=&-]*$/).default('/health').describe('answers 2xx when the app can take requests'),
    health_command: z.string().optional().describe('instead: a command in the container that ends with 0'),
    start_period: Seconds.default('30s').describe('how long it may take to become healthy'),
    grace: Seconds.default('30s').describe('how long the old version may take to end what is under way'),
    env: z.record(EnvName, z.string()).default({}).describe('its environment'),
    secrets: z.record(EnvName, SecretEntry).default({}).describe('more of its environment, never shown'),
    data: z.boolean().default(false).describe('keep /data/<name>, mounted at `mount`'),
    mount: RemotePath.prefault('/data'),
    memory: Memory.default('512m'),
    cpus: z.string().regex(/^\d+(\.\d+)?$/).default('1.0').describe('processors, quoted: "1.5"'),
    network: z.string().default('shared_network'),
    apps: RemotePath.prefault('/opt/services/apps'),
    caddy: RemotePath.prefault('/opt/services/caddy'),
    strategy: z.enum(['switch', 'docker-rollout']).default('switch').describe('how a new version takes over: Caddy is switched to it, or the plugin docker-rollout replaces it behind its name'),
    before: z.array(z.string().min(1)).min(1).optional().describe('run in a container of the new version before it starts, such as migrations: ["npm", "run", "migrate"]; the old version must be able to live with it'),
    before_timeout: Duration.prefault('10m'),
    wait: Duration.prefault('180s').describe('until a new version is healthy'),
    drain: Duration.prefault('30s').describe('how long requests under way to the old version are waited for, at most'),
    observe: Duration.prefault('5s').describe('how long the old version is kept, stopped, while the new one is watched'),
    keep: z.int().min(2).max(100).default(5).describe('releases that can be brought back'),
  }),
  async run(host, p) {
    const at = `${p.apps}/${p.name}`
    const probe = `http://127.0.0.1:${p.port}${p.health_path}`
    const dynamic = p.domain !== undefined && p.strategy === 'switch' && (await upstreams.canBeSwitched(host))
    await host.ensure(directory({ path: at, mode: '0750' }), ...(p.data ? [directory({ path: `/data/${p.name}` })] : []))
    if (p.domain !== undefined) await ensureSite(host, { name: p.name, address: p.tls ? p.domain : `http://${p.domain}`, port: p.port, replicas: p.replicas, caddy: p.caddy, dynamic })
    await host.ensure(
      rollout({
        directory: at,
        service: p.name,
        replicas: p.replicas,
        strategy: p.strategy,
        files: {
          'docker-compose.yml': compose({
            name: p.name, image: `${p.image}:${p.version}`, network: p.network, replicas: p.replicas, start_period: p.start_period, grace: p.grace,
            memory: p.memory, cpus: p.cpus,
            health: p.health_command ?? `if command -v wget >/dev/null; then exec wget -q -O /dev/null '${probe}'; else exec curl -fsS -o /dev/null '${probe}'; fi`,
            ...(p.data && { volume: `/data/${p.name}:${p.mount}` }),
          }),
          '.env': envFile({ PORT: p.port, APP_VERSION: p.version, ...p.env, ...p.secrets }),
        },
        ...(dynamic && { upstream: { directory: `${p.caddy}/up`, mounted: '/etc/caddy/up', name: p.name, port: p.port, ...(p.health_command === undefined && { probe: p.health_path }) } }),
        ...(p.before && { before: { argv: p.before, timeout: `${p.before_timeout}s` } }),
        wait: `${p.wait}s`, drain: `${p.drain}s`, observe: `${p.observe}s`, keep: p.keep,
        about: { version: p.version, ...(await host.about()) },
      }),
    )
  },
})
