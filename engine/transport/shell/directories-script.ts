import { isBelow } from '../../facts/places.ts'
import type { Act, Guard } from '../link.ts'
import { quoteAll } from '../../values/quote.ts'
import { guardScript } from './guard-script.ts'

type Tasks = Act['tasks']

/** A directory that is made together with those beside it: what stands around the script of its task. */
export interface MadeTogether {
  /** With the first: makes all of them, and if that went well says so of each; else each goes its own way, which follows. */
  readonly before?: string
  /** Before its guard: that need not hold any more when an attempt was made. */
  readonly unless: string
  /** With the last. */
  readonly after?: string
}

/** An argument list has a limit. */
const MOST = 200

/**
 * Directories that an act makes one after the other, and does nothing else to, are made together: what all of them rest on is compared at once, then one
 * `mkdir` makes those of one mode. Where anything goes wrong with that, each is made by itself, and says itself what is wrong. By task.
 */
export function directoriesTogether(tasks: Tasks): ReadonlyMap<number, MadeTogether> {
  const made = new Map<number, MadeTogether>()
  let group: number[] = []
  const close = () => {
    if (group.length > 1) for (const t of group) made.set(t, { unless: '[ -n "$hw_made" ] || ', ...(t === group[0] && { before: attempt(tasks, group) }), ...(t === group.at(-1) && { after: 'fi' }) })
    group = []
  }
  for (const [t, task] of tasks.entries()) {
    if (directoryOf(task) === undefined) close()
    else if (group.push(t) === MOST) close()
  }
  close()
  return made
}

const directoryOf = ({ changes }: Tasks[number]) => {
  const [step, ...more] = changes.flatMap(({ steps }) => steps)
  return step?.kind === 'run' && more.length === 0 ? step.makes : undefined
}

/** Everything in `hw_made`: nothing was tried, it was, or all of them are there. */
function attempt(tasks: Tasks, group: readonly number[]): string {
  const guards = new Map<string, Guard>()
  for (const t of group) for (const guard of tasks[t]?.guards ?? []) if (!guards.has(guard.fact.key)) guards.set(guard.fact.key, guard)
  const wanted = group.flatMap((t) => (tasks[t] && directoryOf(tasks[t])) ?? [])
  const commands = rounds(wanted).map(({ mode, paths }) => `mkdir -p -m ${mode} -- ${quoteAll(paths)}`)
  return `hw_made=
if ${guardScript([...guards.values()]) || 'true'}; then hw_made=tried; { ${commands.join(' && ')}; } </dev/null 2>/dev/null && hw_made=all; fi
if [ "$hw_made" = all ]; then printf "$hw_n do %s 0\\n$hw_n did %s 0 0\\n" ${group.flatMap((t) => [t, t]).join(' ')}
else`
}

/** What one command can make: of one mode, and what is above comes in an earlier round, for it has a mode of its own. */
function rounds(wanted: readonly { readonly path: string; readonly mode: string }[]): { readonly mode: string; readonly paths: string[] }[] {
  const found: { mode: string; paths: string[] }[] = []
  for (const { path, mode } of wanted) {
    const above = found.findLastIndex(({ paths }) => paths.some((each) => isBelow(each, path)))
    const round = found.slice(above + 1).find((each) => each.mode === mode)
    if (round) round.paths.push(path)
    else found.push({ mode, paths: [path] })
  }
  return found
}
