import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { namespaceOf } from '../../lab/network.ts'
import { clientKey, knownHosts } from '../../lab/paths.ts'
import { readState } from '../../lab/state.ts'
import { traceOf } from './trace.ts'

/** Writes down every program that the SSH server of a lab host starts, with its words and its environment, until it is disposed of. */
export async function watchHost(name: string, file: string): Promise<AsyncDisposable> {
  const pids = execFileSync('ip', ['netns', 'pids', namespaceOf(name)], { encoding: 'utf8' }).split('\n').filter(Boolean).map(Number)
  const trace = await traceOf(pids.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sshd')).slice(0, 1), file)
  return { [Symbol.asyncDispose]: () => trace.stop() }
}

export interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Starts a command and lets this process go on answering meanwhile; what it is to read is given at once. */
export function started(argv: readonly string[], input = '', seconds = 100, env: Readonly<Record<string, string>> = {}): Promise<Said> {
  const [program = '', ...words] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: 'pipe', timeout: seconds * 1000, killSignal: 'SIGKILL', cwd: new URL('../..', import.meta.url), env: { ...process.env, ...env } })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.stdin.on('error', () => {})
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 137, stdout, stderr }))
    child.stdin.end(input)
  })
}

/** A command line on a lab host over plain ssh; with a terminal, what is typed comes from `input`. */
export function overSsh(name: string, line: string, { input = '', terminal = false } = {}): Promise<Said> {
  const address = readState().hosts[name]?.address ?? ''
  return started(['ssh', ...(terminal ? ['-tt'] : []), '-i', clientKey, '-o', `UserKnownHostsFile=${knownHosts}`, '-o', 'StrictHostKeyChecking=yes', '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR', `root@${address}`, line], input)
}
