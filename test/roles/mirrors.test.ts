import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mirrored } from '../../roles/app/mirrors.ts'

const rows: readonly [string, Readonly<Record<string, string>>, string][] = [
  ['ghcr.io/acme/shop:v1', {}, 'ghcr.io/acme/shop:v1'],
  ['ghcr.io/acme/shop:v1', { 'ghcr.io': 'mirror:5000/ghcr' }, 'mirror:5000/ghcr/acme/shop:v1'],
  ['ghcr.io/acme/shop:v1', { 'ghcr.io': 'a', 'ghcr.io/acme': 'b' }, 'b/shop:v1'],
  ['ghcr.io/acme/shop:v1', { 'ghcr.io/acme/shop': 'own/shop' }, 'own/shop:v1'],
  ['ghcr.io/acme/shop:v1', { 'ghcr.io/ac': 'x', 'ghcr': 'y' }, 'ghcr.io/acme/shop:v1'],
]
for (const [image, mirrors, wished] of rows) test(`${image} with ${JSON.stringify(mirrors)}`, () => assert.equal(mirrored(image, mirrors), wished))
