import type { Result } from '../values/result.ts'
import type { Secret } from '../values/secret.ts'

/**
 * Where secrets are kept: a parameter store, encrypted files, a command. A store is asked by the controller, once a run, before any host is
 * contacted; it never talks to a host.
 *
 * Names are paths without a leading slash, as an inventory writes them: "postgres/.env", "shop/DATABASE_URL". What a store puts before them
 * (a prefix of the environment, a directory) is its own business.
 */
export interface SecretStore {
  /** As messages name it: "SSM Parameter Store /production (eu-west-1)". */
  readonly title: string
  /** All of these at once. Never rejects. */
  get(names: readonly string[]): Promise<Result<Snapshot, StoreError>>
  /** Everything below a prefix ("shop/"), or everything. */
  list(prefix?: string): Promise<Result<ReadonlyMap<string, StoredSecret>, StoreError>>
  /** Writes one; what was there becomes an older version, where the store keeps those. A store that cannot be written to says so. */
  put(name: string, value: Secret): Promise<Result<StoredSecret, StoreError>>
}

export interface StoredSecret {
  readonly value: Secret
  /** What the store calls this version; {@link UNVERSIONED} where it has none. Says nothing about the value. */
  readonly version: string
}

/** Of a store that knows no versions: a digest would say something about the value. */
export const UNVERSIONED = 'unversioned'

/** What a store answered, once for all hosts. */
export interface Snapshot {
  readonly found: ReadonlyMap<string, StoredSecret>
  /** In the order in which they were asked for. */
  readonly missing: readonly string[]
}

/** Why a store gave no answer, told apart because a person does different things about each. */
export interface StoreError {
  readonly reason: 'denied' | 'expired' | 'throttled' | 'unreachable' | 'damaged' | 'insecure' | 'unsupported' | 'conflict' | 'settings'
  /** One sentence with the store's title; never a value. */
  readonly message: string
  readonly hint?: string
}
