import { dirname } from 'node:path/posix'
import { z } from 'zod'
import { composeProject, defineRole, directory, envFile, file, Image, Memory, NetworkName, PlainSecret, RemotePath, Size, template } from '../../engine/index.ts'
import { holders, tellHolders } from '../shared/holders.ts'
import { Publish, published } from '../shared/publish.ts'
import { redisPersistence } from './persistence.ts'

const compose = template(
  import.meta,
  'docker-compose.yml.hbs',
  z.strictObject({ image: z.string(), volume: z.string(), network: z.string(), memory: z.string(), cpus: z.string(), publish: z.string().optional() }),
)
const conf = template(import.meta, 'redis.conf.hbs', z.strictObject({ appendonly: z.enum(['yes', 'no']), maxmemory: z.string(), policy: z.string() }))

/** Where one of them is no size, that is said of it already: zod asks all the same. */
function fits(p: { readonly memory: string; readonly maxmemory: string }): boolean {
  const [container, data] = [Size.safeParse(p.memory).data, Size.safeParse(p.maxmemory.replace(/b$/i, '')).data]
  return container === undefined || data === undefined || data <= container
}

const Policy = z.enum(['noeviction', 'allkeys-lru', 'allkeys-lfu', 'volatile-lru', 'volatile-lfu', 'allkeys-random', 'volatile-random', 'volatile-ttl'])

/** Redis in a container of its own, its data under /data/redis. */
export const redis = defineRole({
  name: 'redis',
  doc: 'Redis, standing alone in /opt/services/redis, its data in /data/redis. Reached as redis:6379 on the shared network.',
  params: z.strictObject({
    image: Image.default('redis:7-alpine'),
    password: PlainSecret.describe('whoever has the old one on this host is named when it changes, and has to be deployed anew'),
    memory: Memory.default('512m').describe('of the container'),
    maxmemory: z.string().regex(/^\d+(mb|gb)$/).default('384mb').describe('of the data; not more than `memory`, and better less'),
    policy: Policy.default('noeviction').describe('what goes when the memory is full; a cache wants allkeys-lru'),
    appendonly: z.boolean().default(true).describe('every write survives a crash, but for the last second. When it changes, the running Redis takes its data along; where none runs it is refused'),
    cpus: z.string().regex(/^\d+(\.\d+)?$/).default('0.5').describe('processors, quoted: "0.5"'),
    publish: Publish.optional().describe('a port of 127.0.0.1 on the host; or "10.0.0.5:6379", an address of the host in a network of its own, for other hosts. What goes there is not encrypted'),
    directory: RemotePath.prefault('/opt/services/redis'),
    data: RemotePath.prefault('/data/redis'),
    network: NetworkName.default('shared_network'),
  }).refine(fits, {
    path: ['maxmemory'],
    error: 'the data may be larger than `memory` lets the container be: Redis would be killed before it makes room or refuses a write',
  }),
  async run(host, p) {
    const at = p.directory
    const [old] = await host.ensure(holders({ file: `${at}/.env`, key: 'REDIS_PASSWORD', value: p.password, root: dirname(at) }))
    tellHolders(host, 'REDIS_PASSWORD', old.state)
    await host.ensure(
      redisPersistence({ container: 'redis', data: p.data, conf: `${at}/conf/redis.conf`, appendonly: p.appendonly }),
      directory({ path: at, mode: '0750' }),
      directory({ path: `${at}/conf` }),
      directory({ path: p.data, mode: '0750' }),
      file({ path: `${at}/.env`, content: envFile({ REDIS_PASSWORD: p.password }), mode: '0600' }),
      file({ path: `${at}/conf/redis.conf`, content: conf({ appendonly: p.appendonly ? 'yes' : 'no', maxmemory: p.maxmemory, policy: p.policy }), mode: '0644' }),
      file({
        path: `${at}/docker-compose.yml`,
        mode: '0644',
        content: compose({ image: p.image, volume: `${p.data}:/data`, network: p.network, memory: p.memory, cpus: p.cpus, ...(p.publish !== undefined && { publish: published(p.publish, 6379) }) }),
      }),
      composeProject({ directory: at, wait: '60s' }),
    )
  },
})
