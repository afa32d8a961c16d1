import type { EventOf } from '../handlers.ts'
import { padStart } from './columns.ts'
import { taskName } from './task.ts'
import { duration } from './words.ts'

const MOST = 10

/** `--timings`: what took longest, the slowest first. Tasks that were done together took their time together: they are one line. */
export function slowest(tasks: readonly EventOf<'task'>[]): string[] {
  const chosen = batches(tasks).sort((a, b) => b.ms - a.ms).slice(0, MOST)
  const lines = chosen.map(({ ms, first, count }) => `${padStart(duration(ms), 12)}  ${first.host}  ${taskName(first)}${count === 1 ? '' : `, and ${count - 1} more together with it`}`)
  return lines.length === 0 ? [] : ['', 'Slowest tasks', ...lines]
}

interface Batch {
  readonly ms: number
  /** The first that changed something; else the first. */
  readonly first: EventOf<'task'>
  readonly count: number
}

/** Tasks of a batch are told one after the other on their host, and all with the time of the batch. */
function batches(tasks: readonly EventOf<'task'>[]): Batch[] {
  const found: Batch[] = []
  const open = new Map<string, number>()
  for (const task of tasks) {
    const at = open.get(task.host)
    const last = at === undefined ? undefined : found[at]
    if (at === undefined || last === undefined || last.ms !== task.ms || last.first.role !== task.role) open.set(task.host, found.push({ ms: task.ms, first: task, count: 1 }) - 1)
    else found[at] = { ms: last.ms, first: last.first.status === 'ok' && task.status !== 'ok' ? task : last.first, count: last.count + 1 }
  }
  return found
}
