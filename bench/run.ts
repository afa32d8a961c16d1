/**
 * `npm run bench [-- HOSTS ROUNDS]`: what a run costs above the bare connection. On lab hosts, in turn in one process, so that a machine
 * that is busy for a moment is busy for all: connect and run `true`; a hundred tasks with nothing to change; the same on a fresh host.
 * Round trips are counted, seconds are measured; medians and ratios are what to quote. Results: bench/results/batch.json.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { loadInventory } from '../engine/inventory/load.ts'
import type { Inventory } from '../engine/inventory/types.ts'
import { prepare } from '../engine/playbook/prepare.ts'
import { NO_VARS } from '../engine/inventory/extra.ts'
import { definePlaybook } from '../engine/playbook/playbook.ts'
import { use } from '../engine/playbook/role.ts'
import { runPlays } from '../engine/playbook/run.ts'
import { Stop } from '../engine/playbook/stop.ts'
import { linkOpener } from '../engine/cli/links.ts'
import { Tally } from '../engine/report/tally.ts'
import { connectSsh } from '../engine/transport/ssh/connect.ts'
import { z } from 'zod'
import { bench, ROOT } from './workload.ts'

const HOSTS = Number(process.argv[2] ?? 10)
const ROUNDS = Number(process.argv[3] ?? 7)

const env = { home: '/root', user: 'root' }
execFileSync('node_modules/.bin/tsx', ['lab/cli.ts', 'up', String(HOSTS)], { stdio: 'inherit' })
const loaded = await loadInventory(['lab'], { cwd: '.' })
if (!loaded.ok) throw new Error(loaded.error.map(({ message }) => message).join('\n'))
const inventory = loaded.value
const playbook = definePlaybook({ name: 'bench', doc: '', params: z.strictObject({}), roles: [bench], plays: () => [{ name: 'bench', hosts: 'all', roles: [use(bench)] }] })
const prepared = prepare(playbook, inventory, NO_VARS, { limit: [...inventory.hosts.keys()].slice(0, HOSTS).join(','), allowEmpty: false })
if (!prepared.ok) throw new Error(prepared.error.map(({ message }) => message).join('\n'))
const plays = prepared.value

/** The floor: reach every host, run `true` there, leave. */
async function connectOnly(hosts: Inventory['hosts']): Promise<number> {
  const started = performance.now()
  await Promise.all(
    [...hosts.values()].slice(0, HOSTS).map(async ({ name, connection: { address, user = 'root', privateKeyFile, knownHostsFiles } }) => {
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

async function engine(): Promise<{ ms: number; turns: number[]; changed: number; bytes: number }> {
  const tally = new Tally()
  const started = performance.now()
  const outcome = await runPlays(plays, inventory, {
    mode: 'apply', diff: false, forks: HOSTS, tags: { tags: [], skip: [] }, stop: new Stop(),
    emit: (event) => tally.add(event),
    open: linkOpener({ forks: HOSTS, tags: { tags: [], skip: [] }, output: 'plain', lockWait: 0, acceptNew: false, env }, { mode: 'apply', command: 'bench' }),
  })
  const ms = performance.now() - started
  const recap = tally.recap('apply', Math.round(ms), { detailedExitcode: false, traffic: outcome.traffic })
  if (recap.exit !== 0) throw new Error(`a run ended with ${recap.exit}`)
  const hosts = Object.values(recap.hosts)
  return { ms, changed: recap.changed, turns: hosts.map(({ roundTrips }) => roundTrips), bytes: Math.max(...hosts.map(({ bytesSent }) => bytesSent)) }
}

const clean = () => [...inventory.hosts.keys()].slice(0, HOSTS).forEach((name) => execFileSync('node_modules/.bin/tsx', ['lab/cli.ts', 'ssh', name, 'rm', '-rf', ROOT, '--']))

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const rounds: { connect: number; again: number; fresh: number }[] = []
let again = { turns: [0], bytes: 0 }
let first = { turns: [0], bytes: 0 }
for (let round = -1; round < ROUNDS; round++) {
  clean()
  const fresh = await engine()
  const connect = await connectOnly(inventory.hosts)
  const unchanged = await engine()
  if (fresh.changed !== 100 * HOSTS || unchanged.changed !== 0) throw new Error(`changed ${fresh.changed}, then ${unchanged.changed}`)
  ;[first, again] = [fresh, unchanged]
  if (round >= 0) rounds.push({ connect, again: unchanged.ms, fresh: fresh.ms }) // the first round warms up
}
const result = {
  hosts: HOSTS, tasks: 100, rounds: ROUNDS, node: process.version, cores: cpus().length,
  medianMs: { connect: Math.round(median(rounds.map((r) => r.connect))), nothingToChange: Math.round(median(rounds.map((r) => r.again))), fresh: Math.round(median(rounds.map((r) => r.fresh))) },
  ratioToConnect: Number(median(rounds.map((r) => r.again / r.connect)).toFixed(2)),
  turnsPerHost: { nothingToChange: Math.max(...again.turns), fresh: Math.max(...first.turns) },
  bytesSentPerHost: { nothingToChange: again.bytes, fresh: first.bytes },
}
mkdirSync('bench/results', { recursive: true })
writeFileSync('bench/results/batch.json', `${JSON.stringify(result, null, 2)}\n`)
console.log(JSON.stringify(result, null, 2))
