import { z } from 'zod'
import { definePlaybook, main, use } from '../../engine/index.ts'
import { wide } from '../workload/tasks.ts'

const playbook = definePlaybook({ name: 'bench-wide', doc: wide.doc, params: z.strictObject({}), roles: [wide], plays: () => [{ name: 'wide', hosts: 'all', roles: [use(wide)] }] })

export default playbook
await main(import.meta, playbook)
