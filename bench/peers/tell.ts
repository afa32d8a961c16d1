import type { Chart } from '../figures/svg.ts'
import { seconds, times } from '../figures/numbers.ts'
import { markdownTable } from '../figures/table.ts'
import { goalsOf, goalsTable } from './goals.ts'
import type { EngineResult, Figures, PeersResult } from './result.ts'

const found = ({ engines }: PeersResult): EngineResult[] => Object.values(engines).flatMap((each) => ('missing' in each ? [] : [each]))
const name = ({ title, version }: EngineResult) => (/^\d/.test(version) ? `${title} ${version}` : title)
const wall = (each: Figures | undefined) => (each === undefined ? '–' : `${seconds(each.wall)} s`)
const work = (each: Figures | undefined) => (each?.work === undefined ? '–' : `${seconds(each.work)} s`)

/** The result as a page of Markdown: a table, and what one has to know to read it. */
export function peersTable(result: PeersResult): string {
  const rows = found(result).map((each) => [
    name(each), wall(each.fresh), wall(each.again), work(each.fresh), work(each.again),
    each.timesHostwright?.fresh === undefined ? '–' : times(each.timesHostwright.fresh), each.timesHostwright === undefined ? '–' : times(each.timesHostwright.again), String(each.rounds),
  ])
  const missing = Object.values(result.engines).flatMap((each) => ('missing' in each ? [`${each.title} is missing: ${each.missing}.`] : []))
  return [
    markdownTable(['engine', 'fresh', 'again', 'fresh, start apart', 'again, start apart', 'fresh ÷ ours', 'again ÷ ours', 'rounds'], rows),
    `${result.workload}; ${result.hosts}; ${result.machine}. Medians of the wall time of whole processes; "start apart" is without the start of Node and tsx. After every run the files were compared with the description.`,
    ...missing,
    '',
    goalsTable(goalsOf(result)),
  ].join('\n')
}

export function peersChart(result: PeersResult): Chart {
  return {
    title: 'The same work by each engine',
    note: `${result.workload}; ${result.hosts.split(':')[0] ?? ''}; whole processes, medians; logarithmic: each line is ten times the one before`,
    series: ['fresh', 'again, nothing to change'],
    rows: found(result).map((each) => ({ label: each.title, strong: each.title === 'hostwright', values: [each.fresh && each.fresh.wall / 1000, each.again.wall / 1000] })),
  }
}
