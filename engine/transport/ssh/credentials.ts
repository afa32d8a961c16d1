import { join } from 'node:path'
import type { BaseAgent, ParsedKey } from 'ssh2'
import type { Secret } from '../../values/secret.ts'
import type { LinkError } from '../connection.ts'
import { agentKeys, type AgentKey } from './agent.ts'
import { readPrivateKey, type KeyProblem } from './private-key.ts'

/** Something to log in with. The label is for messages. */
export type Credential =
  | { readonly kind: 'key'; readonly label: string; readonly key: ParsedKey }
  | { readonly kind: 'agent'; readonly label: string; readonly agent: BaseAgent<ParsedKey> }
  | { readonly kind: 'password'; readonly label: string; readonly password: Secret }

export interface CredentialWish {
  /** Asked for by name: it must be usable, and no other key is offered. */
  readonly keyFile?: string
  /** From ssh_config; empty is OpenSSH's default files. Those that cannot be used are passed over. */
  readonly identityFiles: readonly string[]
  readonly identitiesOnly: boolean
  readonly agentSocket?: string
  readonly password?: Secret
  readonly passphrase?: Secret
  readonly home: string
}

/** sshd ends the connection at the sixth refusal (MaxAuthTries 6): we stop before. A password is two tries, as `password` and as `keyboard-interactive`. */
const MOST_TRIES = 5

/**
 * Collects what can be used to log in, in the order in which it is tried: keys, keys of the agent, password. Touches local files and the agent's socket only.
 * `notes` tell what was passed over.
 */
export async function findCredentials(wish: CredentialWish): Promise<{ ok: true; credentials: Credential[]; notes: string[] } | { ok: false; error: LinkError }> {
  const notes: string[] = []
  const agent = await keysOfAgent(wish, notes)
  const keys: Credential[] = []
  const seen: Buffer[] = []

  for (const file of keyFiles(wish)) {
    const read = await readPrivateKey(file, wish.passphrase)
    if (!('kind' in read)) {
      keys.push({ kind: 'key', label: `key ${file}`, key: read })
      seen.push(read.getPublicSSH())
      continue
    }
    const held = agent.find(({ publicKey }) => read.publicKey?.equals(publicKey))
    if (held !== undefined) {
      keys.push({ kind: 'agent', label: `key ${file} held by the agent`, agent: held.agent })
      seen.push(held.publicKey)
    } else if (wish.keyFile !== undefined) {
      return { ok: false, error: localKey(read) }
    } else if (read.kind !== 'missing' || wish.identityFiles.length > 0) {
      notes.push(read.message)
    }
  }
  if (wish.keyFile === undefined && !wish.identitiesOnly) {
    const others = agent.filter(({ publicKey }) => !seen.some((one) => one.equals(publicKey)))
    keys.push(...others.map(({ agent, comment }): Credential => ({ kind: 'agent', label: `agent key ${JSON.stringify(comment)}`, agent })))
  }

  const { password } = wish
  const room = MOST_TRIES - (password === undefined ? 0 : 2)
  if (keys.length > room) notes.push(`${keys.length - room} more keys were not tried: name the right one (the host's key file, or IdentityFile with IdentitiesOnly)`)
  const credentials = [...keys.slice(0, room), ...(password === undefined ? [] : [{ kind: 'password' as const, label: 'the password', password }])]
  if (credentials.length > 0) return { ok: true, credentials, notes }
  const message = ['there is nothing to log in with: no key, no agent key and no password', ...notes].join('; ')
  return { ok: false, error: { reason: 'local-key', message, hint: 'name a key file for the host, or load a key into the ssh agent (ssh-add)' } }
}

function keyFiles({ keyFile, identityFiles, home }: CredentialWish): readonly string[] {
  if (keyFile !== undefined) return [keyFile]
  if (identityFiles.length > 0) return [...new Set(identityFiles)]
  return ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(home, '.ssh', name))
}

async function keysOfAgent({ agentSocket }: CredentialWish, notes: string[]): Promise<AgentKey[]> {
  if (agentSocket === undefined || agentSocket === '') return []
  const keys = await agentKeys(agentSocket)
  if (typeof keys !== 'string') return keys
  notes.push(keys)
  return []
}

function localKey({ message, hint }: KeyProblem): LinkError {
  return { reason: 'local-key', message, ...(hint === undefined ? {} : { hint }) }
}
