import { printDiagnostic } from '../../diagnostic/print.ts'
import type { EventOf } from '../handlers.ts'
import type { Ink, Paint } from './paint.ts'
import { taskName } from './task.ts'

/**
 * A failure, as a block that answers in this order: what failed, where that is written, what the host said, what stands now,
 * what to do.
 */
export function failureBlock(event: EventOf<'failure'>, outcome: 'failed' | 'unknown', paint: Paint): string[] {
  const title = outcome === 'unknown' ? 'NOT KNOWN' : 'FAILED'
  const plain: Ink = (text) => text
  return [
    '',
    `${paint.bold(paint.red(title))}  ${paint.bold(event.host)}  ${taskName(event)}`,
    ...labelled('what', event.message, paint.red, paint),
    ...labelled('where', event.place && printDiagnostic({ message: '', at: event.place }), plain, paint),
    ...labelled('output', event.output, paint.dim, paint),
    ...labelled('stands', event.stands, plain, paint),
    ...labelled('next', event.hint, paint.cyan, paint),
    '',
  ]
}

/** A text of one or more lines beside its label; nothing when there is no text. */
export function labelled(label: string, text: string | undefined, ink: Ink, paint: Paint): string[] {
  if (text === undefined || text.trim() === '') return []
  const lines = text.replace(/\s+$/, '').split('\n')
  return lines.map((line, n) => `  ${paint.dim((n === 0 ? label : '').padEnd(6))}  ${ink(line.trimEnd())}`.trimEnd())
}
