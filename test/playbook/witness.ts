import assert from 'node:assert/strict'
import { path } from '../../engine/facts/path.ts'
import type { Play } from '../../engine/playbook/playbook.ts'
import { failLimit } from '../../engine/playbook/schedule.ts'
import type { Event } from '../../engine/report/event.ts'
import type { FakeHost, Moment } from '../../engine/testing/fake-host.ts'
import type { MemoryRun } from '../rig/memory-run.ts'

/** What was seen of a run, in order: what it told, and what hosts began and ended to do. */
export type Seen = Event | { readonly type: 'begins' | 'ended'; readonly host: string; readonly moment: Moment }

/** The ask that a task belongs to: everything of one `ensure` or `run` has it in its paths. */
const askOf = (task: string): string | undefined => /\/p\d+r\d+s\d+\w*(?:\/h\d+)?/.exec(task)?.[0]

/** @throws AssertionError where more hosts are at work or reached at once than may be, or one begins that may not. */
export function assertLimits(seen: readonly Seen[], plays: readonly Play[], forks: number, hosts: number): void {
  const [opening, inside, out] = [new Set<string>(), new Set<string>(), new Set<string>()]
  let play: Play | undefined
  let givenUp = false
  for (const each of seen) {
    if (each.type === 'begins' && each.moment === 'open' && play === undefined) opening.add(each.host)
    if (each.type === 'ended' && each.moment === 'open') opening.delete(each.host)
    assert.ok(opening.size <= forks, `${opening.size} hosts are reached at once, ${forks} may be`)
    if (each.type === 'play') {
      assert.deepEqual([...inside], [], 'a batch begins when the one before is through')
      if (play?.name !== each.play) givenUp = false
      play = plays.find(({ name }) => name === each.play)
      assert.ok(!givenUp, `${each.play} was given up`)
      assert.deepEqual(each.hosts.filter((host) => out.has(host)), [], 'who is out takes no further part')
    }
    if (each.type === 'role' && !inside.has(each.host)) {
      assert.ok(play && out.size < failLimit(play, hosts), `${each.host} begins though ${out.size} hosts failed`)
      assert.ok(!givenUp, `${each.host} begins in a play that was given up`)
      inside.add(each.host)
      assert.ok(inside.size <= forks, `${inside.size} hosts are at work, ${forks} may be`)
    }
    if (each.type === 'host-done') inside.delete(each.host)
    if ((each.type === 'host-done' && !each.ok) || each.type === 'unreachable') out.add(each.host)
    if (each.type === 'play-stopped') {
      givenUp = true
      for (const host of each.notStarted) out.add(host)
    }
  }
}

/** @throws AssertionError where something begins after the run was interrupted, or after its play was given up: what was at work may end, no more. */
export function assertStops(seen: readonly Seen[]): void {
  const interrupted = seen.findIndex(({ type }) => type === 'interrupted')
  const later = interrupted < 0 ? [] : seen.slice(interrupted)
  assert.deepEqual(later.filter((each) => each.type === 'begins' && each.moment === 'open'), [], 'nobody is reached for any more')
  assert.deepEqual(later.filter(({ type }) => type === 'play' || type === 'role').length, 0, 'no play and no role begins')
  for (const [index, each] of seen.entries()) {
    if (each.type !== 'interrupted' && each.type !== 'play-stopped') continue
    const ended = new Map<string, Set<string>>()
    for (const task of seen.slice(index)) {
      const ask = task.type === 'task' && (each.type === 'interrupted' || task.task.includes(`/${each.play}r`)) ? askOf(task.task) : undefined
      if (task.type === 'task' && ask !== undefined) ended.set(task.host, (ended.get(task.host) ?? new Set()).add(ask))
    }
    for (const [host, asks] of ended) assert.ok(asks.size <= 1, `${host} goes on: ${[...asks].join()}`)
  }
}

/** @throws AssertionError where something is told that the hosts do not bear out, twice, or against the recap. */
export async function assertTruth({ events, recap, unfinished, done }: MemoryRun, hosts: ReadonlyMap<string, FakeHost>, plays: number): Promise<void> {
  const told = new Set<string>()
  const onces = events.flatMap((event) => (event.type === 'task' && /once\/0$/.test(event.task) ? [event.task] : []))
  assert.equal(new Set(onces).size, onces.length, `once a run: ${onces.join()}`)
  for (const event of events) {
    if (event.type !== 'task' || askOf(event.task) === undefined) continue
    assert.ok(!told.has(`${event.host} ${event.task}`), `${event.host} ${event.task} is told twice`)
    told.add(`${event.host} ${event.task}`)
    const [, made] = /^directory (\S+)$/.exec(event.task) ?? []
    if (made === undefined || (event.status !== 'ok' && event.status !== 'changed')) continue
    const looked = await hosts.get(event.host)?.memory.look([path(made)])
    const is: unknown = looked?.kind === 'seen' ? looked.values.get(path(made).key) : undefined
    assert.ok(typeof is === 'object' && is !== null && 'kind' in is && is.kind === 'directory', `${event.host} has ${event.status} ${made}, and it is not there`)
  }
  for (const [name, { held, most }] of hosts) assert.deepEqual([name, held, most.held <= 1, most.asked <= 1], [name, 0, true, true], `${name}: one line, one step at a time, and let go: ${JSON.stringify(most)}`)
  const through = (name: string) => done.filter((each) => each === name).length === plays
  assert.deepEqual([...unfinished].sort(), [...hosts.keys()].filter((name) => !through(name)).sort(), '--resume takes those that did not come to the end of every play')
  const statuses = events.flatMap((event) => (event.type === 'task' ? [event.status] : []))
  for (const status of ['ok', 'changed', 'unknown', 'skipped'] as const) assert.equal(recap[status], statuses.filter((each) => each === status).length, status)
  assert.equal(recap.exit, exitOf(events), 'the exit code is that of the worst that was told')
}

/** The contract of docs/events.md, read from what was told. */
function exitOf(events: readonly Event[]): number {
  const some = (is: (event: Event) => boolean) => events.some(is)
  if (some((event) => event.type === 'task' && event.status === 'unknown')) return 7
  if (some(({ type }) => type === 'interrupted')) return 130
  if (some((event) => event.type === 'task' && event.status === 'failed')) return 2
  if (some(({ type }) => type === 'unreachable')) return 4
  return some((event) => (event.type === 'failure' && event.reason === 'stopped') || event.type === 'play-stopped') ? 2 : 0
}
