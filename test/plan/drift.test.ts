/** A plan that is kept, held against hosts in memory that may have moved since: random states, wishes and drift. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NotAsPlanned } from '../../engine/host/failure.ts'
import { Bound } from '../../engine/plan/bound.ts'
import { differences, looksApplied } from '../../engine/plan/compare.ts'
import { keyedDigest } from '../../engine/plan/digest.ts'
import { Recorder, type Entries } from '../../engine/plan/recorder.ts'
import type { Event } from '../../engine/report/event.ts'
import { cases, gauge } from '../rig/cases.ts'
import { FakeHost } from '../../engine/testing/fake-host.ts'
import { openMemory } from '../../engine/testing/memory-host.ts'
import { factsOf, places, run, runAll, start, things, type Named, type State } from '../rig/small-tree.ts'

type Batches = readonly (readonly Named[])[]

const digest = keyedDigest('5e'.repeat(32))
const CASES = { numRuns: cases(200, 3_000), seed: Number(process.env['HOSTWRIGHT_SEED'] ?? 20261129) }

/** What check mode keeps of these wishes, and what it told. */
async function planOf(fake: FakeHost, batches: Batches): Promise<{ readonly entries: Entries; readonly events: readonly Event[] }> {
  const ledger = new Recorder(digest)
  const check = openMemory(fake, 'check', { ledger })
  await runAll(check.host, batches, '')
  return { entries: ledger.entries, events: check.events }
}

/** The same wishes for real, held to a plan. */
async function applied(fake: FakeHost, batches: Batches, entries: Entries) {
  const bound = new Bound(entries, digest)
  const apply = openMemory(fake, 'apply', { ledger: bound })
  const refused = await runAll(apply.host, batches, '').then(() => false, (error: unknown) => {
    if (error instanceof NotAsPlanned) return true
    throw error
  })
  return { refused, left: bound.left('memory'), events: apply.events }
}

const onHost = (state: State) => new FakeHost('memory', factsOf(state))
const wouldDo = (events: readonly Event[]) => events.flatMap((event) => (event.type === 'task' && event.changes.length > 0 ? [event] : []))
/** What of a host the wishes can see: whatever stands at the places. */
const seen = (state: State) => JSON.stringify(factsOf(state).map(([fact, value]) => [fact.key, value]))

test('nothing moved: the plan holds, and what is done is what it says; then it looks as if it had been applied', async (t) => {
  const measured = gauge(t)
  let whole = 0
  await fc.assert(
    fc.asyncProperty(start, run, fc.boolean(), async (state, wishes, together) => {
      const few = wishes.flat().slice(0, 2)
      const batches = together ? [few] : few.map((each) => [each])
      const { entries, events } = await planOf(onHost(state), batches)
      assert.deepEqual(differences(entries, (await planOf(onHost(state), batches)).entries), [])
      const host = onHost(state)
      const done = await applied(host, batches, entries)
      // Wishes that contradict each other, and what check cannot tell, end for reasons of their own.
      const foretold = events.every((event) => event.type !== 'failure' && !(event.type === 'task' && event.status === 'unknown')) && !done.events.some((event) => event.type === 'failure' && event.reason === 'did-not-converge')
      if (!foretold) return
      assert.deepEqual([done.refused, done.left], [false, []])
      if (wouldDo(events).length === 0) return
      whole++
      const { entries: again } = await planOf(host, batches)
      if (Object.keys(again).length === 0) assert.ok(looksApplied(entries, again))
      else assert.ok(batches.flat().length > 1, 'one wish leaves nothing to do')
    }),
    CASES,
  )
  measured(CASES.numRuns)
  assert.ok(whole > CASES.numRuns / 10, `${whole} plans were applied whole`)
})

/** Where the first change is made: all that was seen by then was seen on the host. */
const firstPlace = (events: readonly Event[]): number => places.findIndex((at) => wouldDo(events)[0]?.task.split(' ')[1] === at)

const drift = fc.tuple(start, run, fc.constantFrom(...things), fc.nat(places.length - 1))

test('another thing stands where the first change is to be made: refused, whatever it is', async () => {
  let moved = 0
  await fc.assert(
    fc.asyncProperty(drift, async ([state, batches, thing]) => {
      const { entries, events } = await planOf(onHost(state), batches)
      const at = firstPlace(events)
      const after = state.with(at === -1 ? 0 : at, thing)
      if (at === -1 || seen(after) === seen(state)) return
      moved++
      assert.notDeepEqual(differences(entries, (await planOf(onHost(after), batches)).entries), [])
      // It moved after everything was looked at: the act itself is refused.
      const host = onHost(after)
      const done = await applied(host, batches, entries)
      assert.deepEqual(host.acts, [], 'something was sent')
      assert.ok(done.refused || done.events.some((event) => event.type === 'failure') || wouldDo(done.events).length === 0)
    }),
    CASES,
  )
  assert.ok(moved > CASES.numRuns / 10, `${moved} hosts moved`)
})

test('anything moved anywhere: refused, or it makes no difference to what is done and to what that rests on', async () => {
  let [refused, same] = [0, 0]
  await fc.assert(
    fc.asyncProperty(drift, async ([state, batches, thing, at]) => {
      const after = state.with(at, thing)
      const [before, now] = [await planOf(onHost(state), batches), await planOf(onHost(after), batches)]
      if (differences(before.entries, now.entries).length > 0) return void refused++
      same++
      assert.deepEqual(wouldDo(now.events).map(({ task, changes }) => [task, changes]), wouldDo(before.events).map(({ task, changes }) => [task, changes]))
      const [one, other] = [await applied(onHost(state), batches, before.entries), await applied(onHost(after), batches, before.entries)]
      assert.equal(other.refused, one.refused)
    }),
    CASES,
  )
  assert.ok(refused > CASES.numRuns / 10 && same > CASES.numRuns / 10, `${refused} refused, ${same} the same`)
})

test('one wish more, one less, or another: refused where check mode tells anything else', async () => {
  let changed = 0
  await fc.assert(
    fc.asyncProperty(start, run, run, fc.nat(), async (state, batches, others, which) => {
      const flat = batches.flat()
      const at = which % flat.length
      const [stranger] = others.flat()
      for (const other of [flat.toSpliced(at, 1), flat.toSpliced(at, 0, ...(stranger ? [stranger] : [])), flat.toSpliced(at, 1, ...(stranger ? [stranger] : []))]) {
        const [was, is] = [await planOf(onHost(state), [flat]), await planOf(onHost(state), [other])]
        const tells = ({ events }: typeof was) => JSON.stringify(events.flatMap((event) => (event.type === 'task' && ['changed', 'unknown'].includes(event.status) ? [[event.task, event.changes]] : [])))
        if (tells(was) === tells(is)) continue
        changed++
        assert.notDeepEqual(differences(was.entries, is.entries), [])
        // Whatever of it is done was planned.
        const host = onHost(state)
        const planned = new Set(Object.values(was.entries).flat().map(({ task }) => task))
        await applied(host, [other], was.entries)
        for (const { title } of host.acts.flatMap(({ tasks }) => tasks)) assert.ok(planned.has(title), title)
      }
    }),
    CASES,
  )
  assert.ok(changed > CASES.numRuns / 4, `${changed} runs were others`)
})
