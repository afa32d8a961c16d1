import type { HostRecap, Recap } from '../event.ts'
import { padEnd, padStart, width } from './columns.ts'
import type { Ink, Paint } from './paint.ts'
import { bytes, duration } from './words.ts'

interface Column {
  readonly title: string
  readonly ink: Ink
  of(host: HostRecap): number
  show(n: number): string
}

/** The table of the recap: a row for each host, a total, and how long it took. */
export function recapTable(recap: Recap, verbosity: number, paint: Paint): string[] {
  const hosts = Object.entries(recap.hosts)
  const columns = columnsOf(recap, verbosity, paint)
  const all = columns.map((column) => column.show(hosts.reduce((sum, [, host]) => sum + column.of(host), 0)))
  const names = Math.max(...['host', 'total', ...hosts.map(([name]) => name)].map(width))
  const widths = columns.map((column, n) => Math.max(width(column.title), width(all[n] ?? '')))
  const row = (name: string, cells: readonly string[], ink: (cell: string, n: number) => string): string =>
    [name, ...cells.map((cell, n) => `${' '.repeat(Math.max(0, (widths[n] ?? 0) - width(cell)))}${ink(cell, n)}`)].join('  ')

  return [
    paint.dim(row(padEnd('host', names), columns.map((column) => column.title), (cell) => cell)),
    ...hosts.map(([name, host]) =>
      row(
        `${paint.bold(name)}${padStart('', names - width(name))}`,
        columns.map((column) => column.show(column.of(host))),
        (cell, n) => (cell === '0' ? paint.dim : (columns[n]?.ink ?? paint.dim))(cell),
      ),
    ),
    row(padEnd('total', names), all, (cell) => cell),
    `${padEnd('time', names)}  ${duration(recap.ms)}`,
  ]
}

function columnsOf(recap: Recap, verbosity: number, paint: Paint): Column[] {
  const plain: Ink = (text) => text
  const number = (title: string, ink: Ink, of: (host: HostRecap) => number): Column => ({ title, ink, of, show: String })
  const rescued = Object.values(recap.hosts).some((host) => host.rescued > 0)
  return [
    number('ok', paint.green, (host) => host.ok),
    number(recap.mode === 'check' ? 'would change' : 'changed', paint.yellow, (host) => host.changed),
    number('failed', paint.red, (host) => host.failed),
    ...(rescued ? [number('rescued', paint.yellow, (host) => host.rescued)] : []),
    number('skipped', plain, (host) => host.skipped),
    number('unknown', paint.yellow, (host) => host.unknown),
    number('unreachable', paint.red, (host) => host.unreachable),
    number('turns', plain, (host) => host.roundTrips),
    ...(verbosity >= 3 ? [{ ...number('sent', plain, (host) => host.bytesSent), show: bytes }] : []),
  ]
}
