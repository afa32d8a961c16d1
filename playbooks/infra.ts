import { z } from 'zod'
import { definePlaybook, main, use } from '../engine/index.ts'
import { directories } from '../roles/directories/role.ts'
import { roles } from '../roles/index.ts'

const infra = definePlaybook({
  name: 'infra',
  doc: 'Makes a bare Debian or Ubuntu server ready for services: directories, Docker, the shared network, docker-rollout.',
  params: z.strictObject({}),
  roles,
  plays: () => [{ name: 'infra', hosts: 'all', roles: [use(directories)] }],
})

export default infra
await main(import.meta, infra)
