import { z } from 'zod'
import { definePlaybook, main, use } from '../engine/index.ts'
import { directories } from '../roles/directories/role.ts'
import { dockerRollout } from '../roles/docker-rollout/role.ts'
import { docker } from '../roles/docker/role.ts'
import { manageSecrets } from '../roles/manage-secrets/role.ts'
import { roles } from '../roles/index.ts'
import { network } from '../roles/network/role.ts'

const infra = definePlaybook({
  name: 'infra',
  doc: 'Makes a bare Debian or Ubuntu server ready for services: directories, Docker, the shared network, docker-rollout, manage-secrets.',
  params: z.strictObject({ hosts: z.string().default('all').describe('where: a group or a pattern') }),
  roles,
  plays: (p) => [{ name: 'infra', hosts: p.hosts, roles: [use(directories), use(docker), use(network), use(dockerRollout), use(manageSecrets)] }],
})

export default infra
await main(import.meta, infra)
