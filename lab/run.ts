import { spawn } from 'node:child_process'
import { LabError } from './error.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** What the command reads on stdin. Default: nothing. */
  readonly input?: string
  /** Seconds before it is killed. Default 60. */
  readonly limit?: number
  /** Working directory. */
  readonly cwd?: string
}

/** Runs one command, an argv and never a shell string, and returns how it ended, whatever that was. */
export function attempt(argv: readonly [string, ...string[]], { input = '', limit = 60, cwd }: RunOptions = {}): Promise<Ran> {
  const [command, ...args] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'pipe', timeout: limit * 1000, killSignal: 'SIGKILL', ...(cwd === undefined ? {} : { cwd }) })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdin.on('error', () => {}) // it may end without reading; its exit code tells the rest
    child.stdin.end(input)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ code: code ?? 128, stdout, stderr: signal === null ? stderr : `${stderr}(killed by ${signal}, limit ${limit} s)` })
    })
  })
}

/** Runs one command that is expected to succeed and returns its stdout. Throws LabError when it does not. */
export async function run(argv: readonly [string, ...string[]], options?: RunOptions): Promise<string> {
  const ran = await attempt(argv, options)
  if (ran.code !== 0) throw new LabError(`\`${argv.join(' ')}\` ended with ${ran.code}: ${(ran.stderr || ran.stdout).trim()}`)
  return ran.stdout
}
