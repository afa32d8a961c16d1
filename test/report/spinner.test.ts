import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { Activity } from '../../engine/report/activity.ts'
import type { Event } from '../../engine/report/event.ts'
import { createTtyReporter } from '../../engine/report/tty.ts'
import { Secret } from '../../engine/values/secret.ts'
import { makeSink } from '../../engine/report/sink.ts'
import { until } from '../rig/until.ts'
import { everything, paper, stamped, tell } from './fixture.ts'
import { screen } from './screen.ts'

const options = { color: false, verbosity: 0, diff: true, timings: true } as const
const run: Event = { type: 'run', playbook: 'p', mode: 'apply', inventory: ['i'], hosts: ['lab1', 'lab2'], version: '1' }

test('with a spinner in between, the screen ends as it would without', async () => {
  const still = paper()
  await tell(createTtyReporter({ ...options, out: still }), everything())

  const out = paper({ isTTY: true })
  const reporter = createTtyReporter({ ...options, out })
  const activity = new Activity()
  for (const event of everything()) {
    reporter.report(event)
    activity.add(event)
    if (event.type === 'recap') continue // it is stopped there
    const now = activity.text(out.columns - 4)
    await shows(() => out.text.includes(now), now)
  }
  await reporter.end()
  assert.match(out.text, /4 hosts: lab1 postgres/)
  assert.match(out.text, /lab1 postgres › create \/opt\/services\/postgres\/\.env/)
  assert.equal(screen(out.text), still.text)
  assert.ok(out.text.lastIndexOf('\x1b[?25h') > out.text.lastIndexOf('\x1b[?25l'), 'the cursor is back')
})

test('a spinner can be left out', async () => {
  const out = paper({ isTTY: true })
  const reporter = createTtyReporter({ ...options, out, spinner: false })
  for (const event of stamped([run])) reporter.report(event)
  await wait(300)
  await reporter.end()
  assert.equal(out.text, 'p on 2 hosts (lab1, lab2), inventory i\n\n')
})

/** However slow the machine is: the spinner has to be loaded, and draws twelve times a second. */
async function shows(holds: () => boolean, what: string): Promise<void> {
  assert.ok(await until(holds, 10_000), `never on the screen: ${what}`)
}

test('a run that is over before the spinner was loaded', async () => {
  const out = paper({ isTTY: true })
  await tell(createTtyReporter({ ...options, out }), everything())
  assert.doesNotMatch(out.text, /\x1b\[\?25l/)
})

test('what the spinner says goes through the sink', async () => {
  const secret = new Secret('spinner-canary')
  let text = ''
  const stream = { isTTY: true, columns: 80, on: () => {}, write: (chunk: string, done: () => void) => ((text += chunk), done(), true) }
  const reporter = createTtyReporter({ ...options, out: makeSink(stream) })
  for (const event of stamped([run, { type: 'change', host: 'lab1', role: 'r', task: 't', change: `set ${secret.reveal()}` }])) reporter.report(event)
  await shows(() => text.includes('lab1 r › set [secret]'), 'the change')
  await reporter.end()
  assert.doesNotMatch(text, /spinner-canary/)
})

test('what is under way: changes first, one line, gone when done', () => {
  const activity = new Activity()
  const add = (...events: Event[]) => stamped(events).forEach((event) => activity.add(event))
  assert.equal(activity.text(80), '')
  add(run)
  assert.equal(activity.text(80), '2 hosts: lab1 connecting  ·  lab2 connecting')
  add({ type: 'role', host: 'lab1', role: 'redis' }, { type: 'change', host: 'lab2', role: 'redis', task: 't', change: 'create /data/redis' })
  assert.equal(activity.text(80), '2 hosts: lab2 redis › create /data/redis  ·  lab1 redis')
  assert.equal(activity.text(30), '2 hosts: lab2 redis › create …')
  add({ type: 'host-done', host: 'lab2', play: 'p', ok: true })
  assert.equal(activity.text(80), 'lab1 redis')
  add({ type: 'unreachable', host: 'lab1', reason: 'lost', message: 'm' })
  assert.equal(activity.text(80), '')
})
