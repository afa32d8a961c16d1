import type { Diagnostic, Place } from '../diagnostic/diagnostic.ts'
import type { Secret } from '../values/secret.ts'
import type { LocatedMap } from './located.ts'

/** The hosts that an operator has, the groups they are in, and what was said about them. Checked: every name is known and every place is kept. */
export interface Inventory {
  /** By name, in the order in which the sources first name them. */
  readonly hosts: ReadonlyMap<string, InventoryHost>
  /** By name. "all" and "ungrouped" are always there. */
  readonly groups: ReadonlyMap<string, InventoryGroup>
  /** The files (and host lists) that were read, as a person would name them. */
  readonly sources: readonly string[]
  /** What is not wrong but worth a look. To be printed; nothing stops for it. */
  readonly warnings: readonly Diagnostic[]
}

export interface InventoryHost {
  readonly name: string
  /** Every group it is in, parents before children, "all" first. */
  readonly groups: readonly string[]
  readonly connection: ConnectionSettings
  /** What groups, the host itself and `-e` say, in that order of strength. */
  readonly vars: LocatedVars
  /** What `-e` says, alone: it is stronger than what a playbook says at the call. */
  readonly extra: LocatedVars
}

export interface InventoryGroup {
  readonly name: string
  /** Its own and its children's, in inventory order. */
  readonly hosts: readonly string[]
  /** The groups directly within it. */
  readonly children: readonly string[]
}

/** How to reach a host. Paths are absolute. */
export interface ConnectionSettings {
  /** "memory" is made by tests, no inventory says it. */
  readonly kind: 'ssh' | 'local' | 'memory'
  /** A name, an IPv4 or an IPv6 address. The host's name, where nothing else is said. */
  readonly address: string
  readonly port?: number
  readonly user?: string
  readonly privateKeyFile?: string
  readonly knownHostsFiles?: readonly string[]
  readonly become?: boolean
  readonly becomeUser?: string
  readonly becomePassword?: Secret
  readonly password?: Secret
  readonly sshConfigFile?: string
  /** Where the host is named first. */
  readonly at?: Place
}

/** Variables as plain JSON values, with the place that each key came from, so that an error can point there. */
export interface LocatedVars {
  /** Frozen: hosts of the same groups share it. */
  readonly value: Readonly<Record<string, unknown>>
  /** Where the value at a path was written, or the key of the nearest thing above it that is there. */
  place(path: readonly PropertyKey[]): Place | undefined
  /** Where the key at a path was written, or the nearest one above. */
  keyPlace(path: readonly PropertyKey[]): Place | undefined
  /** The files that a variable came from, for an `explain`: "inventory/production/group_vars/all.yml", or "-e". Dots reach inside: "postgres.image". */
  origin(key: string): string
  /** The same with places, for merging. */
  readonly tree: LocatedMap
}
