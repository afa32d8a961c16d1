import { median } from '../figures/numbers.ts'
import type { Run } from './engine.ts'

/** All runs of an engine, in order. */
export interface Taken {
  readonly version: string
  readonly fresh: readonly Run[]
  readonly again: readonly Run[]
}

/** What the bench has found, as bench/results/peers.json keeps it. Milliseconds. */
export interface PeersResult {
  readonly when: string
  readonly machine: string
  readonly hosts: string
  readonly workload: string
  readonly engines: Readonly<Record<string, EngineResult | { readonly title: string; readonly missing: string }>>
}

export interface EngineResult {
  readonly title: string
  readonly version: string
  readonly rounds: number
  readonly fresh?: Figures
  readonly again: Figures
  /** How many times as long as hostwright: medians. */
  readonly timesHostwright?: { readonly fresh?: number; readonly again: number }
}

export interface Figures {
  /** Median of the whole process. */
  readonly wall: number
  readonly all: readonly number[]
  /** Medians of the start of Node and tsx, and of what is left without it. */
  readonly start?: number
  readonly work?: number
}

export function figures(runs: readonly Run[]): Figures {
  const walls = runs.map(({ wallMs }) => wallMs)
  const starts = runs.flatMap(({ startMs }) => (startMs === undefined ? [] : [startMs]))
  return {
    wall: Math.round(median(walls)),
    all: walls.map(Math.round),
    ...(starts.length === runs.length && { start: Math.round(median(starts)), work: Math.round(median(runs.map(({ wallMs, startMs = 0 }) => wallMs - startMs))) }),
  }
}

export function engineResult(title: string, { version, fresh, again }: Taken, ours: Taken | undefined): EngineResult {
  const own = { ...(fresh.length > 0 && { fresh: figures(fresh) }), again: figures(again) }
  const reference = ours && ours.again.length > 0 ? { fresh: figures(ours.fresh), again: figures(ours.again) } : undefined
  return {
    title,
    version,
    rounds: again.length,
    ...own,
    ...(reference && { timesHostwright: { ...(own.fresh && { fresh: ratio(own.fresh, reference.fresh) }), again: ratio(own.again, reference.again) } }),
  }
}

const ratio = (one: Figures, other: Figures) => Number((one.wall / other.wall).toFixed(3))
