import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { PARTS } from '../../../engine/tasks/rollout/launch.ts'

const program = PARTS.map((name) => readFileSync(`engine/tasks/rollout/${name}`, 'utf8')).join('\n')

/** A function of the cut-over, as it stands there. */
export function text(name: string): string {
  const found = new RegExp(`^${name}\\(\\) \\{(?:.*\\}$|[^]*?^\\}$)`, 'm').exec(program)
  assert.ok(found, `the cut-over has no ${name}`)
  return found[0]
}
