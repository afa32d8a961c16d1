import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { NotAsPlanned } from '../../engine/host/failure.ts'
import type { Ledger } from '../../engine/host/ledger.ts'
import { Bound } from '../../engine/plan/bound.ts'
import { keyedDigest } from '../../engine/plan/digest.ts'
import { Recorder } from '../../engine/plan/recorder.ts'
import type { Event, Mode } from '../../engine/report/event.ts'
import { cases, gauge } from '../rig/cases.ts'
import { FakeHost } from '../../engine/testing/fake-host.ts'
import { localHost } from '../rig/local.ts'
import { openMemory } from '../../engine/testing/memory-host.ts'
import { factsOf, manifest, plant, run, runAll, start } from '../rig/small-tree.ts'

const told = (events: readonly Event[]) => events.flatMap((event) => (event.type === 'task' ? [`${event.status} ${event.task}: ${event.changes.join('; ')}`] : []))
const reasons = (events: readonly Event[]) => events.flatMap((event) => (event.type === 'failure' ? [event.reason] : []))

/**
 * Check tells what apply does, up to where it says itself that it does not know. If wishes contradict each other, apply says that they do
 * not converge, where check cannot.
 */
function assertForetold(check: readonly Event[], apply: readonly Event[]): void {
  const [foretold, done] = [told(check), told(apply)]
  const unknown = foretold.findIndex((each) => each.startsWith('unknown'))
  const contradicted = reasons(apply).includes('did-not-converge') ? done.length - 1 : -1
  const ends = [unknown, contradicted].filter((each) => each >= 0)
  const end = ends.length > 0 ? Math.min(...ends) : undefined
  assert.deepEqual(foretold.slice(0, end), done.slice(0, end))
}

/** The same cases every time, so that a red run can be run again; another number in HOSTWRIGHT_SEED looks further. */
const CASES = { numRuns: cases(150, 1_000), seed: Number(process.env['HOSTWRIGHT_SEED'] ?? 20261121) }

test('what check foretells is what apply does, and then nothing is left: in memory', async (t) => {
  const measured = gauge(t)
  await fc.assert(
    fc.asyncProperty(start, run, async (state, batches) => {
      const host = () => new FakeHost('memory', factsOf(state))
      const [check, apply] = [openMemory(host(), 'check'), openMemory(host())]
      await runAll(check.host, batches, '')
      await runAll(apply.host, batches, '')
      assertForetold(check.events, apply.events)
    }),
    CASES,
  )
  measured(CASES.numRuns)
})

test('what check foretells is what apply does, and then nothing is left: on this machine', { timeout: cases(400_000, 900_000) }, async (t) => {
  const measured = gauge(t)
  await using local = await localHost()
  const root = join(local.directory, 'tree')
  const inMode = async (mode: Mode, batches: Parameters<typeof runAll>[1], ledger: Ledger) => {
    local.events.length = 0
    let refused = false
    const finished = await runAll(local.host(mode, { ledger }), batches, root).catch((error: unknown) => {
      if (!(error instanceof NotAsPlanned)) throw error
      refused = true
      return false
    })
    return { finished, refused, events: [...local.events] }
  }
  const digest = keyedDigest('5e'.repeat(32))
  await fc.assert(
    fc.asyncProperty(start, run, async (state, batches) => {
      rmSync(root, { recursive: true, force: true })
      plant(root, state)
      const before = manifest(root)
      const plan = new Recorder(digest)
      const check = await inMode('check', batches, plan)
      assert.deepEqual(manifest(root), before, 'check wrote something')
      const apply = await inMode('apply', batches, new Bound(plan.entries, digest))
      // What is sent is what would have been, to the byte; only after what nobody knew it may be refused.
      assert.ok(!apply.refused || told(check.events).some((each) => each.startsWith('unknown')), JSON.stringify(apply.events))
      if (apply.refused) return
      assertForetold(check.events, apply.events)
      if (!apply.finished || batches.flat().length > 1) return
      const after = manifest(root)
      const again = await inMode('apply', batches, new Bound({}, digest))
      assert.ok(told(again.events).every((each) => each.startsWith('ok ')), told(again.events).join('\n'))
      assert.deepEqual(manifest(root), after, 'the second run wrote something')
    }),
    CASES,
  )
  measured(CASES.numRuns)
})
