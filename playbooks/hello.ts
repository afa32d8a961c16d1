import { z } from 'zod'
import { definePlaybook, defineRole, file, main, use } from '../engine/index.ts'
import { roles } from '../roles/index.ts'

const motd = defineRole({
  name: 'motd',
  doc: 'A greeting at login.',
  params: z.strictObject({ text: z.string().default('welcome') }), // in the inventory: motd: { text: … }
  async run(host, p) {
    await host.ensure(file({ path: '/etc/motd', content: `${p.text}\n` }))
  },
})

const hello = definePlaybook({
  name: 'hello',
  doc: 'Greets whoever logs in.',
  params: z.strictObject({}),
  roles: [...roles, motd], // whose variables may stand in the inventory
  plays: () => [{ name: 'greet', hosts: 'all', roles: [use(motd)] }],
})

export default hello
await main(import.meta, hello)
