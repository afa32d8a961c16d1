import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { spawn, type ChildProcess } from 'node:child_process'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { run, START, type CliRun } from '../rig/cli.ts'

/** A directory of this test file, gone at its end. */
export const folder = mkdtempSync(join(tmpdir(), 'hw-cli-'))
after(() => {
  rmSync(folder, { recursive: true, force: true })
  // What is kept for --resume, of the inventories that lay there.
  const journals = fileURLToPath(new URL('../../.hostwright', import.meta.url))
  const own = existsSync(journals) ? readdirSync(journals).filter((name) => name.includes(basename(folder))) : []
  for (const name of own) rmSync(join(journals, name))
})

export function put(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

/** This machine under the name "here"; and one that nobody answers for. */
export const here = put('here.yml', 'all:\n  hosts:\n    here: { ansible_connection: local }\n')
export const closed = put('closed.yml', 'all:\n  hosts:\n    closed: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_user: nobody, ansible_password: wrong-horse }\n')

let dirs = 0
/** A place that is not there yet. */
export const fresh = (): string => join(folder, `work-${++dirs}`)

/** Runs test/playbooks/tiny.ts as a user does. Other tests may work on this machine too: for its lock we wait. */
export const tiny = (...args: readonly string[]): Promise<CliRun> => run(['test/playbooks/tiny.ts', ...args], 60)
export const onHere = (dir: string, ...args: readonly string[]): Promise<CliRun> => tiny('-i', here, '-e', `dir=${dir}`, '--lock-wait', '50', ...args)

/** A run that is still at work. `detached`: in a process group of its own, that can be killed with all that is in it. */
export function start(args: readonly string[], detached = false): { child: ChildProcess; ended: Promise<{ code: number | null; text: string }>; text(): string } {
  const [program, ...words] = [...START, 'test/playbooks/tiny.ts', ...args]
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], cwd: new URL('../..', import.meta.url), timeout: 60_000, killSignal: 'SIGKILL', detached })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = new Promise<{ code: number | null; text: string }>((resolve) => child.on('close', (code) => resolve({ code, text })))
  return { child, ended, text: () => text }
}
