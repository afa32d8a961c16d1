import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { codeOf } from '../../values/error-code.ts'
import { quote } from '../../values/quote.ts'
import { unreachable } from '../../values/unreachable.ts'
import type { LinkError } from '../connection.ts'
import { fingerprint, hashedName, keyType, knownKeys, nameWithPort, parseKnownHosts, verdict, type HostNames, type KnownHost } from './known-hosts.ts'

/** What is on record about the keys of one host, read before it is contacted. */
export interface HostKeyRecord {
  /** "root@10.0.0.5:22", or a bastion named as such. */
  readonly label: string
  readonly names: HostNames
  readonly entries: readonly KnownHost[]
  /** Where they came from; a new key is written to the first. */
  readonly files: readonly string[]
  readonly warnings: readonly string[]
  readonly acceptNew: boolean
  /** What to type to see the host's keys: it differs behind a bastion. */
  readonly keyscan: string
}

/** The one that decides about a host's key, at the first handshake and at every rekey. */
export interface HostKeyJudge {
  /** For ssh2's `hostVerifier`. */
  readonly verify: (key: Buffer) => boolean
  /** Why it said no. */
  problem(): LinkError | undefined
  /** To be called once the server has proved that the key is its own: writes a new key down, where that is wished. False: it could not. */
  remember(): boolean
}

/**
 * A verifier that cannot fail open. ssh2 takes everything but a literal `false` for a yes, a promise and undefined included; here everything but a
 * literal `true` given at once is a no. (An answer on a later tick would also break the connection at a rekey.)
 */
export function strictVerifier(decide: (key: Buffer) => boolean): (key: Buffer) => boolean {
  return (key) => {
    try {
      const answer: unknown = decide(key)
      return answer === true
    } catch {
      return false
    }
  }
}

export function hostKeyJudge(record: HostKeyRecord): HostKeyJudge {
  let problem: LinkError | undefined
  let accepted: Buffer | undefined

  return {
    verify: strictVerifier((key) => {
      if (accepted !== undefined && accepted.equals(key)) return true
      problem = undefined
      const found = verdict(record.entries, record.names, key)
      if (found === 'match') return true
      if (found === 'unknown' && record.acceptNew && accepted === undefined) {
        accepted = key
        return true
      }
      problem = found === 'unknown' && accepted !== undefined ? anotherKey(record, key, accepted) : refusal(found, record, key)
      return false
    }),
    problem: () => problem,
    remember() {
      if (accepted === undefined) return true
      problem = writeDown(record, accepted)
      return problem === undefined
    },
  }
}

/** Adds the key as OpenSSH does: a line at the end, the name hashed where the file's others are. Looks again first: another run may have been quicker. */
function writeDown(record: HostKeyRecord, key: Buffer): LinkError | undefined {
  const file = record.files[0]
  const type = keyType(key)
  if (file === undefined || type === undefined) return unwritable(record, key, 'no known_hosts file is set')
  if (!PLAIN_NAME.test(record.names.host)) return unwritable(record, key, `${JSON.stringify(record.names.host)} is no name for a known_hosts file`)
  try {
    const text = readIfThere(file)
    const { entries } = parseKnownHosts(text, file)
    const found = verdict(entries, record.names, key)
    if (found === 'match') return undefined
    if (found !== 'unknown') return refusal(found, { ...record, entries }, key)
    const name = nameWithPort(record.names.host, record.names.port)
    const shown = entries.some(({ names }) => names.kind === 'hashed') ? hashedName(randomBytes(20), name) : name
    if (!existsSync(dirname(file))) mkdirSync(dirname(file), { mode: 0o700 })
    appendFileSync(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}${shown} ${type} ${key.toString('base64')}\n`, { mode: 0o600, flush: true })
    return undefined
  } catch (error) {
    return unwritable(record, key, `${file} cannot be written (${codeOf(error, String(error))})`)
  }
}

/** A comma, a wildcard or a space would make the line speak for other hosts. */
const PLAIN_NAME = /^[A-Za-z0-9_.:%-]+$/

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ''
    throw error
  }
}

function refusal(found: 'unknown' | 'changed' | 'revoked' | 'match', record: HostKeyRecord, key: Buffer): LinkError {
  const shown = `${keyType(key) ?? 'key'} ${fingerprint(key)}`
  switch (found) {
    case 'unknown':
      return {
        reason: 'host-key-unknown',
        message: `the host key of ${record.label} is not known: it shows ${shown}`,
        hint: [
          `compare that fingerprint with the host's own (on its console: ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then accept it: ${record.keyscan}`,
          ...record.warnings,
        ].join('\n'),
      }
    case 'changed': {
      const known = knownKeys(record.entries, record.names)
      const list = known.map((entry) => `${entry.type} ${fingerprint(entry.key)} (${entry.file}:${entry.line})`).join(', ')
      return {
        reason: 'host-key-changed',
        message: `the host key of ${record.label} has CHANGED: it shows ${shown}, on record is ${list}`,
        hint: `somebody may be listening in. Only if you know that the host was set up anew: compare the fingerprint, then ${[...new Set(known.map(({ file }) => file))]
          .map((file) => `ssh-keygen -R ${quote(nameWithPort(record.names.host, record.names.port))} -f ${quote(file)}`)
          .join(' and ')}, then ${record.keyscan}`,
      }
    }
    case 'revoked':
      return {
        reason: 'host-key-revoked',
        message: `the host key of ${record.label} is revoked: it shows ${shown}, which known_hosts marks @revoked`,
        hint: 'a revoked key is refused under every setting: give the host a new key',
      }
    case 'match':
      throw new Error('a matching key is not refused')
    default:
      return unreachable(found)
  }
}

function anotherKey(record: HostKeyRecord, key: Buffer, before: Buffer): LinkError {
  return {
    reason: 'host-key-changed',
    message: `the host key of ${record.label} has CHANGED while connected: it shows ${fingerprint(key)}, a moment ago it was ${fingerprint(before)}`,
    hint: 'somebody may be listening in',
  }
}

function unwritable(record: HostKeyRecord, key: Buffer, why: string): LinkError {
  return {
    reason: 'host-key-unknown',
    message: `the new host key of ${record.label} (${fingerprint(key)}) cannot be written down: ${why}`,
    hint: 'a key that is not written down would be taken on trust again the next time',
  }
}
