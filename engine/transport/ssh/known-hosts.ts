import { createHash } from 'node:crypto'
import { hashName, KnownHostIndex } from './known-host-index.ts'

/** One line of a known_hosts file. */
export interface KnownHost {
  readonly names: { readonly kind: 'patterns'; readonly patterns: readonly string[] } | { readonly kind: 'hashed'; readonly salt: Buffer; readonly hash: string }
  readonly marker?: 'revoked' | 'cert-authority'
  readonly type: string
  /** The public key as it goes over the wire. */
  readonly key: Buffer
  readonly file: string
  readonly line: number
}

/** How a host is looked up: by the name it is reached under and, where there is one, by a second name or address. */
export interface HostNames {
  readonly host: string
  readonly address?: string
  readonly port: number
}

export type Verdict = 'match' | 'unknown' | 'changed' | 'revoked'

/**
 * Reads a known_hosts file. A line that cannot be understood is left out and told about: the others still count.
 *
 * @example parseKnownHosts('web1 ssh-ed25519 AAAA…', '~/.ssh/known_hosts').entries.length === 1
 */
export function parseKnownHosts(text: string, file: string): { entries: KnownHost[]; warnings: string[] } {
  const entries: KnownHost[] = []
  const warnings: string[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const fields = raw.trim().split(/[ \t]+/)
    if (fields[0] === undefined || fields[0] === '' || fields[0].startsWith('#')) continue
    const parsed = parseLine(fields)
    if (typeof parsed === 'string') warnings.push(`${file}:${index + 1}: ${parsed}; the line is left out`)
    else entries.push({ ...parsed, file, line: index + 1 })
  }
  return { entries, warnings }
}

function parseLine(fields: readonly string[]): Omit<KnownHost, 'file' | 'line'> | string {
  const [first = ''] = fields
  if (first.startsWith('@') && first !== '@revoked' && first !== '@cert-authority') return `unknown marker ${JSON.stringify(first)}`
  const marker = first === '@revoked' ? 'revoked' : first === '@cert-authority' ? 'cert-authority' : undefined
  const [names, type, base64] = marker === undefined ? fields : fields.slice(1)
  if (names === undefined || type === undefined || base64 === undefined) return 'not "names key-type key"'
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) return 'the key is not base64'
  const key = Buffer.from(base64, 'base64')
  if (keyType(key) !== type) return `the key is not of type ${JSON.stringify(type)}`
  const parsedNames = parseNames(names)
  if (parsedNames === undefined) return 'the hashed name is damaged'
  return { names: parsedNames, type, key, ...(marker === undefined ? {} : { marker }) }
}

function parseNames(names: string): KnownHost['names'] | undefined {
  if (!names.startsWith('|')) return { kind: 'patterns', patterns: names.toLowerCase().split(',') }
  const [, version, salt = '', hash = '', ...rest] = names.split('|')
  const valid = version === '1' && rest.length === 0 && [salt, hash].every((part) => Buffer.from(part, 'base64').length === 20)
  return valid ? { kind: 'hashed', salt: Buffer.from(salt, 'base64'), hash } : undefined
}

/**
 * Whether a host that shows this key is who it says. As OpenSSH judges it: another key for the same name is a changed key, whatever its type;
 * a host on a port of its own may also be known under its bare name, but only to be recognised by it. Stricter in two things:
 * a key revoked for the bare name is revoked on every port, and the second name has its say too (as with CheckHostIP).
 * A certificate authority never matches: certificates are not supported.
 */
export function verdict(entries: readonly KnownHost[], names: HostNames, key: Buffer): Verdict {
  const verdicts = spellings(names).map(({ withPort, bare }): Verdict => {
    const known = entriesFor(entries, withPort)
    const knownBare = entriesFor(entries, bare)
    const same = (entry: KnownHost): boolean => entry.key.equals(key)
    if ([...known, ...knownBare].some((entry) => entry.marker === 'revoked' && same(entry))) return 'revoked'
    const keys = known.filter((entry) => entry.marker === undefined)
    if (keys.length > 0) return keys.some(same) ? 'match' : 'changed'
    return knownBare.some((entry) => entry.marker === undefined && same(entry)) ? 'match' : 'unknown'
  })
  return WORST_FIRST.find((one) => verdicts.includes(one)) ?? 'unknown'
}

const WORST_FIRST: readonly Verdict[] = ['revoked', 'changed', 'match']

/** The keys on record for a host: what a message about a changed key points at. */
export function knownKeys(entries: readonly KnownHost[], names: HostNames): KnownHost[] {
  const found = spellings(names).flatMap(({ withPort, bare }) => {
    const known = entriesFor(entries, withPort).filter((entry) => entry.marker === undefined)
    return known.length > 0 ? known : entriesFor(entries, bare).filter((entry) => entry.marker === undefined)
  })
  return [...new Set(found)]
}

/** The types of those keys, each once. A server is asked for these first: any other would look like a changed key. */
export function knownTypes(entries: readonly KnownHost[], names: HostNames): string[] {
  return [...new Set(knownKeys(entries, names).map((entry) => entry.type))]
}

/** As the name stands in known_hosts: bare on port 22, `[name]:port` elsewhere. */
export function nameWithPort(name: string, port: number): string {
  return port === 22 ? name.toLowerCase() : `[${name.toLowerCase()}]:${port}`
}

function spellings({ host, address, port }: HostNames): { withPort: string; bare: string }[] {
  const names = new Set([host.toLowerCase(), ...(address === undefined ? [] : [address.toLowerCase()])])
  return [...names].map((bare) => ({ withPort: nameWithPort(bare, port), bare }))
}

function entriesFor(entries: readonly KnownHost[], name: string): readonly KnownHost[] {
  const index = indices.get(entries) ?? new KnownHostIndex(entries)
  indices.set(entries, index)
  return index.for(name)
}

/** Many hosts are looked up in the same entries, each more than once. */
const indices = new WeakMap<readonly KnownHost[], KnownHostIndex>()

/** A name as `HashKnownHosts` writes it. */
export function hashedName(salt: Buffer, name: string): string {
  return `|1|${salt.toString('base64')}|${hashName(salt, name)}`
}

/** The type a public key says it has; undefined when it is no key. */
export function keyType(key: Buffer): string | undefined {
  if (key.length < 4) return undefined
  const length = key.readUInt32BE(0)
  return length > 0 && length <= 64 && key.length >= 4 + length ? key.toString('latin1', 4, 4 + length) : undefined
}

/** As `ssh-keygen -l` prints it: "SHA256:…". */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}
