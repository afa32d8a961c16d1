import { codeOf } from '../../values/error-code.ts'
import type { LinkError } from '../connection.ts'

/** What to do about each, where the place that found it knows nothing better. */
const HINTS: Record<LinkError['reason'], string> = {
  refused: 'is the host up, is sshd running, are address and port right, does a firewall reject us?',
  'no-route': 'is the address right, is this machine on the network (or VPN) of the host, and is the host up?',
  timeout: 'is the host up, and does a firewall drop what we send?',
  'not-ssh': 'is the port right?',
  'host-key-unknown': 'compare the fingerprint on the console of the host, then add the key to known_hosts',
  'host-key-changed': 'somebody may be listening in: compare the fingerprint on the console of the host',
  'host-key-revoked': 'give the host a new key',
  auth: 'check the user, its authorized_keys, and which key or password is meant for this host; it is not tried again, so that no account is locked',
  'local-key': 'check the key file and its passphrase',
  'no-shell': 'the login shell of the user must be able to run /bin/sh',
  become: 'check the rights of the user in sudoers',
  limit: 'the server limits sessions or connections (MaxSessions, MaxStartups and PerSourcePenalties of sshd_config)',
  lost: 'what the host was doing at that moment is not known: look before trying again',
}

export function linkError(reason: LinkError['reason'], message: string, hint: string = HINTS[reason]): LinkError {
  return { reason, message, hint }
}

/** A server that hangs up before its first word: it may take us a moment later. */
export function turnedAway(label: string): { readonly error: LinkError; readonly again: boolean } {
  const hint = 'too many logins at once (MaxStartups), a ban after failed logins (PerSourcePenalties, fail2ban), or no SSH server at all'
  return { error: linkError('limit', `${label} closes the connection before it has said anything`, hint), again: true }
}

/** A TCP connection that did not come about, and whether trying again may help. */
export function tcpError(label: string, address: string, failure: unknown): { readonly error: LinkError; readonly again: boolean } {
  const code = codeOf(failure, String(failure))
  const final = (reason: LinkError['reason'], why: string, hint?: string) => ({ error: linkError(reason, `${label} cannot be reached: ${why}`, hint), again: false })
  switch (code) {
    case 'ECONNRESET':
      return turnedAway(label)
    case 'ENOTFOUND':
      return final('refused', `there is no host named ${JSON.stringify(address)}`, 'check the name, or give an address')
    case 'EAI_AGAIN':
      return final('refused', `the name server does not answer for ${JSON.stringify(address)}`, 'check the network and resolver of this machine')
    case 'ECONNREFUSED':
      return final('refused', 'nobody listens there (connection refused)')
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return final('no-route', `there is no route to it (${code})`)
    case 'ETIMEDOUT':
      return final('timeout', 'it does not answer')
    case 'EMFILE':
    case 'ENFILE':
      return final('limit', 'this machine has no file descriptors left', 'fewer forks, or a higher ulimit -n')
    default:
      return final('refused', code)
  }
}
