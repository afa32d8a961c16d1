import { editScript } from './edit-script.ts'

/**
 * The unified diff of two texts, as `patch` reads it; empty when they are the same. Its cost is bounded: texts that differ in
 * more than 2,000 lines are shown as replaced between what they begin and end with.
 *
 * @param context how many lines that stay are shown around a change.
 * @example unifiedDiff('/etc/motd', 'hello\n', 'hello\nworld\n')
 * // --- /etc/motd
 * // +++ /etc/motd
 * // @@ -1 +1,2 @@
 * //  hello
 * // +world
 */
export function unifiedDiff(name: string, before: string, after: string, context = 3): string {
  if (before === after) return ''
  const old = linesOf(before)
  const now = linesOf(after)
  const hunks = gather(marked(old, now), context).map(printHunk)
  return `--- ${name}\n+++ ${name}\n${hunks.join('')}`
}

/** A line of the diff, and where both texts stand before it (from 0). */
interface Line {
  readonly mark: ' ' | '-' | '+'
  readonly text: string
  readonly old: number
  readonly new: number
}

/** Lines with their newline: the last one may have none, and that is a difference too. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function marked(before: readonly string[], after: readonly string[]): Line[] {
  const lines: Line[] = []
  let o = 0
  let n = 0
  for (const { kept, removed, added } of editScript(before, after)) {
    for (let i = 0; i < kept; i += 1) lines.push({ mark: ' ', text: before[o] ?? '', old: o++, new: n++ })
    for (let i = 0; i < removed; i += 1) lines.push({ mark: '-', text: before[o] ?? '', old: o++, new: n })
    for (let i = 0; i < added; i += 1) lines.push({ mark: '+', text: after[n] ?? '', old: o, new: n++ })
  }
  return lines
}

/** Changes with their context; those whose contexts meet are one hunk. */
function gather(lines: readonly Line[], context: number): Line[][] {
  const spans: { start: number; end: number }[] = []
  lines.forEach((line, at) => {
    if (line.mark === ' ') return
    const last = spans.at(-1)
    const start = Math.max(0, at - context)
    const end = Math.min(lines.length, at + context + 1)
    if (last !== undefined && start <= last.end) last.end = end
    else spans.push({ start, end })
  })
  return spans.map(({ start, end }) => lines.slice(start, end))
}

function printHunk(lines: readonly Line[]): string {
  const old = range(lines[0]?.old ?? 0, lines.filter((line) => line.mark !== '+').length)
  const now = range(lines[0]?.new ?? 0, lines.filter((line) => line.mark !== '-').length)
  const body = lines.map(({ mark, text }) => (text.endsWith('\n') ? `${mark}${text}` : `${mark}${text}\n\\ No newline at end of file\n`))
  return `@@ -${old} +${now} @@\n${body.join('')}`
}

/** Lines count from 1; of an empty range, the line before it is named. */
function range(start: number, length: number): string {
  return length === 1 ? String(start + 1) : `${length === 0 ? start : start + 1},${length}`
}
