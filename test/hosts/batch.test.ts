import assert from 'node:assert/strict'
import { test } from 'node:test'
import { absent } from '../../engine/tasks/absent.ts'
import { authorizedKeys } from '../../engine/tasks/authorized-keys.ts'
import { block } from '../../engine/tasks/block.ts'
import { cron } from '../../engine/tasks/cron.ts'
import { directory } from '../../engine/tasks/directory.ts'
import { file } from '../../engine/tasks/file.ts'
import { group } from '../../engine/tasks/group.ts'
import { line } from '../../engine/tasks/line.ts'
import { link } from '../../engine/tasks/link.ts'
import { service } from '../../engine/tasks/service.ts'
import { user } from '../../engine/tasks/user.ts'
import { ensureOn, onHost } from '../rig/lab-host.ts'
import { difference, manifest } from '../rig/manifest.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJTbnyTlLBRnzj7jKuE0bMsWbPrWJC5kvEuNnFNrCUzC hwbea'
const clean = ['sh', '-c', 'userdel -r hwbea 2>/dev/null; groupdel hwcrew 2>/dev/null; rm -rf /srv/hw-batch /etc/cron.d/hw-batch /var/lib/hostwright/stamps/cron.*; true']

/** Each of these stands on one before it. */
const batch = () => [
  group({ name: 'hwcrew' }),
  user({ name: 'hwbea', groups: ['hwcrew'] }),
  authorizedKeys({ user: 'hwbea', keys: [KEY] }),
  directory({ path: '/home/hwbea', mode: '0750', owner: 'hwbea' }),
  directory({ path: '/srv/hw-batch/x', owner: 'hwbea', group: 'hwcrew', mode: '2770' }),
  file({ path: '/srv/hw-batch/x/file', content: 'a\n', owner: 'hwbea' }),
  line({ path: '/srv/hw-batch/x/conf', line: 'a', create: true, mode: '0640' }),
  line({ path: '/srv/hw-batch/x/conf', line: 'b' }),
  block({ path: '/srv/hw-batch/x/conf', block: 'c' }),
  link({ path: '/srv/hw-batch/now', target: 'x' }),
  cron({ name: 'hw-batch', schedule: '@daily', command: 'true', user: 'hwbea' }),
  service({ name: 'cron', state: 'running', restartOn: ['x'] }),
  absent({ path: '/srv/hw-batch/nothing' }),
]

for (const host of ['lab1', 'lab2', 'lab3'])
  test(`a batch whose tasks stand on each other is foretold exactly, and then holds (${host})`, async () => {
    onHost(host, clean)
    try {
      const fresh = await manifest(host)
      const foretold = await ensureOn(host, batch(), { mode: 'check' })
      assert.deepEqual(difference(fresh, await manifest(host)), [], 'check mode wrote something')
      assert.deepEqual(await ensureOn(host, batch()), foretold)
      assert.equal(foretold.filter(({ status }) => status === 'changed').length, 11)
      assert(onHost(host, ['stat', '-c', '%U:%G %a', '/srv/hw-batch/x/conf', '/srv/hw-batch/x/file', '/home/hwbea/.ssh/authorized_keys']).startsWith('root:hwcrew 640\nhwbea:hwcrew 644\nhwbea:hwbea 600\n'))
      const after = await manifest(host)
      for (const { task, status } of await ensureOn(host, batch())) assert.equal(status, 'ok', task)
      assert.deepEqual(difference(after, await manifest(host)), [])
    } finally {
      onHost(host, clean)
    }
  })
