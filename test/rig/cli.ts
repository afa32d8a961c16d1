import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Event, Recap } from '../../engine/report/event.ts'

export interface CliRun {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** With `--output json`. */
  readonly events: readonly Event[]
  readonly recap: Recap | undefined
  /** host, task and changes of every task that did or would do something: what check and apply must agree on. */
  readonly changes: readonly string[]
}

/** Runs a playbook as a user does, as a process of its own. Ended after `seconds`. */
export function playbook(name: string, args: readonly string[], seconds = 300): Promise<CliRun> {
  return run(['playbooks/' + name + '.ts', ...args, '--output', 'json'], seconds)
}

const checkout = fileURLToPath(new URL('../..', import.meta.url))

/**
 * How a run is started, as a user starts it: with tsx, without its process that only waits for another one (a sixth of the time of a short run). Or with
 * the Node of `HOSTWRIGHT_TEST_NODE`, one that reads TypeScript itself, and `hostwright`'s memory of what it compiled.
 */
export const START: readonly [string, ...string[]] = [
  process.env['HOSTWRIGHT_TEST_NODE'] ?? process.execPath,
  '--import',
  process.env['HOSTWRIGHT_TEST_NODE'] === undefined ? import.meta.resolve('tsx') : new URL('../../engine/cli/boot.js', import.meta.url).href,
]

/** Runs these words in the checkout, or in another folder; `under`: a command with its words that runs it, such as strace. */
export function run(words: readonly string[], seconds = 300, under: readonly string[] = [], cwd = checkout): Promise<CliRun> {
  const [program = '', ...all] = [...under, ...START, ...words]
  return new Promise((resolve, reject) => {
    const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'pipe'], cwd, timeout: seconds * 1000, killSignal: 'SIGKILL' })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const events = stdout.split('\n').flatMap(parsed)
      const changes = events.flatMap((event) => (event.type === 'task' && event.changes.length > 0 ? [`${event.host} ${event.role} ${event.task}: ${event.changes.join('; ')}`] : []))
      const last = events.at(-1)
      resolve({ code: code ?? (signal === null ? 0 : 137), stdout, stderr, events, changes, recap: last?.type === 'recap' ? last : undefined })
    })
  })
}

/**
 * Runs a playbook with these words and `--output json` in a process group of its own, and ends the group with SIGKILL once a command on a host
 * prints a line that begins so. `under`: a command with its words that runs it. Resolves with what it had printed.
 */
export function killedAt(beginning: string, words: readonly string[], under: readonly string[] = []): Promise<string> {
  const [program = '', ...all] = [...under, ...START, ...words, '--output', 'json']
  return new Promise((resolve, reject) => {
    const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'ignore'], cwd: new URL('../..', import.meta.url), detached: true, timeout: 120_000 })
    let heard = ''
    let killed = false
    child.stdout.on('data', (chunk: Buffer) => {
      heard += chunk.toString()
      if (killed || !new RegExp(String.raw`"type":"output".*"text":"(?:(?:[^"\\]|\\.)*\\n)?${beginning}`).test(heard)) return
      killed = true
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    })
    child.on('error', reject)
    child.on('close', () => (killed ? resolve(heard) : reject(new Error(`it never said "${beginning}": ${heard.slice(-2000)}`))))
  })
}

function parsed(line: string): Event[] {
  if (!line.startsWith('{')) return []
  const event: Event = JSON.parse(line)
  return [event]
}
