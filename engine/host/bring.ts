import type { Change, Step } from '../tasks/change.ts'

/** The same changes with all their content at hand: what lies elsewhere is brought here first. @throws what bringing it throws. */
export async function withContent(changes: readonly Change[]): Promise<readonly Change[]> {
  if (!changes.some(({ steps }) => steps.some((step) => loadOf(step) !== undefined))) return changes
  return Promise.all(changes.map(async (change) => ({ ...change, steps: await Promise.all(change.steps.map(brought)) })))
}

const loadOf = (step: Step) => (step.kind === 'write' ? step.content.load : step.stdin?.load)

async function brought(step: Step): Promise<Step> {
  const content = await loadOf(step)?.()
  if (content === undefined) return step
  return step.kind === 'write' ? { ...step, content } : { ...step, stdin: content }
}
