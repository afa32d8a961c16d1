import { z } from 'zod'
import { command, definePlaybook, defineRole, directory, main, use } from '../../engine/index.ts'

/** A role with a promise that nobody waits for, and that fails. */
const floating = defineRole({
  name: 'floating',
  doc: 'Something, a mistake, and something that takes its time.',
  params: z.strictObject({ dir: z.string() }),
  async run(host, p) {
    await host.ensure(directory({ path: p.dir }))
    void Promise.reject(new TypeError('nobody caught this'))
    await host.run(command({ argv: ['sleep', '3'] }))
    await host.ensure(directory({ path: `${p.dir}/after` }))
  },
})

const playbook = definePlaybook({
  name: 'floating', doc: 'For test/cli.', params: z.strictObject({ dir: z.string() }), roles: [floating],
  plays: (p) => [{ name: 'floating', hosts: 'all', roles: [use(floating, { dir: p.dir })] }],
})

export default playbook
await main(import.meta, playbook)
