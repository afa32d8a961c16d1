import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../../values/error-code.ts'
import { inHome } from '../../values/home.ts'
import { quote } from '../../values/quote.ts'
import type { LinkError } from '../connection.ts'
import { loadSshConfig, type SshConfig } from './config-file.ts'
import { hostConfig, type HostConfig, type JumpSpec } from './config.ts'
import { findCredentials, type Credential } from './credentials.ts'
import type { HostKeyRecord } from './host-key.ts'
import { parseKnownHosts } from './known-hosts.ts'
import { CONNECT_TIMEOUT_MS, KEEPALIVE_MS, type SshSettings } from './settings.ts'

/** One ssh server on the way, with all that is needed to reach it, to recognise it and to log in. */
export interface Hop {
  /** "root@10.0.0.5:22"; a bastion says what it is and for whom. */
  readonly label: string
  readonly address: string
  readonly port: number
  readonly user: string
  readonly hostKey: HostKeyRecord
  readonly credentials: readonly Credential[]
  /** What was passed over among keys and agent: told when the login fails. */
  readonly notes: readonly string[]
  readonly connectTimeoutMs: number
  readonly keepaliveMs: number
}

export interface Route {
  /** Bastions in order, the target last; never empty. */
  readonly hops: readonly Hop[]
  /** "root@10.0.0.5:22" */
  readonly target: string
  /** What was left out of ssh_config and known_hosts. */
  readonly warnings: readonly string[]
}

type Prepared<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: LinkError }

/** More bastions than this is a loop in ssh_config. */
const MOST_HOPS = 8

/** Works out the whole way to a host from files of this machine. Nobody is contacted, but the ssh agent. */
export async function prepareRoute(settings: SshSettings): Promise<Prepared<Route>> {
  const { home } = settings.env
  const config = await loadSshConfig(configFiles(settings), home)
  if (config.problems.length > 0) return wrong(`ssh_config has lines that cannot be followed: ${config.problems.join('; ')}`, 'put them right, or name another file (or none) for this host')

  const stops = findStops(config, settings)
  if (typeof stops === 'string') return wrong(stops, 'see ProxyJump and Host in ssh_config')

  const target = stops.at(-1)
  if (target === undefined) throw new Error('a route has a target')
  const warnings = [...config.warnings]
  const hops: Hop[] = []
  for (const stop of stops) {
    const label = stop === target ? stop.label : `bastion ${stop.label} (on the way to ${target.label})`
    const hop = await prepareHop({ ...stop, label }, stop === target, hops.at(-1), settings)
    if (!hop.ok) return { ok: false, error: { ...hop.error, message: `${label}: ${hop.error.message}` } }
    hops.push(hop.value)
    warnings.push(...hop.value.hostKey.warnings)
  }
  return { ok: true, value: { hops, target: target.label, warnings: [...new Set(warnings)] } }
}

function configFiles({ sshConfigFile, env }: SshSettings): { path: string; required: boolean }[] {
  if (sshConfigFile === 'none') return []
  if (sshConfigFile !== undefined) return [{ path: inHome(sshConfigFile, env.home), required: true }]
  return [join(env.home, '.ssh', 'config'), '/etc/ssh/ssh_config'].map((path) => ({ path, required: false }))
}

interface Stop {
  readonly label: string
  readonly config: HostConfig
  readonly port: number
  readonly user: string
}

/** The target and, before it, the bastions it asks for. A text is what is wrong. */
function findStops(config: SshConfig, settings: SshSettings): Stop[] | string {
  const { address, port, user, env } = settings
  const host = address.replace(/^\[(.*)\]$/, '$1')
  const stops = stopsTo({ host, ...(port === undefined ? {} : { port }), ...(user === undefined ? {} : { user }) })
  if (stops.length > MOST_HOPS) return `ProxyJump leads to ${host} over more than ${MOST_HOPS - 1} bastions: ${stops.map(({ label }) => label).join(', ')}`
  const problems = stops.flatMap((stop) => stop.config.problems)
  return problems.length > 0 ? problems.join('; ') : stops

  /** As OpenSSH: the last jump of a list is reached over those before it, the first one over what ssh_config says for it. */
  function stopsTo(spec: JumpSpec, over?: readonly JumpSpec[], depth = 1): Stop[] {
    const own = hostConfig(config, spec.host, env)
    const user = spec.user ?? own.user ?? env.user
    const port = spec.port ?? own.port ?? 22
    const stop: Stop = { label: `${user}@${own.hostName.includes(':') ? `[${own.hostName}]` : own.hostName}:${port}`, config: own, port, user }
    // `Host *` with ProxyJump is usual: the bastion itself is then meant to be reached directly.
    const jumps = over ?? own.proxyJump.filter((jump) => jump.host !== spec.host)
    const last = jumps.at(-1)
    if (last === undefined || depth > MOST_HOPS) return [stop]
    return [...stopsTo(last, jumps.length > 1 ? jumps.slice(0, -1) : undefined, depth + 1), stop]
  }
}

