/**
 * `npm run bench -- start`: how long until something is seen, as whole processes: help, the list of tasks, the first packet on its way to a
 * host; with the start of Node and of tsx alone to compare. The source files opened are counted; they do not depend on the machine's mood.
 * tsx finds nothing in its cache but what was put there by these runs. A Node that reads TypeScript itself is taken without tsx too.
 * Needs no lab: whoever takes the first packet is a port of this machine. The last result: bench/results/start.{json,md}.
 *
 *   --rounds 9    of each, after one to warm up
 */
import { execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { type Far, startFar } from '../lab/far.ts'
import { keep } from './figures/keep.ts'
import { median } from './figures/numbers.ts'
import { markdownTable } from './figures/table.ts'
import { scratchFolder } from './hosts/scratch.ts'
import { inventoryOf } from './hosts/target.ts'
import { modulesOf } from './start/modules.ts'
import { timedWell } from './peers/timed.ts'
import { READS_TYPESCRIPT, TSX } from './peers/typescript.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const [NODE, BATCH, BIN] = [process.execPath, here('playbooks/batch.ts'), here('../engine/cli/bin.js')]

interface Start {
  readonly title: string
  readonly argv: readonly [string, ...string[]]
  /** Until the first packet, not until the end: the process fails after it, for nobody answers. */
  readonly packet?: true
}

interface Row {
  readonly title: string
  readonly ms: number
  readonly all: readonly number[]
  readonly modules: number | undefined
}

export async function start(argv: readonly string[]): Promise<void> {
  const { values: flags } = parseArgs({ args: [...argv], options: { rounds: { type: 'string', default: '9' } } })
  using scratch = scratchFolder()
  const folder = scratch.path
  // Nobody listens behind it: a connection is opened, and that is all.
  await using far = await startFar({ address: '127.0.0.1', port: 1, rtt: 0 })
  const starts = startsIn(folder, far)
  const taken = new Map<Start, number[]>(starts.map((each) => [each, []]))
  for (let round = -1; round < Number(flags.rounds); round++)
    for (const [each, all] of taken) {
      const ms = await once(each, folder, far)
      if (round >= 0) all.push(ms)
    }
  const rows: Row[] = []
  for (const [{ title, argv: command, packet }, all] of taken) {
    const modules = await modulesOf(command, { env: envIn(folder), cwd: cwdOf({ packet }, folder) })
    rows.push({ title, ms: Math.round(median(all)), all: all.map(Math.round), modules: modules?.length })
  }
  const table = markdownTable(['until the end of, or until', 'ms', 'source files read'], rows.map(({ title, ms, modules }) => [title, String(ms), modules === undefined ? '–' : String(modules)]))
  keep('start', { when: new Date().toISOString(), node: process.version, cores: cpus().length, rounds: Number(flags.rounds), rows }, table)
  console.log(table)
}

function startsIn(folder: string, far: Far): Start[] {
  const empty = (file: string): string => {
    writeFileSync(join(folder, file), '\n')
    return join(folder, file)
  }
  const inventory = join(folder, 'hosts.yml')
  writeFileSync(inventory, inventoryOf([{ name: 'far', address: far.address, port: far.port, user: 'root', privateKeyFile: keyIn(folder), knownHostsFile: join(folder, 'known_hosts') }]))
  const playbook = (...flags: string[]): [string, ...string[]] => [TSX, BATCH, ...flags]
  return [
    { title: '`node`, an empty file', argv: [NODE, empty('empty.js')] },
    { title: '`tsx`, an empty file', argv: [TSX, empty('empty.ts')] },
    { title: '`tsx playbook.ts --help`', argv: playbook('--help') },
    { title: '`node --import tsx playbook.ts --help`', argv: [NODE, '--import', import.meta.resolve('tsx'), BATCH, '--help'] },
    ...(READS_TYPESCRIPT ? [{ title: '`node playbook.ts --help`', argv: [NODE, BATCH, '--help'] } as const] : []),
    { title: '`hostwright infra --help`', argv: [NODE, BIN, 'infra', '--help'] },
    { title: '`tsx playbook.ts --list-tasks`, 100 tasks', argv: playbook('-i', inventory, '--list-tasks') },
    { title: '`hostwright infra -i staging --list-tasks`', argv: [NODE, BIN, 'infra', '-i', 'staging', '--list-tasks'] },
    { title: '`tsx playbook.ts`: first packet', argv: playbook('-i', inventory), packet: true },
    ...(READS_TYPESCRIPT ? [{ title: '`node playbook.ts`: first packet', argv: [NODE, BATCH, '-i', inventory], packet: true } as const] : []),
  ]
}

const envIn = (folder: string) => ({ HOME: folder, TMPDIR: folder })

/** A run remembers things below where it stands; `hostwright NAME` looks there for playbooks. */
const cwdOf = ({ packet }: { readonly packet?: true | undefined }, folder: string): string => (packet ? folder : here('..'))

async function once({ argv, packet }: Start, folder: string, far: Far): Promise<number> {
  if (packet) return untilPacket(argv, folder, far)
  return (await timedWell(argv, { env: envIn(folder), cwd: cwdOf({ packet }, folder), limit: 120 })).wallMs
}

/** Then it is ended, with all it started: it would try again for seconds, for nobody answers. */
async function untilPacket([command, ...args]: Start['argv'], folder: string, far: Far): Promise<number> {
  far.reset()
  const began = Date.now()
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...envIn(folder) }, stdio: 'ignore', detached: true })
  const ended = new Promise((resolve) => child.on('close', resolve))
  try {
    while (far.seen.firstAt === undefined) {
      if (child.exitCode !== null || Date.now() - began > 60_000) throw new Error(`\`${[command, ...args].join(' ')}\` sent no packet`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return far.seen.firstAt - began
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
    await ended
  }
}

function keyIn(folder: string): string {
  const file = join(folder, 'key')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])
  writeFileSync(join(folder, 'known_hosts'), '')
  return file
}
