import type { PlanDifference } from '../report/event.ts'
import type { Entry } from './entry.ts'
import type { Entries } from './recorder.ts'

/** Everything that is otherwise now than it was planned; empty when the plan holds. */
export function differences(planned: Entries, now: Entries): PlanDifference[] {
  const hosts = new Set([...Object.keys(planned), ...Object.keys(now)])
  return [...hosts].flatMap((host) => {
    const told = ofHost(planned[host] ?? [], now[host] ?? [])
    return told.map(({ entry, message }) => ({ host, role: entry.role, task: entry.task, message }))
  })
}

/** Nothing of what was planned is left to do, but what nobody can tell beforehand: so it looks when a plan was applied before. */
export const looksApplied = (planned: Entries, now: Entries): boolean => foretold(planned).length > 0 && foretold(now).length === 0

const foretold = (entries: Entries): readonly Entry[] => Object.values(entries).flat().filter(({ unknown }) => unknown === undefined)

interface Told {
  readonly entry: Entry
  readonly message: string
}

/** Tasks are the same by role and title; of several with the same title the first is held against the first. */
function ofHost(planned: readonly Entry[], now: readonly Entry[]): Told[] {
  const [before, after] = [numbered(planned), numbered(now)]
  const missing = [...before].filter(([key]) => !after.has(key)).map(([, entry]) => ({ entry, message: `planned, and not to be done any more: ${sentences(entry)}` }))
  const found = [...after].flatMap(([key, entry]): Told[] => {
    const was = before.get(key)
    const message = was === undefined ? `not planned: ${sentences(entry)}` : difference(was, entry)
    return message === undefined ? [] : [{ entry, message }]
  })
  const told = [...missing, ...found]
  return told.length > 0 ? told : inAnotherOrder(before, after)
}

function numbered(entries: readonly Entry[]): Map<string, Entry> {
  const counts = new Map<string, number>()
  return new Map(
    entries.map((entry) => {
      const name = JSON.stringify([entry.role, entry.task])
      counts.set(name, (counts.get(name) ?? 0) + 1)
      return [`${name} ${counts.get(name)}`, entry]
    }),
  )
}

/** How it is otherwise; undefined when it is not. */
export function difference(planned: Entry, now: Entry): string | undefined {
  if ((planned.unknown === undefined) !== (now.unknown === undefined))
    return planned.unknown === undefined ? `not known beforehand any more (${now.unknown}); planned: ${sentences(planned)}` : `planned as not known beforehand; by now: ${sentences(now)}`
  return otherChanges(planned, now) ?? otherSeen(planned, now)
}

/** What would be done is not what was planned, in words or in what would be sent. */
export function otherChanges(planned: Entry, now: Entry): string | undefined {
  if (sentences(planned) !== sentences(now) || planned.changes.length !== now.changes.length) return `planned: ${sentences(planned)}; by now: ${sentences(now)}`
  const other = now.changes.filter(({ steps }, index) => steps !== planned.changes[index]?.steps).map(({ says }) => says)
  return other.length > 0 ? `with other content, or by other commands, than planned: ${other.join('; ')}` : undefined
}

/** What it rests on was otherwise when the plan was made. */
export function otherSeen(planned: Entry, now: Entry): string | undefined {
  const facts = [...new Set([...Object.keys(planned.seen), ...Object.keys(now.seen)])].filter((fact) => planned.seen[fact] !== now.seen[fact])
  return facts.length > 0 ? `what is there is not what was there when the plan was made: ${facts.join(', ')}` : undefined
}

/** Within a role. Roles of several hosts may work on a third, and which of them comes first is not planned. */
function inAnotherOrder(before: ReadonlyMap<string, Entry>, after: ReadonlyMap<string, Entry>): Told[] {
  const [was, is] = [inRoles(before), inRoles(after)]
  const at = is.findIndex(([key], index) => key !== was[index]?.[0])
  const [, entry] = is[at] ?? []
  return entry === undefined ? [] : [{ entry, message: 'in another order than planned' }]
}

const inRoles = (entries: ReadonlyMap<string, Entry>): (readonly [string, Entry])[] => [...entries].sort(([, a], [, b]) => (a.role === b.role ? 0 : a.role < b.role ? -1 : 1))

/** What it says that it does. */
export const sentences = ({ changes, unknown }: Entry): string => changes.map(({ says }) => says).join('; ') || (unknown === undefined ? 'nothing' : `it is not known what (${unknown})`)
