import type { Secret } from '../../values/secret.ts'

/** What the inventory says about the way to one host. What it leaves open comes from ssh_config, then from OpenSSH's own defaults. */
export interface SshSettings {
  /** The name in the inventory. It is looked up in known_hosts beside the address. */
  readonly host: string
  /** What would be typed after `ssh`: a name or an address. `Host` blocks of ssh_config are matched against it, as Ansible does. */
  readonly address: string
  /** Default: ssh_config, then 22. */
  readonly port?: number
  /** Default: ssh_config, then `env.user`. */
  readonly user?: string
  /** The key to log in with. Without it: `IdentityFile` of ssh_config, else ~/.ssh/id_ed25519, id_ecdsa and id_rsa. */
  readonly privateKeyFile?: string
  /** For `password` and `keyboard-interactive`, after the keys. It is never given to a bastion. */
  readonly password?: Secret
  /** Opens encrypted key files. */
  readonly passphrase?: Secret
  /** All the known_hosts files to read, in place of ssh_config's and the usual ones. A new key is added to the first. */
  readonly knownHostsFiles?: readonly string[]
  /** Read in place of ~/.ssh/config and /etc/ssh/ssh_config; `none` reads neither. */
  readonly sshConfigFile?: string | 'none'
  /** Takes the key of a host that is in no known_hosts file, and writes it down. A changed or revoked key is refused all the same. Default: false. */
  readonly acceptNew?: boolean
  /** For the TCP connection; handshake and login together may take twice as long. Milliseconds. Default: 10 000. */
  readonly connectTimeoutMs?: number
  /** The server is asked so often whether it is there; when it has left three of these unanswered the line is given up. Milliseconds. Default: 15 000. */
  readonly keepaliveMs?: number
  /** Of the person at the controller. It is passed in: only the cli reads the process environment. */
  readonly env: {
    readonly home: string
    readonly user: string
    /** SSH_AUTH_SOCK. */
    readonly agentSocket?: string
  }
}

export const CONNECT_TIMEOUT_MS = 10_000

/** A dead line is noticed within a minute. Shorter would give up on slow ones. */
export const KEEPALIVE_MS = 15_000
