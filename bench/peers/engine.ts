import type { Target } from '../hosts/target.ts'
import type { Item } from '../workload/items.ts'

/** What there is to do, on which hosts, and where an engine may put its files. */
export interface Field {
  readonly targets: readonly Target[]
  readonly itemsOf: (host: string) => readonly Item[]
  /** A folder for this engine alone; it goes when the bench ends. Its HOME, too. */
  readonly folder: string
}

/** One run of an engine, from nothing to the end of its process. */
export interface Run {
  /** Milliseconds of the whole process, as its user waits for it. */
  readonly wallMs: number
  /** Milliseconds of it until it begins its work: the start of Node and tsx. Where it says so itself. */
  readonly startMs?: number
  /** What it says that it changed, over all hosts. Undefined: it does not count. */
  readonly changed?: number
}

/** An engine that is on this machine and has been given the workload. */
export interface Ready {
  readonly version: string
  /** Makes everything so, or finds it so. Rejects when that fails. */
  run(): Promise<Run>
}

export interface Missing {
  readonly missing: string
}

/** One way of getting the workload done. */
export interface Engine {
  readonly name: string
  /** As a table and a plot name it. */
  readonly title: string
  /** `whole` does all of it; `look` only reads, and needs the work done; `connect` only logs in. */
  readonly does: 'whole' | 'look' | 'connect'
  /** Minutes a round: gets fewer of them, and none to warm up. */
  readonly slow?: true
  /** Writes what the engine reads (playbooks, inventories, scripts); contacts nobody. Not here: says why, and nothing is guessed. */
  prepare(field: Field): Promise<Ready | Missing>
}
