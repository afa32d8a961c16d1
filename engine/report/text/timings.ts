import type { EventOf } from '../handlers.ts'
import { padStart } from './columns.ts'
import { taskName } from './task.ts'
import { duration } from './words.ts'

const MOST = 10

/** `--timings`: the slowest tasks, the slowest first. */
export function slowest(tasks: readonly EventOf<'task'>[]): string[] {
  const chosen = [...tasks].sort((a, b) => b.ms - a.ms).slice(0, MOST)
  return chosen.length === 0 ? [] : ['', 'Slowest tasks', ...chosen.map((task) => `${padStart(duration(task.ms), 12)}  ${task.host}  ${taskName(task)}`)]
}
