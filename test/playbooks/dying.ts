import { z } from 'zod'
import { created, definePlaybook, defineRole, directory, file, main, use } from '../../engine/index.ts'

/** A role with a step that takes long enough to be interrupted. */
const slow = defineRole({
  name: 'slow',
  doc: 'Something before, a slow step, something after.',
  params: z.strictObject({}),
  async run(host) {
    await host.ensure(
      directory({ path: '/srv/hw-dying' }),
      created({ path: '/srv/hw-dying/made', by: ['sh', '-c', 'touch "$1/begun"; sleep 5; touch "$1/made"', 'sh', '/srv/hw-dying'] }),
      file({ path: '/srv/hw-dying/after', content: 'after\n' }),
    )
  },
})

const dying = definePlaybook({ name: 'dying', doc: 'For test/e2e/dying-host.test.ts.', params: z.strictObject({}), roles: [slow], plays: () => [{ name: 'dying', hosts: 'all', roles: [use(slow)] }] })

export default dying
await main(import.meta, dying)
