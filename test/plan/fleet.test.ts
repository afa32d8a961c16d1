/** Plans for several hosts, made and applied in memory. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command } from '../../engine/actions/command.ts'
import { Apply, Verify } from '../../engine/cli/plan/apply.ts'
import { Save } from '../../engine/cli/plan/save.ts'
import { becomes } from '../../engine/facts/fact.ts'
import { path } from '../../engine/facts/path.ts'
import { Plan } from '../../engine/plan/plan.ts'
import type { Host } from '../../engine/host/host.ts'
import type { Event } from '../../engine/report/event.ts'
import { change } from '../../engine/tasks/change.ts'
import { directory } from '../../engine/tasks/directory.ts'
import { fakes, role, runInMemory } from '../rig/memory-run.ts'

const KEY = '5e'.repeat(32)
type Fakes = ReturnType<typeof fakes>
const dir = (at: string) => directory({ path: at })
const play = (run: (host: Host) => PromiseLike<unknown>) => [{ name: 'p', hosts: 'all', roles: [role('r', run)] }]
const both: Parameters<typeof play>[0] = (host) => host.ensure(dir('/a'), dir(`/${host.name}`))

/** `--check --save-plan`: the plan, when one was saved, and what was said of it. */
async function save(hosts: Fakes, plays = play(both)): Promise<{ readonly plan: Plan | undefined; readonly events: Event[] }> {
  let text: string | undefined
  const events: Event[] = []
  const saving = new Save({ file: 'p', written: { write: (it) => (text = it) }, key: KEY, made: { by: '0', at: '', about: { by: '', revision: '' }, playbook: 'test', inventory: [], hosts: [...hosts.keys()], flags: {}, params: {} } })
  saving.after(await runInMemory(hosts, plays, { mode: 'check', ledger: saving.ledger }), (event) => events.push(event))
  return { plan: text === undefined ? undefined : Plan.parse(JSON.parse(text)), events }
}

/** `--plan`: as run-command.ts does it. */
async function apply(hosts: Fakes, plan: Plan | undefined, plays = play(both)) {
  assert.ok(plan)
  const events: Event[] = []
  const emit = (event: Event) => void events.push(event)
  const applying = new Apply('p', plan, KEY)
  const { go } = await applying.before((more) => runInMemory(hosts, plays, more), emit)
  if (go) applying.after(await runInMemory(hosts, plays, { ledger: applying.ledger, emit }), emit)
  return { go, events, said: said(events) }
}

const said = (events: readonly Event[]) => events.flatMap((event) => (event.type === 'plan' ? [`${event.status}: ${event.message}`] : []))
const sent = (hosts: Fakes) => [...hosts.values()].flatMap(({ acts }) => acts.flatMap(({ tasks }) => tasks.map(({ title }) => title)))
/** Somebody else makes a directory there, which others cannot read. */
const moved = (at: string) => change(`make ${at}`, ['mkdir', at], [becomes(path(at), { kind: 'directory', mode: '0700', uid: 0, gid: 0, size: 0 })])

test('one host of two moved: nothing is done on either', async () => {
  const hosts = fakes('x', 'y')
  const { plan } = await save(hosts)
  await hosts.get('y')?.changeBy(moved('/y'))
  const { go, said, events } = await apply(hosts, plan)
  assert.deepEqual([go, said, sent(hosts)], [false, ['not-as-planned: 1 task on 1 host is otherwise by now; nothing was changed'], []])
  assert.deepEqual(events.flatMap((event) => (event.type === 'plan' ? event.differences.map(({ host, task }) => [host, task]) : [])), [['y', 'directory /y']])
})

test('a host that had nothing to do has something to do by now: nothing is done', async () => {
  const hosts = fakes('x', 'y')
  await runInMemory(new Map([...hosts].slice(1)), play(both))
  const { plan, events } = await save(hosts)
  assert.deepEqual([Object.keys(plan?.hosts ?? {}), said(events)], [['x'], ['saved: 2 tasks on 1 host']])
  await hosts.get('y')?.changeBy(change('remove /a', ['rmdir', '/a'], [becomes(path('/a'), { kind: 'absent' })]))
  const before = sent(hosts).length
  const { said: refused } = await apply(hosts, plan)
  assert.deepEqual([refused, sent(hosts).length], [['not-as-planned: 1 task on 1 host is otherwise by now; nothing was changed'], before])
})

test('applied; the second time it looks as if it had been applied; with --check it is only looked at', async () => {
  const hosts = fakes('x', 'y')
  const { plan } = await save(hosts)
  assert.ok(plan)
  const verify = async () => {
    const [verifying, events]: [Verify, Event[]] = [new Verify('p', plan, KEY), []]
    verifying.after(await runInMemory(hosts, play(both), { mode: 'check', ledger: verifying.ledger }), (event) => events.push(event))
    return said(events)
  }
  assert.deepEqual(await verify(), ['as-planned: all is as it was planned'])
  assert.deepEqual((await apply(hosts, plan)).said, ['as-planned: all is as it was planned'])
  assert.deepEqual(sent(hosts).sort(), ['directory /a', 'directory /a', 'directory /x', 'directory /y'])
  const applied = 'not-as-planned: it looks as if it had been applied: nothing of what it plans is left to do'
  assert.deepEqual([await verify(), (await apply(hosts, plan)).said], [[applied], [applied]])
  assert.equal(sent(hosts).length, 4)
})

test('a host that cannot be looked at: no plan is saved, and none is applied anywhere', async () => {
  const hosts = fakes('x', 'y')
  const { plan } = await save(hosts)
  const [, y] = hosts.values()
  if (y) y.lines = 0
  const { go, events, said } = await apply(hosts, plan)
  assert.deepEqual([go, said, sent(hosts)], [false, ['not-looked-at: y did not come to the end when all was looked at, so nothing is changed anywhere'], []])
  assert.ok(events.some((event) => event.type === 'unreachable' && event.host === 'y'))
  assert.equal((await save(hosts)).plan, undefined)
})

test('what moves between the look at all hosts and the act is seen by the act; the other host is done', async () => {
  const hosts = fakes('x', 'y')
  const { plan } = await save(hosts)
  const y = hosts.get('y')
  let looks = 0
  if (y) y.before = (what) => (what === 'look' && ++looks === 2 ? y.changeBy(moved('/a')) : undefined)
  const { go, events } = await apply(hosts, plan)
  assert.equal(go, true)
  assert.deepEqual(events.flatMap((event) => (event.type === 'failure' && event.reason !== 'stopped' ? [`${event.host} ${event.reason} ${event.task}`] : [])), ['y not-as-planned directory /a'])
  assert.deepEqual(sent(hosts), ['directory /a', 'directory /x'])
})

test('an action whose effect is another than before: what follows is held against the plan', async () => {
  const hosts = fakes('x')
  const plays = play(async (host) => {
    await host.ensure(dir('/a'))
    await host.run(command({ argv: ['prepare'] }))
    await host.ensure(dir((await host.read(path('/a')))?.kind === 'directory' ? '/b' : '/c'))
  })
  const { plan } = await save(hosts, plays)
  assert.deepEqual(plan?.hosts['x']?.map(({ task }) => task), ['directory /a', 'command prepare', 'directory /c'])
  const { events } = await apply(hosts, plan, plays)
  assert.deepEqual(events.flatMap((event) => (event.type === 'failure' ? [event.message] : [])), ['not planned, or done already: create /b'])
  assert.deepEqual(sent(hosts), ['directory /a', 'command prepare'])
})
