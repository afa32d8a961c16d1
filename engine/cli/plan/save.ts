import { keyedDigest } from '../../plan/digest.ts'
import { sealed, type Made } from '../../plan/plan.ts'
import { Recorder } from '../../plan/recorder.ts'
import type { RunOutcome } from '../../playbook/run.ts'
import type { Emit, PlanStatus } from '../../report/event.ts'
import { count, list } from '../../report/text/words.ts'
import type { Planning } from './planning.ts'

interface About {
  readonly file: string
  readonly written: { write(text: string): void }
  readonly key: string
  readonly made: Made
}

/** `--check --save-plan FILE`. */
export class Save implements Planning {
  readonly ledger: Recorder
  readonly #about: About

  constructor(about: About) {
    this.#about = about
    this.ledger = new Recorder(keyedDigest(about.key))
  }

  /** A plan is whole, or there is none. */
  after({ unfinished }: RunOutcome, emit: Emit): void {
    const { file } = this.#about
    const tell = (status: PlanStatus, message: string) => emit({ type: 'plan', file, status, message, differences: [] })
    if (unfinished.length > 0) return tell('not-saved', `a plan is whole or is none, and ${list(unfinished)} did not come to the end`)
    try {
      this.#write()
    } catch (error) {
      return tell('not-saved', error instanceof Error ? error.message : String(error))
    }
    const entries = Object.values(this.ledger.entries)
    const open = entries.flat().filter(({ unknown }) => unknown !== undefined).length
    tell('saved', `${count(entries.flat().length, 'task')} on ${count(entries.length, 'host')}${open > 0 ? `, of which nobody knows beforehand what ${open} will do` : ''}`)
  }

  #write(): void {
    const { written, made, key } = this.#about
    written.write(`${JSON.stringify(sealed({ made, hosts: mutable(this.ledger) }, key), undefined, 2)}\n`)
  }
}

const mutable = ({ entries }: Recorder) => Object.fromEntries(Object.entries(entries).map(([host, each]) => [host, [...each]]))
