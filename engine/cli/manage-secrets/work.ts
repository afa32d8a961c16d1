import type { Inventory, InventoryHost } from '../../inventory/types.ts'
import type { Out } from '../../report/sink.ts'
import type { SecretStore, StoreError } from '../../secrets/store.ts'
import type { FlagName, Typed } from '../flags.ts'
import type { Options } from '../options.ts'
import { GaveUp } from './gave-up.ts'

/** Flags that only this command has. */
export type OwnFlag = 'yes' | 'per-key' | 'whole' | 'length'

/** A store, and the chosen hosts whose secrets it keeps. */
export interface UsedStore {
  readonly store: SecretStore
  /** "ssm", "age": what it is, for what differs between them. */
  readonly kind: string
  readonly hosts: readonly string[]
}

export interface Target {
  readonly host: InventoryHost
  /** Where services and apps stand on it. */
  readonly services: string
  readonly apps: string
}

/** What every command works with. */
export interface Work {
  readonly typed: Typed<FlagName | OwnFlag>
  readonly options: Options
  readonly inventory: Inventory
  /** "-i production", for what to type next. */
  readonly given: string
  readonly targets: readonly Target[]
  /** Of the targets; empty for a command that needs none. */
  readonly stores: readonly UsedStore[]
  readonly cwd: string
  /** The command line, as the lock on a host names it. */
  readonly line: string
  readonly out: Out
  /** One line for a person. */
  say(text: string): void
  /** True: go on. With --check nobody is asked, and nothing is done. */
  confirm(question: string): Promise<boolean>
}

/** The targets that keep their secrets in a store. */
export function targetsOf(work: Work, { hosts }: UsedStore): readonly Target[] {
  return work.targets.filter(({ host }) => hosts.includes(host.name))
}

/** The one store that is meant. @throws GaveUp when the chosen hosts have several. */
export function oneStore({ stores }: Work): UsedStore {
  const [first, ...others] = stores
  if (first === undefined || others.length > 0)
    throw new GaveUp(3, [{ message: `the chosen hosts have different stores: ${stores.map(({ store, hosts }) => `${store.title} (${hosts.join(', ')})`).join('; ')}`, hint: 'name hosts of one of them with -l' }])
  return first
}

/** A store gave no answer. */
export function storeFailed({ message, hint }: StoreError, more?: string): GaveUp {
  return new GaveUp(2, [{ message: more === undefined ? message : `${message}; ${more}`, ...(hint !== undefined && { hint }) }])
}
