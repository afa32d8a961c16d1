import type { Ledger, Objection, Work } from '../host/ledger.ts'
import { otherChanges, otherSeen, sentences } from './compare.ts'
import type { Digest } from './digest.ts'
import { entryOf, type Entry } from './entry.ts'
import type { Entries } from './recorder.ts'

/**
 * Holds a run to a plan, act by act: a task or an action may do what an entry says that has not been done yet, and nothing else, and not before what its
 * role was to do earlier. Where the plan says that it is not known beforehand, a task may do whatever it finds to do; an action is still the same command.
 */
export class Bound implements Ledger {
  readonly #digest: Digest
  /** What is still to be done, by host. */
  readonly #open: Map<string, Entry[]>
  /** What was let go: it may fail, be caught by its role, and be tried again. */
  readonly #begun = new Set<Entry>()

  constructor(entries: Entries, digest: Digest) {
    this.#digest = digest
    this.#open = new Map(Object.entries(entries).map(([host, each]) => [host, [...each]]))
  }

  settled(host: string, work: Work): void {
    const open = this.#open.get(host) ?? []
    const now = entryOf(work, this.#digest)
    const at = open.findIndex((entry) => isSame(entry, now) && refusal(entry, now) === undefined)
    if (at !== -1) open.splice(at, 1)
  }

  objection(host: string, works: readonly Work[]): Objection | undefined {
    const open = [...(this.#open.get(host) ?? [])]
    const begun: Entry[] = []
    for (const [index, work] of works.entries()) {
      const now = entryOf(work, this.#digest)
      const meant = open.filter((entry) => isSame(entry, now))
      const fits = meant.find((entry) => refusal(entry, now) === undefined)
      if (fits === undefined) return { index, message: meant[0] === undefined ? `not planned, or done already: ${sentences(now)}` : (refusal(meant[0], now) ?? '') }
      const [skipped] = open.slice(0, open.indexOf(fits)).filter((entry) => entry.role === now.role && isCertain(entry) && !this.#begun.has(entry))
      if (skipped !== undefined) return { index, message: `${skipped.task} was planned before it, and is not to be done any more: ${sentences(skipped)}` }
      open.splice(open.indexOf(fits), 1)
      begun.push(fits)
    }
    for (const each of begun) this.#begun.add(each)
    return undefined
  }

  /** What was planned and did not come to pass, by host: what comes before made it unnecessary, or the host did not come so far. */
  left(host: string): readonly Entry[] {
    return (this.#open.get(host) ?? []).filter(({ unknown }) => unknown === undefined)
  }
}

/** What comes before it cannot make it unnecessary. */
const isCertain = ({ unknown, doubt }: Entry): boolean => unknown === undefined && doubt === undefined

const isSame = (a: Entry, b: Entry): boolean => a.role === b.role && a.task === b.task

/** Why what is about to be done is not what this entry says. */
function refusal(planned: Entry, now: Entry): string | undefined {
  // A task of which nobody could tell what it would do has no changes in the plan.
  if (planned.unknown !== undefined && planned.changes.length === 0) return undefined
  return otherChanges(planned, now) ?? (planned.doubt === undefined && planned.unknown === undefined ? otherSeen(planned, asPlanned(planned, now)) : undefined)
}

/** Of the facts only those that were seen then: what was foretold then is seen by now. */
const asPlanned = ({ seen }: Entry, now: Entry): Entry => ({ ...now, seen: Object.fromEntries(Object.entries(now.seen).filter(([fact]) => fact in seen)) })
