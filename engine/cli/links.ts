import { hostname } from 'node:os'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import type { InventoryHost } from '../inventory/types.ts'
import type { Opened, OpenLink, OpenOptions, UserOf } from '../playbook/fleet.ts'
import type { Mode } from '../report/event.ts'
import type { Connection } from '../transport/connection.ts'
import type { SshSettings } from '../transport/ssh/connect.ts'
import { ShellLink } from '../transport/shell/link.ts'
import { redact } from '../values/redact.ts'
import type { Secret } from '../values/secret.ts'
import type { Options } from './options.ts'

/** Seconds that a run waits for its own orphan, when the line broke in the middle of a step. */
const ORPHAN_WAIT = 30

/** Seconds that a run waits while what a dead run has changed is put back, when its timer has run out. */
const PUT_BACK_WAIT = 120

/** How the command line reaches hosts: over SSH, or this machine itself; as root by sudo where asked; holding the host's lock when it will change things. */
export function linkOpener(options: Options, run: { readonly mode: Mode; readonly command: string }): OpenLink {
  // It stands in a file on every host.
  const owner = redact(`${options.env.user}@${hostname()}, since ${new Date().toISOString()}: ${run.command}`).slice(0, 300)
  const open = async (host: InventoryHost, how: OpenOptions, { patience = 0, careful = false } = {}): Promise<Opened> => {
    const { become, again, beside, ahead } = how
    const connected = await connect(host, options)
    if (!connected.ok) return connected
    const user = becomes(options, host, become)
    const password = options.becomePassword ?? host.connection.becomePassword
    const opened = await ShellLink.open(connected.connection, {
      ahead,
      ...(user !== undefined && { become: { user, ...(password && { password }) } }),
      ...(run.mode === 'apply' && !beside && { lock: { owner, waitSeconds: Math.max(patience, again ? ORPHAN_WAIT : 0, options.lockWait) } }),
    })
    if (opened.ok) return { ok: true, link: opened.link, warnings: [...connected.warnings, ...opened.link.warnings] }
    if (!careful && 'again' in opened.error) return open(host, how, { patience, careful: true })
    // Waited for once: what is put back then is told by the line that follows.
    if (patience === 0 && 'orphaned' in opened.error && opened.error.orphaned !== undefined) return open(host, how, { patience: opened.error.orphaned + PUT_BACK_WAIT, careful })
    return opened
  }
  return (host, how) => open(host, how)
}

/** Whom a host is worked on as, when that is not whoever logs in. */
function becomes(options: Options, { name, connection }: InventoryHost, become: boolean | undefined): string | undefined {
  if (!(become ?? connection.become ?? false)) return undefined
  const user = options.becomeUser ?? connection.becomeUser ?? 'root'
  const login = connection.kind === 'local' ? options.env.user : (connection.user ?? options.user ?? options.logins?.get(name))
  // Who is root already needs no sudo, and a host may have none.
  return user === login ? undefined : user
}

export const lineUser = (options: Options): UserOf => (host, become) => becomes(options, host, become) ?? ''

type Connected = { readonly ok: true; readonly connection: Connection; readonly warnings: readonly string[] } | Extract<Opened, { ok: false }>

async function connect(host: InventoryHost, options: Options): Promise<Connected> {
  // Loaded when needed: ssh2 and zx are what start-up time is made of.
  if (host.connection.kind === 'local') return { ok: true, connection: (await import('../transport/local/connect.ts')).connectLocal(), warnings: [] }
  const { connectSsh } = await import('../transport/ssh/connect.ts')
  return connectSsh(sshSettings(host, options))
}

/** What the inventory says about the way to a host, with what the flags say where it says nothing. */
function sshSettings({ name, connection }: InventoryHost, options: Options): SshSettings {
  const { port, user = options.user, privateKeyFile = options.privateKey, password = options.password, sshConfigFile = options.sshConfig, knownHostsFiles } = connection
  return {
    host: name,
    address: connection.address,
    env: options.env,
    acceptNew: options.acceptNew,
    ...(port !== undefined && { port }),
    ...(user !== undefined && { user }),
    ...(privateKeyFile !== undefined && { privateKeyFile }),
    ...(password && { password }),
    ...(sshConfigFile !== undefined && { sshConfigFile }),
    ...(knownHostsFiles && { knownHostsFiles }),
  }
}

/**
 * Keys that are missing or cannot be read, known_hosts that cannot be trusted, passwords that sudo cannot read: mistakes here, found before anybody is
 * contacted. And the options with who logs in where: ssh_config may say that, or nobody does.
 */
export async function checkLogins(hosts: readonly InventoryHost[], options: Options): Promise<{ readonly problems: readonly Diagnostic[]; readonly options: Options }> {
  const torn = tornPasswords(hosts, options)
  const ssh = hosts.filter(({ connection }) => connection.kind === 'ssh')
  if (ssh.length === 0) return { problems: torn, options }
  const { checkSshSettings } = await import('../transport/ssh/connect.ts')
  const logins = new Map<string, string>()
  const problems: Diagnostic[] = [...torn]
  const found = await Promise.all(ssh.map(async (host) => ({ host, ...(await checkSshSettings(sshSettings(host, options))) })))
  for (const { host, ...checked } of found) {
    if ('user' in checked) logins.set(host.name, checked.user)
    else problems.push({ message: checked.error.message, ...(checked.error.hint !== undefined && { hint: checked.error.hint }) })
  }
  return { problems, options: { ...options, logins } }
}

/** sudo reads up to the end of a line. What came after it would be the first thing that the shell of root is told, and runs. */
function tornPasswords(hosts: readonly InventoryHost[], options: Options): Diagnostic[] {
  const isTorn = (password: Secret | undefined) => /[\r\n][^\r\n]/.test(password?.reveal() ?? '')
  const [message, hint] = ['the become password has more than one line', 'sudo reads one line, and the shell of root would run the rest']
  if (options.becomePassword) return isTorn(options.becomePassword) ? [{ message, hint }] : []
  return hosts.filter(({ connection }) => isTorn(connection.becomePassword)).map(({ name, connection: { at } }) => ({ message: `${name}: ${message}`, hint, ...(at && { at }) }))
}
