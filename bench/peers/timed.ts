import { spawn } from 'node:child_process'

export interface Timed {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** From before it was started until it had ended and all it said was heard. */
  readonly wallMs: number
}

/** Runs a process to its end and takes the time. Its environment is ours with HOME and a little more in place of ours. Killed after `limit` seconds. */
export async function timed(argv: readonly [string, ...string[]], { env, cwd, limit = 1800 }: { readonly env: Readonly<Record<string, string>>; readonly cwd: string; readonly limit?: number }): Promise<Timed> {
  const [command, ...args] = argv
  const started = performance.now()
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: limit * 1000, killSignal: 'SIGKILL' })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve(status ?? 128))
  })
  return { code, stdout, stderr, wallMs: performance.now() - started }
}

/** The same where anything but 0 is the end of the bench, with what the process said last. */
export async function timedWell(...[argv, options]: Parameters<typeof timed>): Promise<Timed> {
  const ran = await timed(argv, options)
  if (ran.code !== 0) throw new Error(`\`${argv.join(' ')}\` ended with ${ran.code}:\n${ran.stdout.slice(-2000)}\n${ran.stderr.slice(-2000)}`)
  return ran
}
