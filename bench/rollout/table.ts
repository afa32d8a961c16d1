import type { CourseResult } from './course.ts'

/** The results as a table, with a sum for each strategy. */
export function table(results: readonly CourseResult[]): string {
  const head = ['strategy', 'app', 'deploys', 'requests', 'failed', 'idle resets', 'p50 ms', 'p99 ms', 'max ms', 's/deploy']
  const strategies = [...new Set(results.map(({ strategy }) => strategy))]
  const rows = strategies.map((strategy) => ({ strategy, of: results.filter((each) => each.strategy === strategy) })).flatMap(({ strategy, of }) => [
    ...of.map((r) => [strategy, r.app, `${r.asExpected}/${r.deploys}`, r.sent, r.failed, r.idleResets, r.ms.p50, r.ms.p99, r.ms.max, r.medianDeploySeconds].map(String)),
    [strategy, 'all', `${sum(of, 'asExpected')}/${sum(of, 'deploys')}`, sum(of, 'sent'), sum(of, 'failed'), sum(of, 'idleResets'), '', '', '', ''].map(String),
  ])
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  return [head, ...rows].map((row) => row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ').trimEnd()).join('\n')
}

const sum = (results: readonly CourseResult[], key: 'sent' | 'failed' | 'idleResets' | 'deploys' | 'asExpected') => results.reduce((all, each) => all + each[key], 0)
