import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createReadStream, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { inHost, initOf } from '../../lab/process.ts'
import { waitUntil } from '../../lab/wait.ts'
import { needs } from './needs.ts'

const STRACE = needs('strace', 'strace')
const WHAT = ['-f', '-qq', '-e', 'trace=execve,execveat', '-e', 'signal=none', '-v', '-s', '100000']

/** Words before a command, so that every program that it starts is written down, with all its words and its environment. */
export const traced = (file: string): string[] => [STRACE, ...WHAT, '--seccomp-bpf', '-o', file]

/** The process that listens on a lab host for new connections. */
export async function sshdOf(host: string): Promise<number> {
  const inside = namespaceOf(initOf(host) ?? 0)
  const [sshd, ...more] = processes().filter((pid) => namespaceOf(pid) === inside && /^sshd: .*listener/.test(textOf(`/proc/${pid}/cmdline`)))
  if (sshd === undefined || more.length > 0) throw new Error(`${host} has ${more.length + 1} sshd`)
  return sshd
}

/** The same for what running processes start from now on; or, of these `calls`, what they and those ask of the kernel. */
export async function traceOf(pids: readonly number[], file: string, calls?: readonly string[]): Promise<{ stop(): Promise<void> }> {
  const what = calls === undefined ? WHAT : ['-f', '-qq', '-y', '-e', `trace=${calls.join()}`, '-e', 'signal=none', '-s', '4096']
  const child = spawn(STRACE, [...what, '-o', file, ...pids.flatMap((pid) => ['-p', String(pid)])], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const end = Date.now() + 10_000
  while (!pids.every((pid) => /TracerPid:\t[1-9]/.test(status(pid)))) {
    if (Date.now() > end) throw new Error(`strace does not attach: ${said}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { stop: () => stopped(child, ended) }
}

/**
 * The same for what sshd on a lab host starts, in half the time: an sshd of its own takes the place of the host's until the trace is stopped, and only what is
 * traced stops a process. The price: whatever it starts can gain no rights by setuid, so there is no sudo.
 */
export async function traceOfNewSshd(host: string, file: string): Promise<{ stop(): Promise<void> }> {
  const init = initOf(host) ?? 0
  const within = (...command: readonly [string, ...string[]]) => {
    const [program, ...words] = inHost(init, command)
    return execFileSync(program, words, { stdio: 'pipe', timeout: 30_000 })
  }
  within('service', 'ssh', 'stop')
  const [strace = '', ...words] = [...traced(file), '-I', '2', ...inHost(init, ['/usr/sbin/sshd', '-D'])]
  const child = spawn(strace, words, { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const listens = async () => (await sshdOf(host).catch(() => undefined)) !== undefined
  await waitUntil(`an sshd on ${host} under strace`, 10, listens)
  return {
    async stop() {
      process.kill(await sshdOf(host), 'SIGTERM')
      await waitUntil(`the end of the sshd on ${host}`, 10, async () => !(await listens())) // without strace it could start nothing any more
      await stopped(child, ended)
      within('service', 'ssh', 'start')
    },
  }
}

const status = (pid: number): string => readFileSync(`/proc/${pid}/status`, 'utf8')

function stopped(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGINT')
  return ended
}

/** The lines of a trace. */
export const traceLines = (file: string): AsyncIterable<string> => createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })

/** Processes as `/proc` shows them, by their number. */
export function processes(): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)
}

/** In which namespace of process numbers it is; undefined when it is gone. */
export function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return undefined
  }
}

/** The words and the environment of a process; empty when it is gone. */
export function wordsOf(pid: number): string {
  return ['cmdline', 'environ'].map((name) => textOf(`/proc/${pid}/${name}`)).join('\0')
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Looks at all processes of these namespaces again and again, until it is stopped. `see` is told the words of each. */
export function watchProcesses(namespaces: ReadonlySet<string>, see: (pid: number, words: string) => void): { stop(): Promise<number> } {
  let over = false
  let rounds = 0
  const done = (async () => {
    for (; !over; rounds++) {
      for (const pid of processes()) if (namespaces.has(namespaceOf(pid) ?? '')) see(pid, wordsOf(pid))
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    return rounds
  })()
  return {
    stop: () => {
      over = true
      return done
    },
  }
}

/** Files below these folders that were changed since another one was, and in which one of the patterns (a file of them) is found. */
export function changedFilesWith(patterns: string, since: string, folders: readonly string[]): string[] {
  const text = 'find "$@" -xdev -type f -cnewer "$hw_since" -print0 2>/dev/null | xargs -0 -r grep -slaF -f "$hw_patterns" --; true'
  const found = execFileSync('sh', ['-c', text, 'sh', ...folders], { encoding: 'utf8', env: { ...process.env, hw_since: since, hw_patterns: patterns, LC_ALL: 'C' }, maxBuffer: 1 << 26, timeout: 60_000 })
  return found.split('\n').filter(Boolean).sort()
}
