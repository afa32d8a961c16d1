import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { LabError } from './error.ts'
import { healthOf } from './host.ts'
import { down, hostNamed, reset, up } from './lab.ts'
import { hostFolders } from './paths.ts'
import { sshCommand } from './ssh.ts'
import { readState, Shell } from './state.ts'

const usage = `npm run lab -- COMMAND
  up [N] [--sh lab2=busybox,lab3=bash]  bring up lab1 … labN (default 2); again: repair what is broken
  down                                  take all of it away
  status                                what is up
  ssh NAME [COMMAND…]                   log in as root (other users: ssh deploy@NAME)
  root NAME [--upper]                   where its files can be read from here; --upper: only what differs from a fresh host
  reset NAME                            make it fresh again`

/** What was typed is no command of the usage: nothing is done, for `down lab2` would take all of them away. */
class WrongWords extends Error {
  override readonly name = 'WrongWords'
}

/** Returns the exit code. */
async function main([command, ...args]: string[]): Promise<number> {
  switch (command) {
    case 'up': {
      const { words, flags } = read(args, ['sh'])
      const [count = '2', ...more] = words
      if (more.length > 0 || !/^\d+$/.test(count)) throw new WrongWords('up takes a number of hosts')
      await up(Number(count), parseShells(flags.get('sh') ?? ''))
      return status()
    }
    case 'down':
      none(command, args)
      await down()
      return 0
    case 'status':
      none(command, args)
      return status()
    case 'ssh':
      return ssh(args)
    case 'root': {
      const { words, flags } = read(args, ['upper'])
      const name = one(command, words)
      hostNamed(name)
      const { root, upper } = hostFolders(name)
      console.log(flags.has('upper') ? upper : root)
      return 0
    }
    case 'reset':
      await reset(one(command, args))
      return 0
    default:
      console.error(usage)
      return command === undefined || command === '--help' ? 0 : 3
  }
}

/** Prints the table of hosts; 1 when one of them does not answer. */
async function status(): Promise<number> {
  const hosts = Object.entries(readState().hosts)
  if (hosts.length === 0) console.log('no lab host is up')
  const rows = await Promise.all(hosts.map(async ([name, { number, address, sh }]) => ({ name, address, sh, ...(await healthOf(name, number)) })))
  for (const { name, address, sh, init, sshd, docker } of rows) {
    const parts = [name, address, init === undefined ? 'off' : `pid ${init}`, `sshd ${sshd ? 'ok' : 'DEAD'}`, `docker ${docker ? 'ok' : 'DEAD'}`, `sh ${sh}`]
    console.log(parts.map((part, column) => part.padEnd([8, 13, 11, 11, 13, 0][column] ?? 0)).join('').trimEnd())
  }
  return rows.every(({ sshd, docker }) => sshd && docker) ? 0 : 1
}

/** Words and flags: those of these that were given, a switch with ''. */
function read(args: string[], known: readonly (keyof typeof FLAGS)[]): { readonly words: readonly string[]; readonly flags: ReadonlyMap<string, string> } {
  try {
    const options = Object.fromEntries(known.map((name) => [name, { type: FLAGS[name] }]))
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    return { words: positionals, flags: new Map(Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? value : ''])) }
  } catch (error) {
    throw new WrongWords(error instanceof Error ? error.message : String(error))
  }
}

const FLAGS = { sh: 'string', upper: 'boolean' } as const

function none(command: string, words: readonly string[]): void {
  if (words.length > 0) throw new WrongWords(`${command} takes no word: it is about all hosts`)
}

function one(command: string, [name, ...more]: readonly string[]): string {
  if (name === undefined || more.length > 0) throw new WrongWords(`${command} takes the name of one host`)
  return name
}

function ssh([target, ...command]: string[]): number {
  if (target === undefined) throw new WrongWords('ssh takes the name of a host')
  const [user, name] = target.includes('@') ? target.split('@') : ['root', target]
  const [program, ...args] = sshCommand(hostNamed(name ?? '').address, user)
  return spawnSync(program, [...args, ...command], { stdio: 'inherit' }).status ?? 255
}

function parseShells(text: string): Map<string, Shell> {
  const pairs = text.split(',').filter(Boolean).map((pair): [string, Shell] => {
    const [name = '', sh] = pair.split('=')
    const parsed = Shell.safeParse(sh)
    if (!parsed.success) throw new WrongWords(`--sh ${pair}: write HOST=SHELL, where SHELL is ${Shell.options.join(', ')}`)
    return [name, parsed.data]
  })
  return new Map(pairs)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof LabError || error instanceof WrongWords)) throw error
  console.error(`lab: ${error.message.replace(/^lab: /, '')}`)
  if (error instanceof WrongWords) console.error(`\n${usage}`)
  process.exitCode = error instanceof WrongWords ? 3 : 1
}