async function prepareHop(stop: Stop, isTarget: boolean, via: Hop | undefined, settings: SshSettings): Promise<Prepared<Hop>> {
  const { env } = settings
  const known = await readKnownHosts(knownHostsFiles(stop.config, settings))
  if (!known.ok) return known
  const found = await findCredentials({
    ...(isTarget && settings.privateKeyFile !== undefined ? { keyFile: inHome(settings.privateKeyFile, env.home) } : {}),
    ...(isTarget && settings.password !== undefined ? { password: settings.password } : {}),
    ...(settings.passphrase === undefined ? {} : { passphrase: settings.passphrase }),
    ...(env.agentSocket === undefined ? {} : { agentSocket: env.agentSocket }),
    identityFiles: stop.config.identityFiles,
    identitiesOnly: stop.config.identitiesOnly,
    home: env.home,
  })
  if (!found.ok) return found

  const { hostName, hostKeyAlias } = stop.config
  const { label, port, user } = stop
  const secondName = isTarget && hostKeyAlias === undefined && settings.host !== hostName ? { address: settings.host } : {}
  const names = { host: hostKeyAlias ?? hostName, ...secondName, port: hostKeyAlias === undefined ? port : 22 }
  return {
    ok: true,
    value: {
      label,
      address: hostName,
      port,
      user,
      credentials: found.credentials,
      notes: found.notes,
      connectTimeoutMs: settings.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      keepaliveMs: settings.keepaliveMs ?? KEEPALIVE_MS,
      hostKey: { label, names, ...known.value, acceptNew: settings.acceptNew === true, keyscan: keyscan(stop, via, known.value.files[0] ?? join(env.home, '.ssh', 'known_hosts')) },
    },
  }
}

function knownHostsFiles(config: HostConfig, { knownHostsFiles, env }: SshSettings): string[] {
  if (knownHostsFiles !== undefined) return knownHostsFiles.map((file) => inHome(file, env.home))
  const own = config.userKnownHostsFiles ?? [join(env.home, '.ssh', 'known_hosts'), join(env.home, '.ssh', 'known_hosts2')]
  return [...own, '/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']
}

type KnownKeys = Pick<HostKeyRecord, 'entries' | 'files' | 'warnings'>

/** A file that is not there has nothing to say; one that cannot be read might say "revoked", so nobody is contacted. */
async function readKnownHosts(files: readonly string[]): Promise<Prepared<KnownKeys>> {
  const texts: string[] = []
  for (const file of files) {
    try {
      texts.push(await readFile(file, 'utf8'))
    } catch (error) {
      const code = codeOf(error, String(error))
      if (code !== 'ENOENT') return wrong(`the known_hosts file ${file} cannot be read (${code})`, 'without it no host can be told from an impostor: make it readable')
      texts.push('')
    }
  }
  return { ok: true, value: understood(files, texts) }
}

/** What was understood last of these files. A thousand hosts share a thousand lines: to understand them anew for each would take longer than to reach them. */
const lastUnderstood = new Map<string, { readonly texts: readonly string[]; readonly keys: KnownKeys }>()

function understood(files: readonly string[], texts: readonly string[]): KnownKeys {
  const id = files.join('\0')
  const last = lastUnderstood.get(id)
  if (last?.texts.every((text, index) => text === texts[index])) return last.keys
  const parsed = files.map((file, index) => parseKnownHosts(texts[index] ?? '', file))
  const keys = { files, entries: parsed.flatMap(({ entries }) => entries), warnings: parsed.flatMap(({ warnings }) => warnings) }
  lastUnderstood.set(id, { texts, keys })
  return keys
}

function keyscan({ config, port }: Stop, via: Hop | undefined, file: string): string {
  const scan = `ssh-keyscan -p ${port} ${quote(config.hostName)}`
  const there = via === undefined ? scan : `ssh -p ${via.port} ${quote(`${via.user}@${via.address}`)} ${quote(scan)}`
  const renamed = config.hostKeyAlias === undefined ? there : `${there} | sed ${quote(`s/^[^ #]*/${config.hostKeyAlias.replaceAll(/[/&\\]/g, '\\$&')}/`)}`
  return `${renamed} >> ${quote(file)}`
}

function wrong(message: string, hint: string): { readonly ok: false; readonly error: LinkError } {
  return { ok: false, error: { reason: 'local-key', message, hint } }
}
