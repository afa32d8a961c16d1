import { readdirSync } from 'node:fs'
import { z } from 'zod'
import { definePlaybook, defineRole, directory, file, main, tree, use } from '../../engine/index.ts'
import { ROOT } from '../workload/items.ts'

const Params = z.strictObject({
  source: z.string().describe('a file of the controller, or a directory'),
  as: z.enum(['file', 'files', 'tree']).describe('one file; a task each file of the directory; one task for all of it'),
})

const send = defineRole({
  name: 'send',
  doc: 'Files of the controller.',
  params: Params,
  async run(host, { source, as }) {
    const files = as === 'files' ? readdirSync(source).map((name) => file({ path: `${ROOT}/files/${name}`, source: `${source}/${name}` })) : []
    const one = as === 'tree' ? tree({ path: `${ROOT}/files`, source }) : as === 'file' ? file({ path: `${ROOT}/file`, source }) : directory({ path: `${ROOT}/files` })
    await host.ensure(directory({ path: ROOT }), one, ...files)
  },
})

const playbook = definePlaybook({ name: 'bench-send', doc: send.doc, params: Params, roles: [send], plays: (params) => [{ name: 'send', hosts: 'all', roles: [use(send, params)] }] })

export default playbook
await main(import.meta, playbook)
