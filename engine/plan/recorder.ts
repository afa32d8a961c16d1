import type { Ledger, Work } from '../host/ledger.ts'
import type { Digest } from './digest.ts'
import { entryOf, type Entry } from './entry.ts'

/** What would be done, by host, in the order in which it comes. Hosts with nothing to do are not in it. */
export type Entries = Readonly<Record<string, readonly Entry[]>>

/** Makes a plan of a run in check mode. It forbids nothing: nothing is done there. */
export class Recorder implements Ledger {
  readonly #digest: Digest
  readonly #hosts = new Map<string, Entry[]>()

  constructor(digest: Digest) {
    this.#digest = digest
  }

  settled(host: string, work: Work): void {
    this.#hosts.set(host, [...(this.#hosts.get(host) ?? []), entryOf(work, this.#digest)])
  }

  objection(): undefined {
    return undefined
  }

  get entries(): Entries {
    return Object.fromEntries([...this.#hosts].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}
