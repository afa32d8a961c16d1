import assert from 'node:assert/strict'
import { test } from 'node:test'
import { releases, type Release } from '../../engine/facts/rollout.ts'
import { rollout } from '../../engine/tasks/rollout.ts'
import { Secret } from '../../engine/values/secret.ts'
import { AppParams } from '../../roles/app/params.ts'
import { comeBack, recordOf, takeOver, versionsOf } from '../../roles/app/release.ts'

const given = { name: 'shop', image: 'acme/shop', version: 'v2', domain: 'shop.example.com' }
const BY = { by: 'ann@laptop', revision: 'abc' }

/** As the host gives it back. */
function release(id: string, about: Readonly<Record<string, string>>): Release {
  const text = Object.entries(about).map(([key, value]) => `${key} ${value}\n`).join('')
  const [parsed] = releases('shop').kind.parse([Buffer.alloc(0), Buffer.from(`release ${id}\n${text}`)], ['shop'])
  assert.ok(Array.isArray(parsed))
  return parsed[0]
}
const deployed = (id: string, more: object) => release(id, recordOf(AppParams.parse({ ...given, ...more }), '/srv/shop', true, 'shop.example.com'))

test('a rollback takes over as the last deploy said: how long, how many releases stay, by which strategy', () => {
  const slow = { wait: '10m', drain: '2m', observe: '1.5s', keep: 10 }
  const current = deployed('20261122T080000Z', slow)
  const target = deployed('20261121T131500Z', { version: 'v1', replicas: 3, health_path: '/up', keep: 3 })
  const { about, ...wish } = comeBack('shop', current, target, BY)
  const { upstream, ...as } = takeOver(AppParams.parse({ ...given, ...slow }), true)
  assert.deepEqual(wish, { directory: '/srv/shop', service: 'shop', restore: target.id, replicas: 3, versions: {}, ...as, upstream: { ...upstream, probe: '/up' } })
  assert.deepEqual([as.wait, as.drain, as.observe, as.keep], ['600s', '120s', '1.5s', 10])
  assert.equal(rollout({ ...wish, about: {} }).title, 'rollout /srv/shop')

  // The next one finds the same again.
  const next = comeBack('shop', release('20261123T080000Z', about ?? {}), current, BY)
  assert.deepEqual([next.wait, next.drain, next.observe, next.keep, next.replicas], ['600s', '120s', '1.5s', 10, 1])
  assert.deepEqual([about?.['version'], about?.['from'], about?.['by']], ['v1', target.id, 'ann@laptop'])
})

test('the site of Caddy is that of the release that runs', () => {
  const plugin = release('20261122T080000Z', recordOf(AppParams.parse({ ...given, strategy: 'docker-rollout' }), '/srv/shop', false, 'shop.example.com'))
  const switched = deployed('20261121T131500Z', { version: 'v1' })
  const there = comeBack('shop', plugin, switched, BY)
  assert.deepEqual([there.strategy, there.upstream], ['docker-rollout', undefined])
  const back = comeBack('shop', switched, plugin, BY)
  assert.deepEqual([back.strategy, back.upstream?.port, back.upstream?.probe], ['switch', 3000, ''])
})

test('a release of before those were recorded comes back with the defaults', () => {
  const old = { version: 'v1', secrets: '', directory: '/opt/services/apps/shop', replicas: '1', port: '3000', caddy: '/opt/services/caddy', probe: '/health' }
  const wish = comeBack('shop', release('20261122T080000Z', { ...old, version: 'v2' }), release('20261121T131500Z', old), BY)
  assert.deepEqual(Object.keys(wish).sort(), ['about', 'directory', 'replicas', 'restore', 'service', 'upstream', 'versions'])
  assert.equal(rollout(wish).title, 'rollout /opt/services/apps/shop')
  // What somebody wrote there by hand is not taken for a number of releases.
  const odd = comeBack('shop', release('20261122T080000Z', { ...old, keep: 'all', wait: 'long' }), release('20261121T131500Z', old), BY)
  assert.deepEqual([odd.keep, odd.wait], [undefined, undefined])
})

test('the versions of secrets are recorded where the store has them, and come back with the release', () => {
  const secrets = { API_KEY: new Secret('key of the shop', '7'), TOKEN: 'token-in-the-inventory' }
  assert.deepEqual(versionsOf(AppParams.parse({ ...given, secrets })), { API_KEY: '7' })
  const target = release('20261121T131500Z', { ...recordOf(AppParams.parse({ ...given, secrets }), '/srv/shop', true, 'shop.example.com'), stored: 'API_KEY 7' })
  assert.deepEqual(comeBack('shop', deployed('20261122T080000Z', {}), target, BY).versions, { API_KEY: '7' })
})
