import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planTask } from '../../engine/host/plan.ts'
import { HostModel } from '../../engine/host/model.ts'
import { authorizedKeys } from '../../engine/tasks/authorized-keys.ts'
import { directory } from '../../engine/tasks/directory.ts'
import { download } from '../../engine/tasks/download.ts'
import { file } from '../../engine/tasks/file.ts'
import { group } from '../../engine/tasks/group.ts'
import { line } from '../../engine/tasks/line.ts'
import { user } from '../../engine/tasks/user.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJTbnyTlLBRnzj7jKuE0bMsWbPrWJC5kvEuNnFNrCUzC ann'

test('what belongs to a user who is only foretold: the number that nobody knows yet is in no command', () => {
  const conf = '/srv/x/conf'
  const tasks = [
    group({ name: 'team' }),
    user({ name: 'ann', groups: ['team'] }),
    authorizedKeys({ user: 'ann', keys: [KEY] }),
    directory({ path: '/srv/x', owner: 'ann', group: 'team', mode: '2770' }),
    file({ path: conf, content: 'a\n', owner: 'ann' }),
    line({ path: conf, line: 'b' }),
    file({ path: conf, content: 'c\n' }),
    download({ url: 'http://127.0.0.1/x', path: conf, sha256: '0'.repeat(64) }),
  ]
  const model = new HostModel()
  for (const task of tasks) for (const fact of Object.values(task.facts)) model.observe(fact, fact.kind.blank)
  const owners: (string | undefined)[] = []
  for (const task of tasks) {
    const planned = planTask(task, model)
    assert(planned.kind === 'changes', `${task.title}: ${planned.kind}`)
    for (const step of planned.changes.flatMap(({ steps }) => steps)) {
      if (step.kind === 'write') owners.push(step.owner)
      else assert(!step.argv.some((word) => /(?:^|:)-1(?::|$)/.test(word)), step.argv.join(' '))
    }
  }
  // A new file in a setgid directory gets that directory's group, and keeps it when it is written again.
  assert.deepEqual(owners, ['ann', 'ann:team', 'ann:team'])
})
