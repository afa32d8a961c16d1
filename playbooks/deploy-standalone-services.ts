import { z } from 'zod'
import { definePlaybook, main, use } from '../engine/index.ts'
import { caddy } from '../roles/caddy/role.ts'
import { roles } from '../roles/index.ts'
import { postgres } from '../roles/postgres/role.ts'
import { redis } from '../roles/redis/role.ts'

/** In this order on each host. */
const standalone = [use(postgres), use(redis), use(caddy)]

const deployStandaloneServices = definePlaybook({
  name: 'deploy-standalone-services',
  doc: 'Deploys PostgreSQL, Redis and Caddy, each standing alone under /opt/services.',
  params: z.strictObject({
    services: z.array(z.enum(['postgres', 'redis', 'caddy'])).min(1).default(['postgres', 'redis', 'caddy']).describe('which of them, with commas'),
    hosts: z.string().default('services').describe('where: a group or a pattern'),
  }),
  roles,
  plays: (p) => [{ name: 'services', hosts: p.hosts, roles: standalone.filter(({ role }) => p.services.some((name) => name === role.name)) }],
})

export default deployStandaloneServices
await main(import.meta, deployStandaloneServices)
