import { z } from 'zod'
import { definePlaybook, main, use } from '../engine/index.ts'
import { roles } from '../roles/index.ts'
import { sshd as role } from '../roles/sshd/role.ts'

const sshd = definePlaybook({
  name: 'sshd',
  doc: 'Sets how people log in, host after host; what shuts us out is put back, and ends the play.',
  params: z.strictObject({ hosts: z.string().default('all').describe('where: a group or a pattern') }),
  roles,
  plays: (p) => [{ name: 'sshd', hosts: p.hosts, roles: [use(role)], serial: 1, anyErrorFatal: true }],
})

export default sshd
await main(import.meta, sshd)
