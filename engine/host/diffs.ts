import { text } from '../facts/path.ts'
import type { ShownDiff } from '../report/event.ts'
import type { Change, WriteStep } from '../tasks/change.ts'
import { asText } from '../values/content.ts'
import { unifiedDiff } from '../values/text-diff.ts'
import type { HostContext } from './context.ts'

/**
 * What changes inside the files that would be written, for `--diff`. The old texts are read in one extra turn, which only a run that
 * shows diffs pays. Secret content is never shown, not even its length.
 */
export async function shownDiffs(context: HostContext, changes: readonly (readonly Change[])[]): Promise<ShownDiff[][]> {
  const writes = changes.map((each) => each.flatMap(({ steps }) => steps.filter((step): step is WriteStep => step.kind === 'write')))
  const facts = writes.flat().filter(({ content }) => !content.secret && content.text !== undefined).map((step) => text(placeOf(step)))
  const looked = facts.length > 0 ? await context.link.look(facts) : undefined
  const before = (path: string): Buffer | undefined => {
    const value = looked?.kind === 'seen' ? looked.values.get(text(path).key) : undefined
    return typeof value === 'object' && value !== null && 'bytes' in value && Buffer.isBuffer(value.bytes) ? value.bytes : undefined
  }
  return changes.map((each, index) => [
    ...each.flatMap(({ diff }) => (diff ? [{ name: diff.name, text: unifiedDiff(diff.name, diff.before, diff.after) }] : [])),
    ...(writes[index] ?? []).map((step) => ({ name: placeOf(step), text: describe(step, before(placeOf(step))) })),
  ])
}

const placeOf = ({ path, standsFor }: WriteStep) => standsFor ?? path

function describe(step: WriteStep, before: Buffer | undefined): string {
  const { content } = step
  if (content.secret) return 'the content is secret and not shown'
  if (content.load) return `content from elsewhere, sha256 ${content.digest.slice(0, 12)}…`
  if (content.text === undefined) return `binary or large content, ${content.size} bytes, sha256 ${content.digest.slice(0, 12)}…`
  const old = before === undefined ? '' : asText(before)
  return old === undefined ? 'what is there now is binary' : unifiedDiff(placeOf(step), old, content.text)
}
