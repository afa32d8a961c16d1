import { z } from 'zod'
import { definePlaybook, main, use } from '../../engine/index.ts'
import { steps } from '../workload/tasks.ts'

const playbook = definePlaybook({ name: 'bench-steps', doc: steps.doc, params: z.strictObject({}), roles: [steps], plays: () => [{ name: 'steps', hosts: 'all', roles: [use(steps)] }] })

export default playbook
await main(import.meta, playbook)
