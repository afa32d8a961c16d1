/** What counts as well before the switch, while the old drain, and while they are kept: the program's own text, with containers as told here. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { shells } from '../../rig/shells.ts'
import { text } from './program.ts'

/** Time goes on by a second with each nap; container `a` is what `at` says from that second on. */
function run(path: string, at: Readonly<Record<number, string>>, call: string): { code: number | null; said: string } {
  const states = Object.entries(at).map(([second, state]) => `[ "$T" -lt ${second} ] || s='${state}'`).join('\n')
  const script = `
    T=0 UP=x DRAIN=30 WATCH= failing= verdict=
    now() { echo "$T"; }
    nap() { T=$((T + 1)); }
    say() { echo "$*"; }
    counts() { true; }
    in_flight() { echo 1; }
    state() { s='running healthy 0 false'; [ "$1" = a ] && {\n${states}\ntrue\n}; echo "$s"; }
    ${['well', 'stays_well', 'drain'].map(text).join('\n')}
    ${call}; came=$?; echo "at $T, failing: $failing"; exit $came`
  const done = spawnSync('/usr/bin/env', ['-i', `PATH=${path}`, 'LC_ALL=C', 'sh', '-c', script], { encoding: 'utf8', timeout: 20_000 })
  assert.equal(done.stderr, '')
  return { code: done.status, said: done.stdout }
}

const CRASHED = 'restarting unhealthy 1 false'
for (const { name, path } of shells) {
  test(`healthy for a moment is not healthy (${name})`, () => {
    assert.deepEqual(run(path, {}, 'stays_well 3 b a'), { code: 0, said: 'at 3, failing: \n' })
    assert.deepEqual(run(path, { 1: CRASHED }, 'stays_well 3 b a'), { code: 1, said: 'at 1, failing: a\n' })
    // Started again, and healthy again: that it was started again tells.
    assert.deepEqual(run(path, { 2: 'running healthy 1 false' }, 'stays_well 3 a'), { code: 1, said: 'at 2, failing: a\n' })
    assert.deepEqual(run(path, { 9: CRASHED }, 'stays_well 3 a'), { code: 0, said: 'at 3, failing: \n' })
  })

  test(`what falls ill while the old drain ends the draining: the old are there yet (${name})`, () => {
    assert.deepEqual(run(path, { 5: 'exited healthy 0 false' }, 'WATCH="a b"; drain old'), { code: 1, said: 'at 5, failing: a\n' })
    // On the way back nobody is watched: what is ill is drained, too.
    assert.deepEqual(run(path, { 0: CRASHED }, 'drain a'), { code: 0, said: 'drain: after 30 s still under way: 1; they are ended with the container\nat 30, failing: \n' })
  })
}
