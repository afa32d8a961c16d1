/**
 * `npm run bench -- width`: from ten hosts to a thousand, fifty tasks each, first fresh, then with nothing to change; and the bare connection to
 * as many. The hosts are light (hosts/light.ts): their sshd, shells and files are real, and share the processors with the controller, so what
 * matters is the cost a host, and the controller's own share of it. The last result: bench/results/width.{json,md}.
 *
 *   --hosts 10,100,1000    how many; each in turn
 *   --forks 10             hosts at a time
 *   --rounds 1             medians of so many
 */
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { keep } from './figures/keep.ts'
import { digits, median, seconds } from './figures/numbers.ts'
import { markdownTable } from './figures/table.ts'
import { lightHosts } from './hosts/light.ts'
import { scratchFolder } from './hosts/scratch.ts'
import { connect } from './peers/floor.ts'
import { playbookRun } from './peers/hostwright.ts'
import { FIFTY, items } from './workload/items.ts'
import { hostTimes } from './width/hosts.ts'

const Probed = z.strictObject({ maxRssMb: z.number(), cpuMs: z.number(), loopDelayMs: z.strictObject({ p50: z.number(), p99: z.number(), max: z.number() }) })
type Sample = z.output<typeof Probed> & { readonly wallMs: number; readonly workMs: number; readonly hostMs: ReturnType<typeof hostTimes> }

interface Row {
  readonly hosts: number
  readonly run: 'fresh' | 'again'
  readonly wallMs: number
  /** Without the start of Node and tsx, over the number of hosts. */
  readonly workMsPerHost: number
  readonly cpuMsPerHost: number
  readonly maxRssMb: number
  readonly loopDelayMs: Sample['loopDelayMs']
  readonly hostMs: Sample['hostMs']
  /** The bare connection to as many, all at once; the same start left out. */
  readonly connectMsPerHost: number
}

export async function width(argv: readonly string[]): Promise<void> {
  const { values: flags } = parseArgs({ args: [...argv], options: { hosts: { type: 'string', default: '10,100,1000' }, forks: { type: 'string', default: '10' }, rounds: { type: 'string', default: '1' } } })
  const rows: Row[] = []
  for (const count of flags.hosts.split(',').map(Number)) {
    for (const row of await wide(count, flags.forks, Number(flags.rounds))) {
      rows.push(row)
      console.error(`${count} hosts, ${row.run}: ${seconds(row.wallMs)} s, ${row.maxRssMb} MB`)
    }
  }
  const result = { when: new Date().toISOString(), tasks: 50, forks: Number(flags.forks), rounds: Number(flags.rounds), cores: cpus().length, node: process.version, rows }
  keep('width', result, table(rows))
  console.log(table(rows))
}

async function wide(count: number, forks: string, rounds: number): Promise<Row[]> {
  await using hosts = await lightHosts(count)
  const { targets } = hosts
  using scratch = scratchFolder()
  const folder = scratch.path
  const probe = join(folder, 'probe')
  const ready = playbookRun('wide', { targets, folder }, { flags: ['--forks', forks], preload: import.meta.resolve('./width/probe.ts'), env: { BENCH_PROBE: probe } })
  const floor = await connect.prepare({ targets, folder, itemsOf: () => [] })
  if ('missing' in floor) throw new Error(floor.missing)
  const all = targets.reduce((sum, { name }) => sum + items(name, { mixture: FIFTY }).length, 0)
  const sample = async (expected: number): Promise<Sample> => {
    const { wallMs, startMs, changed, events } = await ready.run()
    if (changed !== expected) throw new Error(`changed ${changed}, not ${expected}`)
    return { ...Probed.parse(JSON.parse(readFileSync(probe, 'utf8'))), wallMs, workMs: wallMs - startMs, hostMs: hostTimes(events) }
  }
  const [fresh, again, bare]: [Sample[], Sample[], number[]] = [[], [], []]
  for (let round = 0; round < rounds; round++) {
    await hosts.clean()
    fresh.push(await sample(all))
    again.push(await sample(0))
    const { wallMs, startMs = 0 } = await floor.run()
    bare.push(wallMs - startMs)
  }
  const connectMsPerHost = round(median(bare) / count)
  return [
    { ...rowOf(count, 'fresh', fresh), connectMsPerHost },
    { ...rowOf(count, 'again', again), connectMsPerHost },
  ]
}

function rowOf(hosts: number, run: 'fresh' | 'again', samples: readonly Sample[]): Omit<Row, 'connectMsPerHost'> {
  const middle = (of: (sample: Sample) => number) => round(median(samples.map(of)))
  return {
    hosts, run,
    wallMs: middle(({ wallMs }) => wallMs),
    workMsPerHost: middle(({ workMs }) => workMs / hosts),
    cpuMsPerHost: middle(({ cpuMs }) => cpuMs / hosts),
    maxRssMb: middle(({ maxRssMb }) => maxRssMb),
    loopDelayMs: { p50: middle(({ loopDelayMs }) => loopDelayMs.p50), p99: middle(({ loopDelayMs }) => loopDelayMs.p99), max: middle(({ loopDelayMs }) => loopDelayMs.max) },
    hostMs: { p50: middle(({ hostMs }) => hostMs.p50), p95: middle(({ hostMs }) => hostMs.p95), max: middle(({ hostMs }) => hostMs.max) },
  }
}

const round = (value: number) => Math.round(value * 10) / 10

const table = (rows: readonly Row[]): string =>
  markdownTable(
    ['hosts', 'run', 'wall', 'ms a host', 'of them bare connection', 'controller CPU, ms a host', 'memory', 'host at work, p50 / p95', 'event loop late, p50 / p99 / max'],
    rows.map(({ hosts, run, wallMs, workMsPerHost, connectMsPerHost, cpuMsPerHost, maxRssMb, hostMs, loopDelayMs }) => [
      String(hosts), run, `${seconds(wallMs)} s`, digits(workMsPerHost), digits(connectMsPerHost), digits(cpuMsPerHost), `${maxRssMb} MB`,
      `${digits(hostMs.p50)} / ${digits(hostMs.p95)} ms`, `${digits(loopDelayMs.p50)} / ${digits(loopDelayMs.p99)} / ${digits(loopDelayMs.max)} ms`,
    ]),
  )
