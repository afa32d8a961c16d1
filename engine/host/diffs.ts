import { basename } from 'node:path/posix'
import { path, text } from '../facts/path.ts'
import type { ShownDiff } from '../report/event.ts'
import type { Change, WriteStep } from '../tasks/change.ts'
import { readDotenv } from '../secrets/dotenv.ts'
import { asText } from '../values/content.ts'
import { unifiedDiff } from '../values/text-diff.ts'
import type { HostContext } from './context.ts'

/**
 * What changes inside the files that would be written, for `--diff`. The old texts are read in one extra turn, which only a run that
 * shows diffs pays. Secret content is never shown, not even its length. Nor is what only its owner may read, before or after: what stands on the host
 * may be secrets that this run knows nothing of. Of an `.env` it is told which variables change.
 */
export async function shownDiffs(context: HostContext, changes: readonly (readonly Change[])[]): Promise<ShownDiff[][]> {
  const writes = changes.map((each) => each.flatMap(({ steps }) => steps.filter((step): step is WriteStep => step.kind === 'write')))
  const compared = writes.flat().filter((step) => step.content.text !== undefined && (!step.content.secret || isEnv(placeOf(step)))).map(placeOf)
  const looked = compared.length > 0 ? await context.link.look([...compared.map(path), ...compared.map(text)]) : undefined
  const values = looked?.kind === 'seen' ? looked.values : new Map<string, unknown>()
  return changes.map((each, index) => [
    ...each.flatMap(({ diff }) => (diff ? [{ name: diff.name, text: unifiedDiff(diff.name, diff.before, diff.after) }] : [])),
    ...(writes[index] ?? []).map((step) => ({ name: placeOf(step), text: describe(step, values) })),
  ])
}

const placeOf = ({ path: at, standsFor }: WriteStep) => standsFor ?? at

function describe(step: WriteStep, values: ReadonlyMap<string, unknown>): string {
  const { content } = step
  const at = placeOf(step)
  const bytes = member(values.get(text(at).key), 'bytes')
  const before = Buffer.isBuffer(bytes) ? asText(bytes) : ''
  const changed = isEnv(at) && content.text !== undefined && before !== undefined ? variables(before, content.text) : undefined
  if (changed !== undefined) return changed
  if (content.secret) return 'the content is secret and not shown'
  if (content.load) return `content from elsewhere, sha256 ${content.digest.slice(0, 12)}…`
  if (content.text === undefined) return `binary or large content, ${content.size} bytes, sha256 ${content.digest.slice(0, 12)}…`
  if (isEnv(at) || isPrivate(step.mode) || isPrivate(member(values.get(path(at).key), 'mode'))) return 'its content is not shown: only its owner may read it, or it is an environment'
  return before === undefined ? 'what is there now is binary' : unifiedDiff(at, before, content.text)
}

const member = (value: unknown, name: string): unknown => (typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined)

/** "0600", "0400" …: nobody else may read it. */
const isPrivate = (mode: unknown): boolean => typeof mode === 'string' && /00$/.test(mode)

const isEnv = (at: string): boolean => /^\.env(?:\..+)?$|\.env$/.test(basename(at))

/** "+NEW ~CHANGED -GONE", by name: values of an environment are nobody's business. Undefined where one of them is not understood: what looks like a name there may be a value. */
function variables(before: string, after: string): string | undefined {
  const [old, now] = [readDotenv(before), readDotenv(after)]
  if (!old.ok || !now.ok) return undefined
  const names = [...new Set([...now.value.keys(), ...old.value.keys()])].filter((name) => old.value.get(name) !== now.value.get(name))
  const changed = names.map((name) => `${!old.value.has(name) ? '+' : now.value.has(name) ? '~' : '-'}${name}`)
  return changed.length === 0 ? 'the same variables, written otherwise' : `${changed.join(' ')} (values are not shown)`
}
