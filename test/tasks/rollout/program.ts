import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

const program = readFileSync('engine/tasks/rollout/cut-over.sh', 'utf8')

/** A function of the cut-over, as it stands there. */
export function text(name: string): string {
  const found = new RegExp(`^${name}\\(\\) \\{(?:.*\\}$|[^]*?^\\}$)`, 'm').exec(program)
  assert.ok(found, `cut-over.sh has no ${name}`)
  return found[0]
}
