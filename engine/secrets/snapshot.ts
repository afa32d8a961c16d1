import type { Snapshot, StoredSecret } from './store.ts'

/** What was found of what was asked for. */
export const snapshotOf = (names: readonly string[], found: ReadonlyMap<string, StoredSecret>): Snapshot => ({ found, missing: names.filter((name) => !found.has(name)) })
