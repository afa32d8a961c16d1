/** What the comparison makes of the times it took. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goalsOf } from '../../bench/peers/goals.ts'
import { engineResult } from '../../bench/peers/result.ts'
import { peersTable } from '../../bench/peers/tell.ts'

const run = (wallMs: number, startMs?: number) => ({ wallMs, ...(startMs !== undefined && { startMs }) })
const ours = { version: '0.1.0', fresh: [run(4000, 500), run(5000, 700)], again: [run(1000, 500), run(3000, 600), run(1100, 500)] }
const engines = {
  ansible: engineResult('Ansible', { version: '2.19', fresh: [run(315_000)], again: [run(330_000)] }, ours),
  pyinfra: { title: 'pyinfra', missing: 'not on PATH' },
  hostwright: engineResult('hostwright', ours, ours),
  script: engineResult('a script by hand', { version: 'ssh2', fresh: [run(3500, 500)], again: [run(1500, 500)] }, ours),
  connect: engineResult('connect', { version: 'ssh2', fresh: [], again: [run(1000, 500)] }, ours),
}

test('medians of whole processes, and without their start', () => {
  assert.deepEqual(engines.hostwright.again, { wall: 1100, all: [1000, 3000, 1100], start: 500, work: 600 })
  assert.deepEqual(engines.hostwright.fresh, { wall: 4500, all: [4000, 5000], start: 600, work: 3900 })
  assert.equal(engines.ansible.again.work, undefined)
  assert.deepEqual(engines.ansible.timesHostwright, { fresh: 70, again: 300 })
})

test('goals: met, not met, and not measured where a peer is missing', () => {
  assert.deepEqual(goalsOf({ engines }).map(({ found, met }) => [found, met]), [[0.5, true], [1.2, true], [1.3, true], [300, true], [undefined, undefined], [undefined, undefined]])
})

test('the page names what is missing', () => {
  const page = peersTable({ when: '', machine: '2 processors', hosts: '10 lab hosts', workload: '10 hosts × 100 tasks', engines })
  assert.match(page, /^\| Ansible 2\.19 +\| +315 s \| +330 s \|/m)
  assert.match(page, /^pyinfra is missing: not on PATH\.$/m)
})
