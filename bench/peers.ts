/**
 * `npm run bench`: the same workload by every engine, in turn, in one run. The last result: bench/results/peers.{json,md,svg}.
 *
 *   --engines hostwright,script   which; default all but those of Debian 12 (ansible-bookworm, mitogen-bookworm)
 *   --hosts 10                    how many
 *   --on lab                      lab hosts; `light`: hosts/light.ts, which needs no lab; or the names of lab hosts, as many as they are
 *   --rounds 5                    of each engine, and one before to warm up
 *   --slow-rounds 1               of engines that take minutes, without one before
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { keep } from './figures/keep.ts'
import { barChart } from './figures/svg.ts'
import { hostsOn } from './hosts/choose.ts'
import { scratchFolder } from './hosts/scratch.ts'
import type { Hosts } from './hosts/target.ts'
import type { Engine, Ready, Run } from './peers/engine.ts'
import { enginesNamed, USUAL } from './peers/engines.ts'
import { check } from './peers/check.ts'
import { engineResult, type PeersResult, type Taken } from './peers/result.ts'
import { peersChart, peersTable } from './peers/tell.ts'
import { items } from './workload/items.ts'

const itemsOf = (host: string) => items(host)

export async function peers(argv: readonly string[]): Promise<void> {
  const { values: flags } = parseArgs({
    args: [...argv],
    options: {
      engines: { type: 'string', default: USUAL.join() }, hosts: { type: 'string', default: '10' }, on: { type: 'string', default: 'lab' },
      rounds: { type: 'string', default: '5' }, 'slow-rounds': { type: 'string', default: '1' },
    },
  })
  const engines = enginesNamed(flags.engines.split(','))
  const [rounds, slowRounds] = [Number(flags.rounds), Number(flags['slow-rounds'])]
  await using hosts = await hostsOn(flags.on, Number(flags.hosts))
  const count = hosts.targets.length
  using scratch = scratchFolder()
  const ready = new Map<Engine, Ready>()
  const missing = new Map<Engine, string>()
  for (const engine of engines) {
    const folder = join(scratch.path, engine.name)
    mkdirSync(folder)
    const prepared = await engine.prepare({ targets: hosts.targets, itemsOf, folder })
    if ('missing' in prepared) missing.set(engine, prepared.missing)
    else ready.set(engine, prepared)
  }
  const taken = new Map<Engine, { version: string; fresh: Run[]; again: Run[] }>([...ready].map(([engine, { version }]) => [engine, { version, fresh: [], again: [] }]))
  const result = () => resultOf(engines, missing, taken, `${count} ${hosts.kind}`, count)
  for (let round = -1; round < Math.max(rounds, slowRounds); round++) {
    for (const engine of inTurn([...ready.keys()], round)) {
      if (engine.slow ? round < 0 || round >= slowRounds : round >= rounds) continue
      const runs = await runsOf(engine, ready, hosts)
      console.error(`${engine.name}, ${round < 0 ? 'warming up' : `round ${round + 1}`}: ${[runs.fresh, runs.again].map((each) => (each ? `${Math.round(each.wallMs)} ms` : '–')).join(', ')}`)
      if (round < 0) continue
      if (runs.fresh) taken.get(engine)?.fresh.push(runs.fresh)
      taken.get(engine)?.again.push(runs.again)
    }
    keepAll(result()) // a round that fails does not take those before it along
  }
  await hosts.clean()
  console.log(peersTable(result()))
}

/** Another one begins each round; those that only look come after those that do the work. */
function inTurn(engines: readonly Engine[], round: number): Engine[] {
  const whole = engines.filter(({ does }) => does === 'whole')
  const first = whole.length === 0 ? 0 : (round + 1) % whole.length
  return [...whole.slice(first), ...whole.slice(0, first), ...engines.filter(({ does }) => does !== 'whole')]
}

async function runsOf(engine: Engine, ready: ReadonlyMap<Engine, Ready>, hosts: Hosts): Promise<{ readonly fresh?: Run; readonly again: Run }> {
  const { targets } = hosts
  const run = async (expected: number): Promise<Run> => {
    const ran = await ready.get(engine)?.run()
    if (ran === undefined) throw new Error(`${engine.name} is not ready`)
    if (ran.changed !== undefined && ran.changed !== expected) throw new Error(`${engine.name} changed ${ran.changed}, not ${expected}`)
    if (engine.does === 'whole') await check(targets, itemsOf, engine.name)
    return ran
  }
  if (engine.does !== 'whole') return { again: await run(0) }
  await hosts.clean()
  return { fresh: await run(targets.reduce((sum, { name }) => sum + itemsOf(name).length, 0)), again: await run(0) }
}

function resultOf(engines: readonly Engine[], missing: ReadonlyMap<Engine, string>, taken: ReadonlyMap<Engine, Taken>, hosts: string, count: number): PeersResult {
  const ours = [...taken].find(([{ name }]) => name === 'hostwright')?.[1]
  return {
    when: new Date().toISOString(),
    machine: `${cpus().length} processors for everything, Node ${process.version}`,
    hosts,
    workload: `${count} hosts × ${itemsOf('').length} tasks`,
    engines: Object.fromEntries(
      engines.map((engine) => {
        const runs = taken.get(engine)
        const told = runs && runs.again.length > 0 ? engineResult(engine.title, runs, ours) : { title: engine.title, missing: missing.get(engine) ?? 'no round of it was asked for' }
        return [engine.name, told]
      }),
    ),
  }
}

function keepAll(result: PeersResult): void {
  keep('peers', result, peersTable(result), '![seconds by engine](../bench/results/peers.svg)\n\n')
  writeFileSync(new URL('results/peers.svg', import.meta.url), barChart(peersChart(result)))
}
