/** The order of things that happen at once, chosen by fast-check: when hosts are reached, look, work, answer and are let go. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Event } from '../../engine/report/event.ts'
import { cases, gauge } from '../rig/cases.ts'
import { runInMemory, type MemoryRun } from '../rig/memory-run.ts'
import { orderedBy } from '../rig/order.ts'
import { Entangled, hostsOf, Independent, playsOf } from './scenario.ts'
import { assertLimits, assertStops, assertTruth, type Seen } from './witness.ts'

const COUNT = cases(40, 10_000)

/** What is true of a host's way whoever was quicker: its events in order, and its line of the recap. */
function ways({ events, recap, unfinished }: MemoryRun): unknown {
  const timeless = (event: Event) => ('ms' in event ? { ...event, ms: 0 } : event)
  const ofHost = (name: string) => events.filter((event) => 'host' in event && event.host === name).map(timeless)
  return { exit: recap.exit, unfinished, hosts: Object.entries(recap.hosts).map(([name, host]) => [name, host, ofHost(name)]) }
}

test(`${COUNT} runs of hosts that have nothing to do with one another, each in an order of its own: what becomes of each is always the same`, { timeout: cases(120_000, 3_600_000) }, async (t) => {
  const measured = gauge(t)
  await fc.assert(
    fc.asyncProperty(Independent, fc.scheduler(), async (scenario, scheduler) => {
      const one = await runInMemory(hostsOf(scenario), playsOf(scenario), { forks: 1 })
      const hosts = hostsOf(scenario)
      for (const [name, fake] of hosts) fake.before = (moment) => scheduler.schedule(Promise.resolve(), `${name} ${moment}`)
      const other = await orderedBy(scheduler, runInMemory(hosts, playsOf(scenario), { forks: scenario.forks }))
      assert.deepEqual(ways(other), ways(one))
    }),
    { numRuns: COUNT },
  )
  measured(COUNT)
})

test(`${COUNT} runs of hosts that work on one another and end plays for one another, interrupted now and then: limits hold, nothing begins after a stop, and what is told is so`, { timeout: cases(120_000, 3_600_000) }, async (t) => {
  const measured = gauge(t)
  const exits = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(Entangled, fc.scheduler(), fc.option(fc.nat(40)), async (scenario, scheduler, stopAfter) => {
      const [hosts, plays] = [hostsOf(scenario), playsOf(scenario)]
      const seen: Seen[] = []
      let moments = 0
      let interrupts = (_: string) => {}
      const interrupt = new Promise<string>((resolve) => (interrupts = resolve))
      for (const [host, fake] of hosts)
        fake.before = async (moment) => {
          seen.push({ type: 'begins', host, moment })
          await scheduler.schedule(Promise.resolve(), `${host} ${moment}`)
          seen.push({ type: 'ended', host, moment })
          if (moments++ === stopAfter) interrupts('SIGINT')
        }
      const run = await orderedBy(scheduler, runInMemory(hosts, plays, { forks: scenario.forks, interrupt, emit: (event) => seen.push(event) }))
      assertLimits(seen, plays, scenario.forks, hosts.size)
      assertStops(seen)
      await assertTruth(run, hosts, plays.length)
      exits.set(run.recap.exit, (exits.get(run.recap.exit) ?? 0) + 1)
    }),
    { numRuns: COUNT },
  )
  measured(COUNT)
  t.diagnostic(`exit codes: ${[...exits].map(([exit, count]) => `${exit}: ${count}`).join(', ')}`)
})
