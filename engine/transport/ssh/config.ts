import { isIP } from 'node:net'
import { inHome } from '../../values/home.ts'
import type { Directive, SshConfig } from './config-file.ts'
import { matchesList } from './pattern.ts'

/** What ssh_config says about one host. The first value counts, as in OpenSSH; identity files add up. */
export interface HostConfig {
  readonly hostName: string
  readonly port?: number
  readonly user?: string
  readonly identityFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** Hops in order, nearest first; empty is direct. */
  readonly proxyJump: readonly JumpSpec[]
  readonly userKnownHostsFiles?: readonly string[]
  readonly hostKeyAlias?: string
  /** What is set for this host and cannot be followed: connecting all the same would be connecting somewhere else. */
  readonly problems: readonly string[]
}

export interface JumpSpec {
  readonly host: string
  readonly user?: string
  readonly port?: number
}

export interface Person {
  readonly home: string
  readonly user: string
}

/**
 * The settings for `name`, as `ssh name` would find them (compare `ssh -G name`).
 * `%h %n %p %r %u %d %%` are replaced where OpenSSH replaces them; other tokens are a problem, not a guess.
 */
export function hostConfig(config: SshConfig, name: string, person: Person): HostConfig {
  const problems: string[] = []
  const mine = config.directives.filter(({ under }) => under.every((patterns) => matchesList(patterns, name)))
  const first = (keyword: string): Directive | undefined => mine.find((directive) => directive.keyword === keyword)
  const value = (keyword: string): string | undefined => first(keyword)?.values[0]

  const hostName = expand(value('hostname') ?? name, { h: name }, first('hostname'))
  const port = portOf(first('port'))
  const user = value('user')
  const tokens = { h: hostName, n: name, p: String(port ?? 22), r: user ?? person.user, u: person.user, d: person.home }
  const path = (text: string, directive: Directive): string => inHome(expand(text, tokens, directive), person.home)

  const identities = mine.filter(({ keyword }) => keyword === 'identityfile').flatMap((directive) => directive.values.slice(0, 1).map((file) => path(file, directive)))
  const knownHosts = first('userknownhostsfile')
  const alias = value('hostkeyalias')
  const proxyCommand = proxy('proxycommand')
  if (proxyCommand !== undefined) problems.push(`${proxyCommand.where}: ProxyCommand is set for ${name}: commands of ssh_config are not run, ProxyJump is supported`)

  return {
    hostName,
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    identityFiles: identities.filter((file) => file !== 'none'),
    identitiesOnly: value('identitiesonly')?.toLowerCase() === 'yes',
    proxyJump: jumps(proxy('proxyjump')),
    ...(knownHosts === undefined ? {} : { userKnownHostsFiles: knownHosts.values.filter((file) => file !== 'none').map((file) => path(file, knownHosts)) }),
    ...(alias === undefined ? {} : { hostKeyAlias: alias }),
    problems,
  }

  /** Of ProxyJump and ProxyCommand the one that stands first counts; `none` turns both off. */
  function proxy(keyword: 'proxyjump' | 'proxycommand'): Directive | undefined {
    const chosen = mine.find((directive) => directive.keyword === 'proxyjump' || directive.keyword === 'proxycommand')
    return chosen?.keyword === keyword && chosen.values[0]?.toLowerCase() !== 'none' ? chosen : undefined
  }

  function jumps(directive: Directive | undefined): JumpSpec[] {
    if (directive === undefined) return []
    return (directive.values[0] ?? '').split(',').flatMap((text) => {
      const spec = parseJump(text.trim())
      if (spec === undefined) problems.push(`${directive.where}: ${JSON.stringify(text)} is no jump host ([user@]host[:port])`)
      return spec ?? []
    })
  }

  function portOf(directive: Directive | undefined): number | undefined {
    if (directive === undefined) return undefined
    const port = parsePort(directive.values[0] ?? '')
    if (port === undefined) problems.push(`${directive.where}: Port ${JSON.stringify(directive.values[0] ?? '')} is no port number`)
    return port
  }

  function expand(text: string, tokens: Readonly<Record<string, string>>, directive: Directive | undefined): string {
    return text.replace(/%(.?)/gs, (whole, letter: string) => {
      if (letter === '%') return '%'
      const known = Object.hasOwn(tokens, letter) ? tokens[letter] : undefined
      // A zone id ("fe80::1%eth0") is part of an address, not a token.
      if (known === undefined && isIP(text) === 0) problems.push(`${directive?.where ?? name}: ${JSON.stringify(whole)} in ${JSON.stringify(text)} is not supported`)
      return known ?? whole
    })
  }
}

/** `[user@]host[:port]`, `[user@][v6]:port` or `ssh://…`. */
export function parseJump(text: string): JumpSpec | undefined {
  const match = /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^@:[\]]+|[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*))(?::(\d+))?\/?$/.exec(text)
  if (match === null) return undefined
  const [, user, v6, plain, digits] = match
  const host = v6 ?? plain
  const port = digits === undefined ? undefined : parsePort(digits)
  if (host === undefined || host.startsWith('-') || (digits !== undefined && port === undefined)) return undefined
  return { host, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) }
}

function parsePort(text: string): number | undefined {
  const port = Number(text)
  return /^\d+$/.test(text) && port >= 1 && port <= 65_535 ? port : undefined
}
