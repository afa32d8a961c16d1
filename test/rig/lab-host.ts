import { execFileSync } from 'node:child_process'
import type { HostContext } from '../../engine/host/context.ts'
import { Host } from '../../engine/host/host.ts'
import { HostModel } from '../../engine/host/model.ts'
import type { Event, Mode } from '../../engine/report/event.ts'
import type { Task } from '../../engine/tasks/task.ts'
import { connectSsh, type SshSettings } from '../../engine/transport/ssh/connect.ts'
import { ShellLink, type ShellLinkOptions } from '../../engine/transport/shell/link.ts'
import { quoteAll } from '../../engine/values/quote.ts'
import { checkout, clientKey, knownHosts } from '../../lab/paths.ts'
import { inHost, initOf } from '../../lab/process.ts'
import { sshCommand } from '../../lab/ssh.ts'
import { readState } from '../../lab/state.ts'

export interface OpenLab {
  readonly host: Host
  readonly link: ShellLink
  readonly events: Event[]
  /** What the tasks said they did or would do, without times: for comparing check with apply. */
  told(): { task: string; status: string; changes: readonly string[] }[]
  close(): Promise<void>
}

export interface OpenOptions {
  readonly mode?: Mode
  readonly user?: string
  readonly become?: ShellLinkOptions['become']
  readonly diff?: boolean
  /** How long we wait for a host: see there. */
  readonly limits?: Pick<SshSettings, 'connectTimeoutMs' | 'keepaliveMs'> & Pick<ShellLinkOptions, 'patience'>
}

/** A fresh line and a fresh model to a lab host, as a new run would have. */
export async function openLab(name: string, options: OpenOptions = {}): Promise<OpenLab> {
  const link = await openLine(name, options)
  return { ...overLine(name, link, options), close: () => link.close() }
}

/** A line of its own to a lab host; with the host's lock, unless it is for check mode. */
export async function openLine(name: string, { mode = 'apply', user = 'root', become, limits: { patience, ...limits } = {} }: OpenOptions = {}): Promise<ShellLink> {
  const connected = await connectSsh({ host: name, address: addressOf(name), user, privateKeyFile: clientKey, knownHostsFiles: [knownHosts], sshConfigFile: 'none', env: { home: '/root', user: 'root' }, ...limits })
  if (!connected.ok) throw new Error(`${connected.error.reason}: ${connected.error.message}`)
  const opened = await ShellLink.open(connected.connection, { ...(become && { become }), ...(patience !== undefined && { patience }), ...(mode === 'apply' && { lock: { owner: 'test', waitSeconds: 30 } }) })
  if (!opened.ok) throw new Error(`${opened.error.reason}: ${opened.error.message}`)
  return opened.link
}

/** A host that nothing is known of yet, over this line. */
export function overLine(name: string, link: ShellLink, { mode = 'apply', diff = false }: OpenOptions = {}): Omit<OpenLab, 'close'> {
  const events: Event[] = []
  const context: HostContext = {
    host: name, mode, diff, model: new HostModel(), link,
    emit: (event) => events.push(event),
    reconnect: () => Promise.resolve(undefined),
    beside: () => Promise.resolve({ ok: false, error: { reason: 'refused', message: 'there is one line only' } }),
    checkStopped: () => {},
  }
  const services = { selected: () => true, about: () => Promise.resolve({ by: 'test', revision: '' }), store: () => undefined, undone: () => {}, once: <T>(_key: string, _host: string, work: () => Promise<T>) => work(), inventory: () => [], other: () => Promise.reject(new Error('one host only')) }
  const host = new Host({ name, address: addressOf(name), groups: [] }, context, services, 'test', [], { last: Promise.resolve() })
  const told = () => events.flatMap((event) => (event.type === 'task' ? [{ task: event.task, status: event.status, changes: event.changes }] : []))
  return { host, link, events, told }
}

export function addressOf(name: string): string {
  const address = readState().hosts[name]?.address
  if (address === undefined) throw new Error(`lab host ${name} is not up: npm run lab -- up 3`)
  return address
}

/** One batch in a run of its own. */
export async function ensureOn(name: string, tasks: readonly Task[], options: OpenOptions = {}): Promise<ReturnType<OpenLab['told']>> {
  const lab = await openLab(name, options)
  try {
    await lab.host.ensure(...tasks)
    return lab.told()
  } finally {
    await lab.close()
  }
}

/** Makes a lab host as it was when it first came up: nobody's files, containers or releases, all images. */
export function resetHost(name: string): void {
  execFileSync('node_modules/.bin/tsx', ['lab/cli.ts', 'reset', name], { cwd: checkout, timeout: 120_000 })
}

/** Runs a command as root in a lab host, from outside of the engine and of its sshd. @throws with its output when it fails. */
export function onHost(name: string, argv: readonly string[]): string {
  const init = initOf(name)
  if (init === undefined) throw new Error(`lab host ${name} is not up`)
  const [program, ...words] = inHost(init, argv)
  return execFileSync(program, words, { encoding: 'utf8', timeout: 120_000, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** The same as somebody who logs in: whether the host lets root in is seen as well. */
export function overSsh(name: string, argv: readonly string[]): string {
  const [program, ...words] = sshCommand(addressOf(name))
  return execFileSync(program, [...words, quoteAll(argv)], { encoding: 'utf8', timeout: 120_000, stdio: ['ignore', 'pipe', 'pipe'] })
}
