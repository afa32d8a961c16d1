import type { RunAbout } from '../../host/host.ts'
import { Bound } from '../../plan/bound.ts'
import { differences, looksApplied } from '../../plan/compare.ts'
import { keyedDigest } from '../../plan/digest.ts'
import type { Plan } from '../../plan/plan.ts'
import { Recorder } from '../../plan/recorder.ts'
import type { RunOutcome } from '../../playbook/run.ts'
import type { Emit, Event, PlanStatus } from '../../report/event.ts'
import { taskName } from '../../report/text/task.ts'
import { count, list } from '../../report/text/words.ts'
import type { GoThrough, Planning } from './planning.ts'

/**
 * `--plan FILE`: looks at all hosts and plans anew, as in check mode, and holds the whole against the file; only where nothing is otherwise it is done,
 * and each act is held against the file once more.
 */
export class Apply implements Planning {
  readonly ledger: Bound
  readonly about: RunAbout
  readonly #file: string
  readonly #plan: Plan
  readonly #key: string

  constructor(file: string, plan: Plan, key: string) {
    this.#file = file
    this.#plan = plan
    this.about = plan.made.about
    this.#key = key
    this.ledger = new Bound(plan.hosts, keyedDigest(key))
  }

  async before(look: GoThrough, emit: Emit): Promise<{ go: boolean; outcome: RunOutcome }> {
    const recorder = new Recorder(keyedDigest(this.#key))
    const told: Event[] = []
    const outcome = await look({ mode: 'check', diff: false, ledger: recorder, emit: (event) => told.push(event) })
    // What is well is told when it is done.
    if (outcome.unfinished.length > 0) for (const event of told.filter(isTrouble)) emit(event)
    return { go: tellHolds(this.#file, this.#plan, recorder, outcome, emit), outcome }
  }

  after({ unfinished }: RunOutcome, emit: Emit): void {
    for (const host of Object.keys(this.#plan.hosts)) {
      const left = unfinished.includes(host) ? [] : this.ledger.left(host).map(taskName)
      if (left.length > 0) emit({ type: 'warning', message: `${host}: planned, and not needed any more when it came to that: ${list(left)}` })
    }
  }
}

/** `--check --plan FILE`: whether it still holds. */
export class Verify implements Planning {
  readonly ledger: Recorder
  readonly about: RunAbout
  readonly #file: string
  readonly #plan: Plan

  constructor(file: string, plan: Plan, key: string) {
    this.#file = file
    this.#plan = plan
    this.about = plan.made.about
    this.ledger = new Recorder(keyedDigest(key))
  }

  after(outcome: RunOutcome, emit: Emit): void {
    tellHolds(this.#file, this.#plan, this.ledger, outcome, emit)
  }
}

/** True when every host was looked at, and everything is as planned. */
function tellHolds(file: string, { hosts }: Plan, { entries }: Recorder, { unfinished }: RunOutcome, emit: Emit): boolean {
  const tell = (status: PlanStatus, message: string, found: ReturnType<typeof differences> = []) => emit({ type: 'plan', file, status, message, differences: found })
  if (unfinished.length > 0) {
    tell('not-looked-at', `${list(unfinished)} did not come to the end when all was looked at, so nothing is changed anywhere`)
    return false
  }
  const found = differences(hosts, entries)
  if (found.length === 0) tell('as-planned', 'all is as it was planned')
  else if (looksApplied(hosts, entries)) tell('not-as-planned', 'it looks as if it had been applied: nothing of what it plans is left to do', found)
  else tell('not-as-planned', `${count(found.length, 'task')} on ${count(new Set(found.map(({ host }) => host)).size, 'host')} ${found.length === 1 ? 'is' : 'are'} otherwise by now; nothing was changed`, found)
  return found.length === 0
}

const isTrouble = (event: Event): boolean => event.type === 'failure' || event.type === 'unreachable' || event.type === 'play-stopped' || event.type === 'bug' || (event.type === 'task' && event.status === 'failed')
