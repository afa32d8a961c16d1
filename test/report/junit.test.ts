import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import test from 'node:test'
import type { Event, Mode, Stamped } from '../../engine/report/event.ts'
import { createJunitFile } from '../../engine/report/junit.ts'
import { away, exits, failure, interrupted, plan, rescued, run, stopped, task } from './exits.ts'
import { everything, recapOf, stamped, tell } from './fixture.ts'
import { temporary } from './folder.ts'
import { parseXml, type Element } from './xml.ts'

async function junit(events: readonly Stamped[]): Promise<{ text: string; root: Element }> {
  using folder = temporary()
  const path = folder.file('junit.xml')
  await tell(createJunitFile(path), events)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  const text = readFileSync(path, 'utf8')
  return { text, root: parseXml(text) }
}
const all = (element: Element, name: string): Element[] => element.children.flatMap((child) => (typeof child === 'string' ? [] : [...(child.name === name ? [child] : []), ...all(child, name)]))
const outcome = (element: Element | undefined): string => element?.children.map((child) => (typeof child === 'string' ? '' : child.name)).join() ?? 'none'

async function outcomes(mode: Mode): Promise<Map<string, string>> {
  const { root } = await junit(everything(mode))
  return new Map(all(root, 'testcase').map((each) => [`${each.attributes['classname']}: ${each.attributes['name']}`, outcome(each)]))
}

test('a case for each host and task, with what became of it', async () => {
  assert.deepEqual([...(await outcomes('apply'))], [
    ['lab1.postgres: postgres › directory /data/postgres', ''],
    ['lab1.postgres: postgres › file /opt/services/postgres/.env', 'system-out'],
    ['lab1.web: web › command migrate', 'system-out'],
    ['lab1.app: app', 'error'],
    ['lab2.postgres: postgres › user postgres', 'skipped'],
    ['lab2.postgres: postgres › compose /opt/services/postgres', 'failure'],
    ['db-primary.postgres: postgres › packages', 'error'],
    ['db-primary: connect', 'error'],
    ['lab4: connect', 'error'],
    ['lab5: not reached', 'error'],
    ['run: interrupted', 'error'],
    ['engine: bug', 'failure'],
  ])
})

test('what check mode cannot foretell is skipped, not an error', async () => {
  assert.equal((await outcomes('check')).get('db-primary.postgres: postgres › packages'), 'skipped')
})

test('counts add up', async () => {
  const { root } = await junit(everything())
  assert.deepEqual({ ...root.attributes }, { name: 'deploy', tests: '12', failures: '2', errors: '6', skipped: '1', time: '64.200' })
  const suites = all(root, 'testsuite')
  assert.deepEqual(suites.map(({ attributes }) => attributes['name']), ['lab1', 'lab2', 'db-primary', 'lab4', 'lab5', 'run', 'engine'])
  for (const suite of suites) assert.equal(all(suite, 'testcase').length, Number(suite.attributes['tests']))
})

for (const [exit, mode, detailedExitcode, events] of exits)
  test(`exit ${exit}: ${mode}: there is a failure or an error, or there is none`, async () => {
    const { root } = await junit(stamped([run(mode), ...events, recapOf([run(mode), ...events], mode, 1, { detailedExitcode })]))
    const { failures, errors } = root.attributes
    assert.equal(Number(failures) + Number(errors) > 0, exit !== 0 && exit !== 6)
  })

