import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askStore } from '../../engine/secrets/ask-store.ts'
import { SecretReference } from '../../engine/secrets/reference.ts'
import { UNVERSIONED, type SecretStore, type StoredSecret } from '../../engine/secrets/store.ts'
import { snapshotOf } from '../../engine/secrets/snapshot.ts'
import { err, ok } from '../../engine/values/result.ts'
import { Secret } from '../../engine/values/secret.ts'

/** A store that holds these, with versions. */
function holding(all: Readonly<Record<string, readonly [value: string, version: string]>>): SecretStore {
  const stored = Object.entries(all).map(([name, [value, version]]): [string, StoredSecret] => [name, { value: new Secret(value), version }])
  return {
    title: 'a store',
    get: (names) => Promise.resolve(ok(snapshotOf(names, new Map(stored.filter(([name]) => names.includes(name)))))),
    list: (prefix = '') => Promise.resolve(ok(new Map(stored.filter(([name]) => name.startsWith(prefix))))),
    put: () => Promise.resolve(err({ reason: 'unsupported', message: 'read only' })),
  }
}

/** "value@version" of what a reference stands for; of a map each. */
function shown(value: unknown): unknown {
  if (value instanceof Secret) return `${value.reveal()}@${value.version}`
  return Object.fromEntries(Object.entries(value ?? {}).map(([key, each]) => [key, shown(each)]))
}

test('what a reference stands for knows which version of the store it is', async () => {
  const store = holding({ 'shop/KEY': ['key of the shop', '7'], 'shop/OTHER': ['from CI', UNVERSIONED], 'db/.env': ['A=first\nB=second\n', '3'] })
  const references = [new SecretReference('value', 'shop/KEY'), new SecretReference('value', 'shop/OTHER'), new SecretReference('below', 'shop/'), new SecretReference('document', 'db/.env'), new SecretReference('key', 'db/.env', 'B')]
  const answers = await askStore(store, references)
  assert.deepEqual(
    references.map((reference) => { const answer = answers.get(String(reference)); return answer?.ok ? shown(answer.value) : answer }),
    ['key of the shop@7', 'from CI@undefined', { KEY: 'key of the shop@7', OTHER: 'from CI@undefined' }, { A: 'first@3', B: 'second@3' }, 'second@3'],
  )
})
