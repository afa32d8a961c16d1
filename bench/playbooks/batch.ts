import { z } from 'zod'
import { definePlaybook, main, use } from '../../engine/index.ts'
import { batch } from '../workload/tasks.ts'

const playbook = definePlaybook({ name: 'bench-batch', doc: batch.doc, params: z.strictObject({}), roles: [batch], plays: () => [{ name: 'batch', hosts: 'all', roles: [use(batch)] }] })

export default playbook
await main(import.meta, playbook)