/** The errors of each host, after these events. */
async function errors(events: readonly Event[], unfinished: readonly string[] = []): Promise<string[]> {
  const told = [run(), ...events]
  const { root } = await junit(stamped([...told, recapOf(told, 'apply', 1, { unfinished })]))
  return all(root, 'testcase').flatMap((each) => all(each, 'error').map(({ attributes }) => `${each.attributes['classname']}: ${each.attributes['name']}: ${attributes['type']}: ${attributes['message']}`))
}
const began: Event = { type: 'play', play: 'p', hosts: ['a', 'b'] }
const through = (host: string): Event => ({ type: 'host-done', host, play: 'p', ok: true })
const halted: Event = { type: 'failure', host: 'a', role: 'r', task: 'r', reason: 'stopped', message: 'interrupted by SIGINT' }
const [leftA, leftB] = ['a', 'b'].map((host) => `${host}: not reached: not-reached: interrupted by SIGINT`)
const itself = 'run: interrupted: stopped: interrupted by SIGINT'
const given: readonly (readonly [what: string, events: readonly Event[], expected: readonly (string | undefined)[], unfinished?: readonly string[]])[] = [
  ['an interrupt before anything was done', [interrupted], [leftA, leftB, itself]],
  ['an interrupt in a play', [began, task('ok'), interrupted, halted], ['a.r: r: stopped: stopped: interrupted by SIGINT', leftB, itself]],
  ['an interrupt between two plays', [began, task('ok'), through('a'), interrupted], ['a: stopped: stopped: interrupted by SIGINT; stopped at r › t', leftB, itself], ['a', 'b']],
  ['an interrupt when all was through', [began, task('ok'), task('ok', 't', 'b'), through('a'), through('b'), interrupted], [itself]],
  ['a play that was given up', [began, task('failed'), failure(), stopped], ['b: not reached: not-reached: the play p was given up: m']],
  ['another run is there', [began, task('ok'), away('locked')], ['b: connect: unreachable: locked: m']],
  ['a plan that does not hold', [plan('not-as-planned')], ['a: not reached: not-reached: m', 'b: not reached: not-reached: m', 'run: plan: not-as-planned: m']],
  ['a plan that could not be looked at', [away('auth'), plan('not-looked-at')], ['a: not reached: not-reached: m', 'b: connect: unreachable: auth: m', 'run: plan: not-looked-at: m']],
]
for (const [what, events, expected, unfinished] of given) test(`who did not come to the end has an error that says why: ${what}`, async () => assert.deepEqual(await errors(events, unfinished), expected))

test('a failure that was caught again and again is no failure', async () => {
  const attempt = [task('failed'), failure()]
  const { root } = await junit(stamped([run(), ...attempt, ...attempt, rescued(), rescued(), task('ok')]))
  assert.equal(root.attributes['failures'], '0')
})

test('tasks of a batch share its time: the sum of a suite is what its host took', async () => {
  const at = (seconds: number): string => new Date(Date.UTC(2025, 0, 2, 3, 4, 0, seconds * 1000)).toISOString()
  const ended = (seconds: number, ms: number, name: string, host = 'a'): Stamped => ({ type: 'task', at: at(seconds), host, role: 'r', task: name, status: 'ok', changes: [], ms })
  const { root } = await junit([
    { ...run(), at: at(0) },
    ended(5, 5000, 'one'), ended(5, 5000, 'two'), ended(5, 3000, 'of another host', 'b'), ended(5, 5000, 'three'),
    // The next batch, of which one failed and was told a moment later.
    ended(8, 2000, 'four'), ended(8.5, 2500, 'five'),
    // An action of the same length is not together with it; and what was done under a safeguard is told with it.
    ended(11, 2500, 'six'),
    ended(20, 1000, 'seven'), ended(20, 8000, 'safeguard'),
    { ...recapOf([], 'apply', 20_500), at: at(20.5) },
  ])
  assert.deepEqual(all(root, 'testcase').map(({ attributes }) => `${attributes['name']} ${attributes['time']}`), [
    'r › one 5.000', 'r › two 0.000', 'r › three 0.000', 'r › four 2.000', 'r › five 0.500', 'r › six 2.500', 'r › seven 1.000', 'r › safeguard 7.000', 'r › of another host 3.000',
  ])
  assert.deepEqual([root, ...all(root, 'testsuite')].map(({ attributes }) => attributes['time']), ['20.500', '18.000', '3.000'])
})

test('what is not as planned is a failure of its task', async () => {
  const { root } = await junit(stamped([{ type: 'plan', file: 'f', status: 'not-as-planned', message: 'm', differences: [{ host: 'a', role: 'r', task: 't', message: 'other content' }] }]))
  const [failure] = all(root, 'failure')
  assert.deepEqual({ ...failure?.attributes }, { type: 'not-as-planned', message: 'other content' })
})

test('what a host says cannot break the document', async () => {
  const evil = ']]><x a="1">&amp; \x00\x1b[31m \ud800 \ufffe "\'\n\tend'
  const events: Event[] = [
    { type: 'run', playbook: evil, mode: 'apply', inventory: [evil], hosts: ['a'], version: '1' },
    { type: 'task', host: 'a', role: evil, task: evil, status: 'failed', changes: [evil], ms: 1 },
    { type: 'failure', host: 'a', role: evil, task: evil, reason: 'command', message: evil, output: evil },
  ]
  const { text, root } = await junit(stamped(events))
  assert.deepEqual(all(root, 'x'), [])
  assert.doesNotMatch(text, /[\x00-\x08\x0b-\x1f\ufffe\uffff]|\p{Surrogate}/u)
})
