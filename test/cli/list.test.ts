import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { listTasks } from '../../engine/cli/list.ts'
import { NO_VARS } from '../../engine/inventory/extra.ts'
import { definePlaybook } from '../../engine/playbook/playbook.ts'
import { prepare } from '../../engine/playbook/prepare.ts'
import { defineRole, use } from '../../engine/playbook/role.ts'
import { directory } from '../../engine/tasks/directory.ts'
import { inventoryOf } from '../rig/memory-run.ts'

const role = (name: string, path: string) => defineRole({ name, doc: '', params: z.strictObject({}), run: async (host) => void (await host.ensure(directory({ path }, { tags: [`${name}-tag`] }))) })

test('the roles of every host are listed, each once: also those that the first host does not have', async () => {
  const [base, db] = [role('base', '/base'), role('db', '/db')]
  const playbook = definePlaybook({ name: 'p', doc: '', params: z.strictObject({}), plays: () => [{ name: 'p', hosts: 'all', tags: ['p-tag'], roles: [use(base), use(db, {}, { when: ({ name }) => name === 'b' })] }] })
  const inventory = inventoryOf(['a', 'b', 'c'])
  const prepared = prepare(playbook, inventory, NO_VARS, { allowEmpty: false })
  assert.ok(prepared.ok)
  const listed = await listTasks({ plays: prepared.value, inventory, tags: { tags: [], skip: [] } })
  assert.equal(listed.tasks, 'p:\n  base\n    directory /base\n  db\n    directory /db\n')
  assert.deepEqual(listed.known, ['base', 'base-tag', 'db', 'db-tag', 'p-tag'])
})
