import type { Connection, LinkError } from '../connection.ts'
import { sshConnection } from './connection.ts'
import type { Session } from './handshake.ts'
import { reach } from './reach.ts'
import { prepareRoute } from './route.ts'
import type { SshSettings } from './settings.ts'
import { loadSsh2 } from './ssh2.ts'
import { openTcp, openThrough } from './stream.ts'

export type { SshSettings } from './settings.ts'

/** `warnings` are lines of ssh_config and known_hosts that were left out. */
export type Connected = { readonly ok: true; readonly connection: Connection; readonly warnings: readonly string[] } | { readonly ok: false; readonly error: LinkError }

/**
 * Connects to a host over SSH, through the bastions ssh_config names. Every server on the way must show a key that known_hosts has for it.
 * Never rejects; takes at most about three times `connectTimeoutMs` a hop (more only where a server turns us away and is tried again).
 *
 * @example
 * const connected = await connectSsh({ host: 'web1', address: '10.0.0.5', user: 'root', env: { home: '/root', user: 'root' } })
 * if (connected.ok) await connected.connection.start('exec /bin/sh')
 */
export async function connectSsh(settings: SshSettings): Promise<Connected> {
  const route = await prepareRoute(settings)
  if (!route.ok) return route
  const sessions: Session[] = []
  for (const hop of route.value.hops) {
    const before = sessions.at(-1)
    const reached = await reach(hop, () => (before === undefined ? openTcp(hop) : openThrough(before.client, before.label, hop)))
    if (!reached.ok) {
      for (const session of sessions.toReversed()) await session.end()
      return reached
    }
    sessions.push(reached.session)
    if (sessions.length === route.value.hops.length) {
      const connection = sshConnection(sessions, reached.session, 2 * hop.connectTimeoutMs)
      return { ok: true, connection, warnings: route.value.warnings }
    }
  }
  throw new Error('a route has a target')
}

/**
 * What is wrong with the set-up on this side: a missing key file, a wrong passphrase, an unreadable known_hosts, a line of ssh_config.
 * Nobody is contacted, but the ssh agent. Where nothing is: who logs in there.
 */
export async function checkSshSettings(settings: SshSettings): Promise<{ readonly error: LinkError } | { readonly user: string }> {
  // It will be needed in a moment, and takes longest to load: not while hosts wait.
  const [route] = await Promise.all([prepareRoute(settings), loadSsh2()])
  return route.ok ? { user: route.value.hops.at(-1)?.user ?? settings.env.user } : { error: route.error }
}
