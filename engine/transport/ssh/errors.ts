import type { LinkError } from '../connection.ts'
import { failureCode } from './local-file.ts'

/** What to do about each, where the place that found it knows nothing better. */
const HINTS: Record<LinkError['reason'], string> = {
  refused: 'is the host up, is sshd running, are address and port right, does a firewall reject us?',
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

/** A TCP connection that did not come about. */
export function tcpError(label: string, address: string, error: unknown): LinkError {
  const code = failureCode(error)
  switch (code) {
    case 'ENOTFOUND':
      return linkError('refused', `${label} cannot be reached: there is no host named ${JSON.stringify(address)}`, 'check the name, or give an address')
    case 'EAI_AGAIN':
      return linkError('refused', `${label} cannot be reached: the name server does not answer for ${JSON.stringify(address)}`, 'check the network and resolver of this machine')
    case 'ECONNREFUSED':
      return linkError('refused', `${label} cannot be reached: nobody listens there (connection refused)`)
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return linkError('refused', `${label} cannot be reached: there is no route to it (${code})`)
    case 'ETIMEDOUT':
      return linkError('timeout', `${label} does not answer`)
    case 'EMFILE':
    case 'ENFILE':
      return linkError('limit', `${label} cannot be reached: this machine has no file descriptors left`, 'fewer forks, or a higher ulimit -n')
    default:
      return linkError('refused', `${label} cannot be reached (${code})`)
  }
}
