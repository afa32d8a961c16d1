import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { breakLine } from '../rig/break-line.ts'
import { run } from '../rig/cli.ts'
import { onHost } from '../rig/lab-host.ts'

// The line breaks in the middle of a step, and the host lives on: sshd's process for it is killed.
const HOST = 'lab2'

after(() => onHost(HOST, ['rm', '-rf', '/srv/hw-dying']))

test('fault 8: a line that breaks in the middle is opened again: the step is not done twice, the rest is done, and nothing is unknown', async () => {
  onHost(HOST, ['rm', '-rf', '/srv/hw-dying'])
  const running = run(['test/playbooks/dying.ts', '-i', 'lab', '-l', HOST, '--output', 'json'], 120)
  await breakLine(HOST, 5)
  const done = await running
  assert.equal(done.code, 0, done.stdout + done.stderr)
  const tasks = done.events.flatMap((event) => (event.type === 'task' ? [`${event.status} ${event.task}`] : []))
  // The orphan was waited for, and what it made was seen: nothing of its task was left to do, and whoever asks whether it changed something hears yes.
  assert.deepEqual(tasks, ['changed directory /srv/hw-dying', 'changed created /srv/hw-dying/made', 'changed file /srv/hw-dying/after'])
  assert.equal(onHost(HOST, ['ls', '/srv/hw-dying']), 'after\nbegun\nmade\n')
})
