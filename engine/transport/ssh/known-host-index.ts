import { createHmac } from 'node:crypto'
import type { KnownHost } from './known-hosts.ts'
import { matchesList } from './pattern.ts'

/**
 * Finds the entries of known_hosts that speak of a name, in their order. A name that stands there as it is costs nothing, however many entries there are;
 * patterns and hashed names have to be tried one by one, once a name.
 */
export class KnownHostIndex {
  readonly #plain = new Map<string, number[]>()
  readonly #tried: number[] = []
  readonly #found = new Map<string, readonly KnownHost[]>()
  readonly #entries: readonly KnownHost[]

  constructor(entries: readonly KnownHost[]) {
    this.#entries = entries
    for (const [position, { names }] of entries.entries()) {
      if (names.kind === 'hashed' || names.patterns.some((pattern) => /[*?!]/.test(pattern))) this.#tried.push(position)
      else for (const name of new Set(names.patterns)) this.#plain.set(name, [...(this.#plain.get(name) ?? []), position])
    }
  }

  for(name: string): readonly KnownHost[] {
    const found = this.#found.get(name) ?? this.#find(name)
    this.#found.set(name, found)
    return found
  }

  #find(name: string): readonly KnownHost[] {
    const positions = [...(this.#plain.get(name) ?? []), ...this.#tried.filter((position) => matches(this.#entries[position], name))]
    return positions.sort((a, b) => a - b).flatMap((position) => this.#entries[position] ?? [])
  }
}

function matches(entry: KnownHost | undefined, name: string): boolean {
  if (entry === undefined) return false
  const { names } = entry
  return names.kind === 'patterns' ? matchesList(names.patterns, name) : hashName(names.salt, name) === names.hash
}

/** A name as it stands hashed in known_hosts, in base64. */
export function hashName(salt: Buffer, name: string): string {
  return createHmac('sha1', salt).update(name).digest('base64')
}
