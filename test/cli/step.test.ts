/** `--step`: a question before each change, answered on a terminal. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { START } from '../rig/cli.ts'
import { onTerminal } from '../rig/terminal.ts'
import { fresh, here } from './tiny.ts'

for (const [what, typed, code] of [['Ctrl-C is an interrupt', '\x03', 130], ['no is not done', 'n', 2], ['yes is done', 'y', 0]] as const)
  test(`--step: ${what}: exit ${code}`, { timeout: 60_000 }, async () => {
    const dir = fresh()
    const done = await onTerminal([...START, 'test/playbooks/tiny.ts', '-i', here, '-e', `dir=${dir}`, '--lock-wait', '50', '--step'], { answers: { 'do it?': typed } })
    assert.deepEqual([done.code, existsSync(dir)], [code, code === 0], done.stdout)
  })
