import type { EventOf } from '../handlers.ts'
import type { Mode } from '../event.ts'
import { padEnd, width } from './columns.ts'
import type { Ink, Paint } from './paint.ts'
import { duration } from './words.ts'

/** What the lines about tasks need to know of the run and of what was asked for. */
export interface Style {
  readonly paint: Paint
  readonly verbosity: number
  readonly diff: boolean
  readonly mode: Mode
  /** Columns of the longest host name. */
  readonly hostWidth: number
  readonly columns: number
  /** More than one change of a task: beneath each other, or each on a line that names host and task again. */
  readonly changes: 'aligned' | 'each-named'
}

/** "postgres › file /opt/services/postgres/.env"; a role that failed between its tasks is its own task. */
export function taskName({ role, task }: { readonly role: string; readonly task: string }): string {
  return role === '' || role === task ? task : `${role} › ${task}`
}

export function hostColumn(host: string, style: Style): string {
  return `${style.paint.bold(host)}${padEnd(host, style.hostWidth).slice(host.length)}  `
}

export function taskLines(event: EventOf<'task'>, style: Style): string[] {
  const { ink, says } = whatHappened(event, style)
  if (says.length === 0) return []
  const ms = style.verbosity >= 2 ? style.paint.dim(` (${duration(event.ms)})`) : ''
  return [...layout(event, says, ink, ms, style), ...(style.diff ? diffLines(event.diffs ?? [], style.paint) : [])]
}

function whatHappened(event: EventOf<'task'>, style: Style): { ink: Ink; says: readonly string[] } {
  const { paint, mode, verbosity } = style
  const changes = mode === 'check' ? event.changes.map((change) => `would ${change}`) : event.changes
  switch (event.status) {
    case 'changed':
      return { ink: paint.yellow, says: changes.length > 0 ? changes : [mode === 'check' ? 'would change' : 'changed'] }
    case 'failed':
      // What it had done by then; the rest is said by the failure that follows.
      return { ink: paint.yellow, says: changes }
    case 'unknown':
      return { ink: paint.yellow, says: unknown(event, mode) }
    case 'ok':
      return { ink: paint.green, says: verbosity >= 1 ? ['ok'] : [] }
    case 'skipped':
      return { ink: paint.dim, says: verbosity >= 1 ? [event.why === undefined ? 'skipped' : `skipped: ${event.why}`] : [] }
  }
}

/** `why` is said once, with the last of the changes in doubt. */
function unknown(event: EventOf<'task'>, mode: Mode): string[] {
  const lead = mode === 'check' ? 'not known whether it would' : 'not known whether done:'
  const nothing = mode === 'check' ? 'not known whether it would change anything' : 'not known whether it was done'
  const says = event.changes.length > 0 ? event.changes.map((change) => `${lead} ${change}`) : [nothing]
  return says.map((each, n) => (event.why !== undefined && n === says.length - 1 ? `${each} (${event.why})` : each))
}

function layout(event: EventOf<'task'>, says: readonly string[], ink: Ink, ms: string, style: Style): string[] {
  const head = `${hostColumn(event.host, style)}${taskName(event)}`
  const left = style.hostWidth + 2 + width(taskName(event)) + 3
  const fits = left + Math.max(...says.map(width)) <= style.columns
  if (style.changes === 'each-named') return says.map((each, n) => `${head}   ${ink(each)}${n === 0 ? ms : ''}`)
  if (!fits) return [`${head}${ms}`, ...says.map((each) => `${' '.repeat(style.hostWidth + 4)}${ink(each)}`)]
  return says.map((each, n) => (n === 0 ? `${head}   ${ink(each)}${ms}` : `${' '.repeat(left)}${ink(each)}`))
}

function diffLines(diffs: readonly { readonly name: string; readonly text: string }[], paint: Paint): string[] {
  return diffs.flatMap(({ name, text }) => {
    if (text === '') return []
    const lines = text.replace(/\n$/, '').split('\n')
    return (lines[0]?.startsWith('--- ') ? lines : [`${name}: ${lines[0]}`, ...lines.slice(1)]).map((line) => `    ${diffInk(line, paint)(line)}`)
  })
}

function diffInk(line: string, paint: Paint): Ink {
  if (line.startsWith('--- ') || line.startsWith('+++ ')) return paint.dim
  if (line.startsWith('@@')) return paint.cyan
  return line.startsWith('+') ? paint.green : line.startsWith('-') ? paint.red : (text) => text
}
