import { z } from 'zod'
import { defineRole, dockerNetwork, NetworkName } from '../../engine/index.ts'

/** The network that joins everything: services find one another on it by name. */
export const network = defineRole({
  name: 'network',
  doc: 'The Docker network that every service joins: `postgres:5432` and `redis:6379` mean the same everywhere on the host.',
  params: z.strictObject({
    name: NetworkName.default('shared_network'),
    driver: z.string().default('bridge'),
    subnet: z.string().optional().describe('such as 172.30.0.0/16, where Docker must not choose one itself'),
    attachable: z.boolean().default(true).describe('containers started by hand may join'),
    internal: z.boolean().default(false).describe('no way out to other networks'),
    recreate: z.boolean().default(false).describe('a network that differs is made anew though containers are on it: they are put on the new one, and lose it for some seconds; otherwise it is refused'),
  }),
  async run(host, p) {
    await host.ensure(dockerNetwork(p))
  },
})
