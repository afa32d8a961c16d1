import type { EventOf } from '../handlers.ts'
import { labelled } from './failure.ts'
import type { Paint } from './paint.ts'
import { taskName } from './task.ts'

/** More than fits on a screen is in the events. */
const MOST = 20

/** What became of a plan that is kept in a file; where it does not hold, each task that is otherwise, with how. */
export function planLines({ file, status, message, differences }: EventOf<'plan'>, paint: Paint): string[] {
  if (!status.startsWith('not')) return [`${paint.cyan('plan:')} ${file}: ${message}`]
  const title = status.replaceAll('-', ' ').toUpperCase()
  const shown = differences.slice(0, MOST).flatMap((each) => [`  ${paint.bold(each.host)}  ${taskName(each)}`, ...labelled('', each.message, paint.yellow, paint)])
  const more = differences.length > MOST ? [`  and ${differences.length - MOST} more: --output json and --events FILE tell all`] : []
  return ['', `${paint.bold(paint.red(title))}  ${file}: ${message}`, ...shown, ...more, '']
}
