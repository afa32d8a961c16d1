import assert from 'node:assert/strict'
import { test } from 'node:test'
import { majorOf } from '../../roles/postgres/major.ts'

const rows: readonly (readonly [image: string, major: string | undefined])[] = [
  ['postgres:15-alpine', '15'],
  ['postgres:16.4', '16'],
  ['postgres:18@sha256:4be1', '18'],
  ['registry.internal:5000/postgres:15-alpine', '15'],
  ['registry.internal:5000/postgres', undefined],
  ['postgres@sha256:4be1', undefined],
  ['postgres:latest', undefined],
  ['timescale/timescaledb:2.14.2-pg15', '15'],
  ['pgvector/pgvector:pg17', '17'],
]
for (const [image, major] of rows) test(`${image} is PostgreSQL ${major ?? 'of a version that is not known'}`, () => assert.equal(majorOf(image), major))
