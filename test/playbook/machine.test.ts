/** A run as a state machine: what may happen to it, in any order, against a model of what must come of that. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { cases, gauge } from '../rig/cases.ts'
import { fakes } from '../rig/memory-run.ts'
import { commands, Machine, Model } from './machine.ts'

const COUNT = cases(40, 10_000)
const folder = mkdtempSync(join(tmpdir(), 'hw-machine-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test(`${COUNT} ways of a run through starts, tasks, broken lines, interrupts, crashes and resumes`, { timeout: cases(120_000, 3_600_000) }, async (t) => {
  const measured = gauge(t)
  const exits = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(fc.commands([...commands], { size: '+1' }), async (sequence) => {
      const cwd = mkdtempSync(join(folder, 'run-'))
      const real = new Machine(fakes('a', 'b', 'c'), cwd)
      const model = new Model()
      try {
        await fc.asyncModelRun(() => ({ model, real }), sequence)
        for (const exit of model.exits) exits.set(exit, (exits.get(exit) ?? 0) + 1)
      } finally {
        await real.leave()
        rmSync(cwd, { recursive: true })
      }
    }),
    { numRuns: COUNT },
  )
  measured(COUNT)
  t.diagnostic(`exit codes: ${[...exits].map(([exit, count]) => `${exit}: ${count}`).join(', ')}`)
  assert.ok(exits.size >= cases(3, 6), 'runs end in all ways that there are')
})
