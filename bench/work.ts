/**
 * `npm run bench -- work`: more work than one shape, on one host. One change in a hundred; three hundred tasks one `await` at a time; a file of
 * 200 MB, and sftp with the same; a thousand small files, and tar; the three playbooks on a fresh host, and again. The last result:
 * bench/results/work.{json,md}.
 *
 *   --shapes tasks,big,many,playbooks    which
 *   --rounds 3                           medians of so many
 *   --on lab                             lab1; `light` (without the playbooks); or the name of a lab host
 */
import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { keep } from './figures/keep.ts'
import { digits, median, seconds } from './figures/numbers.ts'
import { markdownTable } from './figures/table.ts'
import { hostsOn } from './hosts/choose.ts'
import { scratchFolder } from './hosts/scratch.ts'
import { BIG, bigCases, type Case, type Cost, manyCases, playbookCases, taskCases } from './work/shapes.ts'

const SHAPES = { tasks: taskCases, big: bigCases, many: manyCases, playbooks: playbookCases } as const
const isShape = (name: string): name is keyof typeof SHAPES => Object.hasOwn(SHAPES, name)

interface Row {
  readonly shape: string
  readonly run: string
  readonly rounds: number
  readonly wallMs: number
  readonly workMs?: number
  readonly turns?: number
  readonly bytesSent?: number
  readonly maxRssMb?: number
}

type Sample = Cost & { readonly maxRssMb?: number }

export async function work(argv: readonly string[]): Promise<void> {
  const { values: flags } = parseArgs({
    args: [...argv],
    options: { shapes: { type: 'string', default: Object.keys(SHAPES).join() }, rounds: { type: 'string', default: '3' }, on: { type: 'string', default: 'lab' } },
  })
  const shapes = flags.shapes.split(',').filter(isShape)
  if (shapes.length === 0) throw new Error(`--shapes: there are ${Object.keys(SHAPES).join(', ')}`)
  await using hosts = await hostsOn(flags.on, 1)
  const [target] = hosts.targets
  if (target === undefined) throw new Error('no host')
  using scratch = scratchFolder()
  const probe = join(scratch.path, 'probe')
  const field = { target, folder: scratch.path, preload: import.meta.resolve('./width/probe.ts'), env: { BENCH_PROBE: probe } }
  const rows: Row[] = []
  const load = loadavg()[0] ?? Number.NaN
  for (const shape of shapes) rows.push(...(await rowsOf(await SHAPES[shape](field), Number(flags.rounds), probe)))
  await hosts.clean()
  const result = { when: new Date().toISOString(), hosts: hosts.kind, node: process.version, cores: cpus().length, load: [load, loadavg()[0] ?? Number.NaN], rows }
  keep('work', result, table(rows), `${result.cores} processors for everything; medians of ${flags.rounds} rounds; load before and after: ${result.load.map((each) => digits(each)).join(' and ')}.\n\n`)
  console.log(table(rows))
}

/** All runs of a shape in turn, round after round: a machine that is busy for a moment is busy for all. */
async function rowsOf(cases: readonly Case[], rounds: number, probe: string): Promise<Row[]> {
  const samples = new Map<Case, Sample[]>(cases.map((each) => [each, []]))
  for (let round = 0; round < rounds; round++)
    for (const each of cases) {
      await each.before?.()
      const cost = await each.measure()
      if (each.changes !== undefined && cost.changed !== each.changes) throw new Error(`${each.shape}, ${each.run}: changed ${cost.changed}, not ${each.changes}`)
      samples.get(each)?.push({ ...cost, ...(cost.workMs !== undefined && { maxRssMb: memoryOf(probe) }) })
      console.error(`${each.shape}, ${each.run}: ${seconds(cost.wallMs)} s`)
    }
  return [...samples].map(([{ shape, run }, own]) => ({ shape, run, rounds, ...summary(own) }))
}

const memoryOf = (probe: string): number => z.object({ maxRssMb: z.number() }).parse(JSON.parse(readFileSync(probe, 'utf8'))).maxRssMb

/** Medians of the times; of what is counted the most. */
function summary(samples: readonly Sample[]): Pick<Row, 'wallMs' | 'workMs' | 'turns' | 'bytesSent' | 'maxRssMb'> {
  const all = (of: (sample: Sample) => number | undefined) => samples.map(of).filter((value) => value !== undefined)
  const [work, turns, bytes, memory] = [all((s) => s.workMs), all((s) => s.turns), all((s) => s.bytesSent), all((s) => s.maxRssMb)]
  return {
    wallMs: Math.round(median(all((s) => s.wallMs))),
    ...(work.length > 0 && { workMs: Math.round(median(work)) }),
    ...(turns.length > 0 && { turns: Math.max(...turns) }),
    ...(bytes.length > 0 && { bytesSent: Math.max(...bytes) }),
    ...(memory.length > 0 && { maxRssMb: Math.max(...memory) }),
  }
}

const table = (rows: readonly Row[]): string =>
  markdownTable(
    ['work', 'run', 'whole', 'start apart', 'turns', 'sent', 'MB/s', 'memory'],
    rows.map(({ shape, run, wallMs, workMs, turns, bytesSent, maxRssMb }) => [
      shape, run, `${seconds(wallMs)} s`, workMs === undefined ? '–' : `${seconds(workMs)} s`, turns === undefined ? '–' : String(turns), bytesSent === undefined ? '–' : `${digits(bytesSent / 1000)} kB`,
      (bytesSent ?? 0) >= BIG ? digits(BIG / 1000 / (workMs ?? wallMs)) : '–', maxRssMb === undefined ? '–' : `${maxRssMb} MB`,
    ]),
  )
