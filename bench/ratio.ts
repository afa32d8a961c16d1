/**
 * `npm run bench -- HOSTS ROUNDS [lab3,lab4]`: what a run costs above the bare connection. On lab hosts, in turn in one process, so that a machine
 * that is busy for a moment is busy for all: connect and run `true`; a hundred tasks with nothing to change; the same on a fresh host.
 * Round trips are counted, seconds are measured; medians and ratios are what to quote. Results: bench/results/batch.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { linkOpener } from '../engine/cli/links.ts'
import { ReadAhead } from '../engine/host/ahead.ts'
import { NO_VARS } from '../engine/inventory/extra.ts'
import { loadInventory } from '../engine/inventory/load.ts'
import type { Inventory, InventoryHost } from '../engine/inventory/types.ts'
import { prepare, type PreparedPlay } from '../engine/playbook/prepare.ts'
import { runPlays } from '../engine/playbook/run.ts'
import { Stop } from '../engine/playbook/stop.ts'
import { Tally } from '../engine/report/tally.ts'
import { connectSsh } from '../engine/transport/ssh/connect.ts'
import { median } from './figures/numbers.ts'
import { hostsOn } from './hosts/choose.ts'
import playbook from './playbooks/batch.ts'

const env = { home: '/root', user: 'root' }

interface Plan {
  readonly plays: readonly PreparedPlay[]
  readonly inventory: Inventory
  readonly targets: readonly InventoryHost[]
}

/** On so many lab hosts, in so many rounds; `on`: "lab", or the names of lab hosts. */
export async function ratio(wanted: number, rounds: number, on: string): Promise<void> {
  const hosts = await hostsOn(on, wanted)
  const count = hosts.targets.length
  const plan = await prepared(hosts.targets.map(({ name }) => name))
  const taken: { connect: number; again: number; fresh: number }[] = []
  let last = { fresh: NOTHING, again: NOTHING }
  for (let round = -1; round < rounds; round++) {
    await hosts.clean()
    const fresh = await engine(plan)
    const connect = await connectOnly(plan)
    const again = await engine(plan, fresh.asked) // as the command line keeps it from run to run
    if (fresh.changed !== 100 * count || again.changed !== 0) throw new Error(`changed ${fresh.changed}, then ${again.changed}`)
    last = { fresh, again }
    if (round >= 0) taken.push({ connect, again: again.ms, fresh: fresh.ms }) // the first round warms up
  }
  const whole = (of: (round: { connect: number; again: number; fresh: number }) => number) => Math.round(median(taken.map(of)))
  const result = {
    hosts: count, tasks: 100, rounds, node: process.version, cores: cpus().length,
    medianMs: { connect: whole((r) => r.connect), nothingToChange: whole((r) => r.again), fresh: whole((r) => r.fresh) },
    ratioToConnect: Number(median(taken.map((r) => r.again / r.connect)).toFixed(2)),
    turnsPerHost: { nothingToChange: Math.max(...last.again.turns), fresh: Math.max(...last.fresh.turns) },
    bytesSentPerHost: { nothingToChange: last.again.bytes, fresh: last.fresh.bytes },
  }
  mkdirSync('bench/results', { recursive: true })
  writeFileSync('bench/results/batch.json', `${JSON.stringify(result, null, 2)}\n`)
  console.log(JSON.stringify(result, null, 2))
}

async function prepared(names: readonly string[]): Promise<Plan> {
  const loaded = await loadInventory(['lab'], { cwd: '.' })
  if (!loaded.ok) throw new Error(loaded.error.map(({ message }) => message).join('\n'))
  const inventory = loaded.value
  const made = prepare(playbook, inventory, NO_VARS, { limit: names.join(','), allowEmpty: false })
  if (!made.ok) throw new Error(made.error.map(({ message }) => message).join('\n'))
  return { plays: made.value, inventory, targets: [...inventory.hosts.values()].filter(({ name }) => names.includes(name)) }
}

/** The floor: reach every host, run `true` there, leave. */
async function connectOnly({ targets }: Plan): Promise<number> {
  const started = performance.now()
  await Promise.all(
    targets.map(async ({ name, connection: { address, user = 'root', privateKeyFile, knownHostsFiles } }) => {
      const connected = await connectSsh({ host: name, address, user, env, sshConfigFile: 'none', ...(privateKeyFile !== undefined && { privateKeyFile }), ...(knownHostsFiles && { knownHostsFiles }) })
      if (!connected.ok) throw new Error(connected.error.message)
      const ran = await connected.connection.start('true')
      if (!ran.ok) throw new Error(ran.error.message)
      ran.process.listen({ stdout: () => {}, stderr: () => {} })
      ran.process.end()
      await ran.process.ended
      await connected.connection.close()
    }),
  )
  return performance.now() - started
}

type Asked = ReadAhead['asked']
const NOTHING = { ms: 0, changed: 0, turns: [0], bytes: 0 }

async function engine({ plays, inventory, targets }: Plan, asked?: Asked): Promise<typeof NOTHING & { asked: Asked }> {
  const tally = new Tally()
  const ahead = new ReadAhead(asked)
  const started = performance.now()
  const forks = targets.length
  const outcome = await runPlays(plays, inventory, {
    mode: 'apply', diff: false, forks, ahead, tags: { tags: [], skip: [] }, stop: new Stop(),
    emit: (event) => tally.add(event),
    open: linkOpener({ forks, tags: { tags: [], skip: [] }, output: 'plain', lockWait: 0, acceptNew: false, env }, { mode: 'apply', command: 'bench' }),
  })
  const ms = performance.now() - started
  const recap = tally.recap('apply', Math.round(ms), { detailedExitcode: false, traffic: outcome.traffic })
  if (recap.exit !== 0) throw new Error(`a run ended with ${recap.exit}`)
  const hosts = Object.values(recap.hosts)
  return { ms, changed: recap.changed, turns: hosts.map(({ roundTrips }) => roundTrips), bytes: Math.max(...hosts.map(({ bytesSent }) => bytesSent)), asked: ahead.asked }
}
