import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { listTasks } from '../../engine/cli/list.ts'
import { NO_VARS } from '../../engine/inventory/extra.ts'
import { definePlaybook } from '../../engine/playbook/playbook.ts'
import { prepare } from '../../engine/playbook/prepare.ts'
import { defineRole, use } from '../../engine/playbook/role.ts'
import { command } from '../../engine/actions/command.ts'
import { directory } from '../../engine/tasks/directory.ts'
import { file } from '../../engine/tasks/file.ts'
import type { Host } from '../../engine/host/host.ts'
import { inventoryOf, role as roleOf } from '../rig/memory-run.ts'

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

/** What is listed of one role that is this code. */
async function listed(run: (host: Host) => PromiseLike<unknown>) {
  const playbook = definePlaybook({ name: 'p', doc: '', params: z.strictObject({}), plays: () => [{ name: 'p', hosts: 'all', roles: [roleOf('r', run)] }] })
  const inventory = inventoryOf(['a'])
  const prepared = prepare(playbook, inventory, NO_VARS, { allowEmpty: false })
  assert.ok(prepared.ok)
  return listTasks({ plays: prepared.value, inventory, tags: { tags: [], skip: [] } })
}

test('the directories of the system are there, so that what is written into them can be listed', async () => {
  const { tasks } = await listed(async (host) => {
    const [motd] = await host.ensure(file({ path: '/etc/motd', content: 'x' }), file({ path: '/tmp/x', content: 'x' }), file({ path: '/usr/local/bin/x', content: 'x' }))
    if (motd.changed) await host.run(command({ argv: ['true'] }))
  })
  assert.equal(tasks, 'p:\n  r\n    file /etc/motd\n    file /tmp/x\n    file /usr/local/bin/x\n    command true\n')
})

test('a run that begins later is listed from there', async () => {
  const playbook = definePlaybook({ name: 'p', doc: '', params: z.strictObject({}), plays: () => [{ name: 'p', hosts: 'all', roles: [use(role('r', '/r')), use(role('s', '/s'))] }] })
  const inventory = inventoryOf(['a'])
  const prepared = prepare(playbook, inventory, NO_VARS, { allowEmpty: false })
  assert.ok(prepared.ok)
  const { tasks } = await listTasks({ plays: prepared.value, inventory, tags: { tags: [], skip: [] }, gate: () => (_, title) => title === 'directory /s' })
  assert.equal(tasks, 'p:\n  r\n  s\n    directory /s\n')
})

test('a task that the empty host refuses is listed, and does not end the listing', async () => {
  const { tasks, known, named } = await listed(async (host) => {
    await host.ensure(file({ path: '/srv/shop/a', content: 'x' }), directory({ path: '/x' }))
    await host.run(command({ argv: ['true'] }, { tags: ['late'] }))
  })
  assert.equal(tasks, 'p:\n  r\n    file /srv/shop/a\n    directory /x\n    command true\n')
  assert.deepEqual([known, named.map(({ task }) => task)], [['late', 'r'], ['file /srv/shop/a', 'directory /x', 'command true']])
})

test('a role that fails in words of its own ends what can be listed, and that is said', async () => {
  const { tasks } = await listed(async (host) => host.fail('this is no Ubuntu'))
  assert.match(tasks, /what comes after depends on the host: this is no Ubuntu/)
})

test('a task that is wrong in itself ends it too, with its place, and is no task of the list', async () => {
  const { tasks, named } = await listed(async (host) => {
    await host.ensure(directory({ path: '/x' }))
    await host.ensure(directory({ path: 'relative' }))
  })
  assert.match(tasks, /^p:\n  r\n    directory \/x\n    \(what comes after depends on the host, or is wrong: directory: path: a path on a host must be absolute, test\/cli\/list\.test\.ts:\d+\)\n$/)
  assert.deepEqual(named.map(({ task }) => task), ['directory /x'])
})
