import { z } from 'zod'
import { AwsAccess, Duration, Image, Memory, NetworkName, Port, RemotePath, Schedule, SecretEntry, SecretValue, ServiceName, Size } from '../../engine/index.ts'

const DOMAIN = /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i
const Domains = z.string().refine((text) => text === 'none' || text.split(',').every((each) => DOMAIN.test(each) && !/^none$/i.test(each)), 'a domain such as shop.example.com; several with commas and without spaces')
const EnvName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and "_"')
const Seconds = z.string().regex(/^\d+s$/, 'seconds, such as "30s"')

/** Names that stand for something else on the shared network. */
const TAKEN = ['postgres', 'redis', 'caddy', 'caddy-config', 'localhost']

const Plain = z.strictObject({
  kind: z.literal('plain').optional().describe('a name and a password or token: GHCR, ACR, Docker Hub, your own'),
  server: z.string().regex(/^[A-Za-z0-9.-]+(?::\d+)?$/, 'a host, with a port if need be').describe('"ghcr.io", "registry.example.com:5000"'),
  username: z.string().min(1),
  password: SecretValue.describe('or a token; it goes to docker by its standard input'),
  logout: z.boolean().default(false).describe('log out again afterwards; then it logs in only when the image has to be fetched'),
})

const Ecr = z.strictObject({
  kind: z.literal('ecr').describe('Amazon ECR, whose passwords live for 12 hours: one is asked for when the image has to be fetched'),
  ...AwsAccess.shape,
  logout: z.boolean().default(true).describe('log out again afterwards'),
})

/** Where an image comes from that not everybody may fetch. */
const Registry = z.discriminatedUnion('kind', [Plain, Ecr], { error: 'the kind of registry is plain or ecr' })
export type Registry = z.output<typeof Registry>

const Cpus = z.string().regex(/^\d+(\.\d+)?$/).describe('processors, quoted: "1.5"')
const Command = z.array(z.string().min(1)).min(1)
/** Of a worker or a job: behind the name of the app it is the name of a service. */
const PartName = z.string().regex(/^[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?$/, 'lower-case letters, digits, "-" and "_"')

/** Beside the app, out of the same image and with the same environment; it is no one's to send requests to. */
const Worker = z.strictObject({
  command: Command.describe('["npm", "run", "work"]'),
  health_command: z.string().optional().describe('a command in the container that ends with 0 when it is well; without one it is well when it runs for ten seconds'),
  replicas: z.int().min(1).max(50).default(1),
  grace: Seconds.default('30s').describe('how long it may take to end what is under way'),
  memory: Memory.default('512m'),
  cpus: Cpus.default('1.0'),
})

/** What cron runs out of the version that is deployed. */
const Job = z.strictObject({
  schedule: Schedule.describe('"30 3 * * *", in the time of the host; or @daily, @hourly …'),
  command: Command.describe('["npm", "run", "report"]'),
  timeout: Seconds.default('3600s').describe('how long it may take; then it is ended'),
  memory: Memory.default('512m'),
  cpus: Cpus.default('1.0'),
})

/** What an app is, and how a new version of it takes over. */
export const AppParams = z.strictObject({
  name: ServiceName.refine((name) => !TAKEN.includes(name), `these names are taken: ${TAKEN.join(', ')}`),
  image: Image.refine((image) => !/:[^/]*$/.test(image), 'the image without its tag: the tag is `version`').describe('image without tag'),
  version: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/).describe('tag of the image'),
  mirrors: z.record(z.string().min(1), z.string().min(1)).default({}).describe('where images really come from: { ghcr.io: mirror.internal:5000/ghcr }; the longest beginning of the image counts'),
  registry: Registry.optional().describe('to log in to before the image is fetched: docs/registries.md'),
  port: Port.default(3000).describe('on which the app listens in its container'),
  domain: Domains.optional().describe('under which Caddy answers for it, several with commas; without one it is reached on the shared network only. none: it is taken out of Caddy'),
  tls: z.boolean().default(true).describe('false: plain http'),
  replicas: z.int().min(1).max(50).default(1),
  health_path: z.string().regex(/^\/[A-Za-z0-9_./?=&-]*$/).default('/health').describe('answers 2xx when the app can take requests'),
  health_command: z.string().optional().describe('instead: a command in the container that ends with 0'),
  command: Command.optional().describe('runs in place of what its image says: ["npm", "run", "start"]'),
  workers: z.record(PartName, Worker).default({}).describe('what runs beside it out of the same image, with the same environment, and is replaced and brought back with it: { mail: { command: ["npm", "run", "work"] } }'),
  jobs: z.record(PartName, Job).default({}).describe('what cron runs out of the image that is deployed, with the same environment: { nightly: { schedule: "30 3 * * *", command: ["npm", "run", "report"] } }'),
  start_period: Seconds.default('30s').describe('how long it may take to become healthy'),
  grace: Seconds.default('30s').describe('how long the old version may take to end what is under way'),
  env: z.record(EnvName, z.string()).default({}).describe('its environment'),
  secrets: z.record(EnvName, SecretEntry).default({}).describe('more of its environment, never shown'),
  data: z.boolean().default(false).describe('keep /data/<name>, mounted at `mount`'),
  mount: RemotePath.prefault('/data'),
  memory: Memory.default('512m'),
  cpus: Cpus.default('1.0'),
  network: NetworkName.default('shared_network'),
  apps: RemotePath.prefault('/opt/services/apps'),
  caddy: RemotePath.prefault('/opt/services/caddy'),
  strategy: z.enum(['switch', 'docker-rollout']).default('switch').describe('how a new version takes over: Caddy is switched to it, or the plugin docker-rollout replaces it behind its name'),
  before: Command.optional().describe('run on each host in a container of the new version before it starts, such as migrations: ["npm", "run", "migrate"]; the old version must be able to live with it, and it must not matter that it ran already'),
  before_timeout: Duration.prefault('10m'),
  wait: Duration.prefault('180s').describe('until a new version is healthy'),
  drain: Duration.prefault('30s').describe('how long requests under way to the old version are waited for, at most'),
  observe: Duration.prefault('5s').describe('how long the old version is kept, stopped, while the new one is watched'),
  min_free: Size.prefault('1g').describe("what Docker's disk must have free when the image has to be fetched; and at least twice the size of the image that runs. 0b: nobody looks"),
  keep: z.int().min(2).max(100).default(5).describe('releases that can be brought back'),
}).superRefine(({ workers, jobs }, context) => {
  for (const name of Object.keys(jobs)) if (Object.hasOwn(workers, name)) context.addIssue({ code: 'custom', path: ['jobs', name], message: 'a worker has this name, too: both would be one service' })
})
export type AppParams = z.output<typeof AppParams>
