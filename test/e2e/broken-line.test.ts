import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { run } from '../rig/cli.ts'
import { onHost } from '../rig/lab-host.ts'

// The line breaks in the middle of a step, and the host lives on: sshd's process for it is killed.
const HOST = 'lab2'

after(() => onHost(HOST, ['rm', '-rf', '/srv/hw-dying']))

/** Kills the sshd above the step that sleeps; the step itself goes on. */
const BREAK = `
p=$(ps -eo pid,args | awk '$2 == "sleep" && $3 == "5" { print $1 }' | head -n 1)
[ -n "$p" ] || exit 1
while [ "$p" -gt 1 ]; do
  case $(cat /proc/$p/comm) in sshd*) kill -9 "$p"; exit ;; esac
  p=$(awk '/^PPid/ { print $2 }' /proc/$p/status)
done
exit 1`

test('fault 8: a line that breaks in the middle is opened again: the step is not done twice, the rest is done, and nothing is unknown', async () => {
  onHost(HOST, ['rm', '-rf', '/srv/hw-dying'])
  const running = run(['test/playbooks/dying.ts', '-i', 'lab', '-l', HOST, '--output', 'json'], 120)
  for (let tries = 0; !broken(); tries++) {
    assert.ok(tries < 100, 'the slow step never began')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const done = await running
  assert.equal(done.code, 0, done.stdout + done.stderr)
  const tasks = done.events.flatMap((event) => (event.type === 'task' ? [`${event.status} ${event.task}`] : []))
  // The orphan was waited for, and what it made was seen: its task found nothing left to do.
  assert.deepEqual(tasks, ['changed directory /srv/hw-dying', 'ok created /srv/hw-dying/made', 'changed file /srv/hw-dying/after'])
  assert.equal(onHost(HOST, ['ls', '/srv/hw-dying']), 'after\nbegun\nmade\n')
})

function broken(): boolean {
  try {
    onHost(HOST, ['sh', '-c', BREAK])
    return true
  } catch {
    return false
  }
}
