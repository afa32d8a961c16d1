/**
 * `npm run bench -- distance`: what a host costs that is far away. One host behind a proxy that adds a round-trip time (rtt: there and back)
 * and counts turns: a batch of a hundred tasks, a role of three hundred written one `await` at a time, and the script by hand. Each first on
 * a fresh host with nothing remembered of it, then again and again. The last result: bench/results/distance.{json,md}.
 *
 *   --rtt 25,100,300               milliseconds
 *   --shapes batch,steps,script    which
 *   --again 2                      how often again
 *   --on lab                       lab1; `light`; or the name of a lab host
 */
import { parseArgs } from 'node:util'
import { connectSsh } from '../engine/transport/ssh/connect.ts'
import { type Far, startFar } from '../lab/far.ts'
import { digits, seconds } from './figures/numbers.ts'
import { keep } from './figures/keep.ts'
import { markdownTable } from './figures/table.ts'
import { behind } from './hosts/behind.ts'
import { hostsOn } from './hosts/choose.ts'
import { scratchFolder } from './hosts/scratch.ts'
import type { Hosts, Target } from './hosts/target.ts'
import type { Field, Ready } from './peers/engine.ts'
import { playbookRun } from './peers/hostwright.ts'
import { script } from './peers/script.ts'
import { items } from './workload/items.ts'

const SHAPES = {
  batch: { title: 'a batch of 100 tasks', prepare: async (field: Field) => playbookRun('batch', field) },
  steps: { title: '300 tasks, one `await` at a time', prepare: async (field: Field) => playbookRun('steps', field) },
  script: { title: 'the script by hand, 100 items', prepare: async (field: Field) => script.prepare(field) },
} as const
type Shape = keyof typeof SHAPES
const isShape = (name: string): name is Shape => Object.hasOwn(SHAPES, name)

/** One run: what it cost from before the process to its end, and how much of it was waiting for an answer. */
interface Trip {
  readonly run: string
  readonly wallMs: number
  readonly startMs: number
  readonly turns: number
  /** Of them, those after the login. */
  readonly afterLogin: number
  readonly bytesUp: number
  readonly changed: number
}

interface Distance {
  readonly shape: Shape
  readonly rtt: number
  readonly trips: readonly Trip[]
}

export async function distance(argv: readonly string[]): Promise<void> {
  const { values: flags } = parseArgs({
    args: [...argv],
    options: { rtt: { type: 'string', default: '25,100,300' }, shapes: { type: 'string', default: Object.keys(SHAPES).join() }, again: { type: 'string', default: '2' }, on: { type: 'string', default: 'lab' } },
  })
  const shapes = flags.shapes.split(',').filter(isShape)
  await using hosts = await hostsOn(flags.on, 1)
  if (shapes.length === 0) throw new Error(`--shapes: there are ${Object.keys(SHAPES).join(', ')}`)
  const found: Distance[] = []
  for (const shape of shapes) {
    for (const rtt of flags.rtt.split(',').map(Number)) {
      found.push({ shape, rtt, trips: await tripsOf(shape, rtt, hosts, Number(flags.again)) })
      console.error(`${shape}, ${rtt} ms: ${found.at(-1)?.trips.map(({ run, wallMs, turns }) => `${run} ${seconds(wallMs)} s in ${turns} turns`).join(', ')}`)
    }
  }
  const result = { when: new Date().toISOString(), hosts: hosts.kind, node: process.version, found }
  keep('distance', result, tables(found))
  console.log(tables(found))
}

async function tripsOf(shape: Shape, rtt: number, hosts: Hosts, again: number): Promise<Trip[]> {
  const [target] = hosts.targets
  if (target === undefined) throw new Error('no host')
  using scratch = scratchFolder()
  await using far = await startFar({ address: target.address, port: target.port, rtt })
  const remote = behind(target, far, scratch.path)
  const login = await loginTurns(far, remote)
  // HOME is new: nothing is remembered of this host.
  const ready = await SHAPES[shape].prepare({ targets: [remote], itemsOf: (host) => items(host), folder: scratch.path })
  if ('missing' in ready) throw new Error(ready.missing)
  await hosts.clean()
  const trips = [await trip('first', ready, far, login)]
  for (let time = 1; time <= again; time++) trips.push(await trip(`again ${time}`, ready, far, login))
  await hosts.clean()
  return trips
}

async function trip(run: string, ready: Ready, far: Far, login: number): Promise<Trip> {
  far.reset()
  const { wallMs, startMs = 0, changed = 0 } = await ready.run()
  const { turns, bytesUp, connections } = far.seen
  if (connections !== 1) throw new Error(`${connections} connections, not one`)
  return { run, wallMs: Math.round(wallMs), startMs, turns, afterLogin: turns - login, bytesUp, changed }
}

/** What logging in costs, and nothing else: the turns of every run begin with these. */
async function loginTurns(far: Far, { name, address, port, user, privateKeyFile, knownHostsFile }: Target): Promise<number> {
  far.reset()
  const connected = await connectSsh({ host: name, address, port, user, privateKeyFile, knownHostsFiles: [knownHostsFile], sshConfigFile: 'none', env: { home: '/nonexistent', user } })
  if (!connected.ok) throw new Error(connected.error.message)
  const { turns } = far.seen
  await connected.connection.close()
  return turns
}

/** A table a shape: a row a distance, and for each run its seconds and its turns. */
function tables(found: readonly Distance[]): string {
  const shapes = [...new Set(found.map(({ shape }) => shape))]
  return shapes
    .map((shape) => {
      const own = found.filter((each) => each.shape === shape)
      const runs = own[0]?.trips.map(({ run }) => run) ?? []
      const head = ['rtt', ...runs.flatMap((run) => [`${run}: turns`, 'after login', 'seconds', 'of them waiting']), 'kB sent again']
      const rows = own.map(({ rtt, trips }) => [
        `${rtt} ms`,
        ...trips.flatMap(({ turns, afterLogin, wallMs }) => [String(turns), String(afterLogin), seconds(wallMs), digits((turns * rtt) / 1000)]),
        digits((trips.at(-1)?.bytesUp ?? 0) / 1000),
      ])
      return `**${SHAPES[shape].title}**\n\n${markdownTable(head, rows)}`
    })
    .join('\n')
}
