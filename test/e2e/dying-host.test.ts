import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, test } from 'node:test'
import { run } from '../rig/cli.ts'
import { onHost } from '../rig/lab-host.ts'

// One of three hosts is switched off in the middle of a step. The others go on; the recap says what was done, what not, and what is not known.
const hosts = ['lab1', 'lab2', 'lab3']
const lab = (args: readonly string[]) => execFileSync('node_modules/.bin/tsx', ['lab/cli.ts', ...args], { encoding: 'utf8', timeout: 120_000 })

after(() => {
  lab(['up', '3'])
  for (const host of hosts) onHost(host, ['rm', '-rf', '/srv/hw-dying'])
})

test('faults 11 and 59: a host that dies in the middle does not stop the others', async () => {
  const running = run(['test/playbooks/dying.ts', '-i', 'lab', '-l', hosts.join(','), '--output', 'json'], 120)
  const began = Date.now()
  // Switched off once it is in the middle of the slow step.
  for (;;) {
    assert.ok(Date.now() - began < 30_000, 'the slow step never began')
    if (isThere('lab2', '/srv/hw-dying/begun')) break
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  onHostQuietly('lab2', ['kill', '1'])
  const done = await running
  assert.equal(done.code, 7, done.stdout + done.stderr)
  const { recap } = done
  assert.ok(recap)
  for (const host of ['lab1', 'lab3']) {
    assert.deepEqual([recap.hosts[host]?.failed, recap.hosts[host]?.unknown, recap.hosts[host]?.unreachable], [0, 0, 0])
    assert.ok(isThere(host, '/srv/hw-dying/after'))
  }
  assert.deepEqual([recap.hosts['lab2']?.unknown, recap.hosts['lab2']?.unreachable], [1, 1])
  assert.ok((recap.hosts['lab2']?.changed ?? 0) >= 1, 'what was done before is told as done')
  const failure = done.events.find((event) => event.type === 'failure' && event.host === 'lab2')
  assert.match(JSON.stringify(failure), /not known/)

  // The next run, with the host back, does what is left and nothing else.
  lab(['up', '3'])
  const again = await run(['test/playbooks/dying.ts', '-i', 'lab', '--resume', '--output', 'json'], 120)
  assert.equal(again.code, 0, again.stdout + again.stderr)
  assert.deepEqual(Object.keys(again.recap?.hosts ?? {}), ['lab2'])
  assert.ok(isThere('lab2', '/srv/hw-dying/after'))
})

function isThere(host: string, path: string): boolean {
  return onHost(host, ['sh', '-c', '[ -e "$1" ] && echo yes || echo no', 'sh', path]).trim() === 'yes'
}

function onHostQuietly(host: string, argv: readonly string[]): void {
  try {
    onHost(host, argv)
  } catch {
    // the line goes with the host
  }
}
