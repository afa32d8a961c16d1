import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { postgresData, type Data } from '../../roles/postgres/data.ts'
import { majorOf, postgresMajor } from '../../roles/postgres/major.ts'
import { given } from '../rig/plan.ts'
import { planRows } from '../rig/rows.ts'
import { readWith, shells } from '../rig/shells.ts'

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

const flat = (version: string): Data => ({ version, nested: false })
const nested = (version: string): Data => ({ version, nested: true })
const data = (...all: readonly Data[]) => [given(postgresData('/data/postgres'), all)]
const other = (there: string, wished: string) => [`refused: /data/postgres holds the data of PostgreSQL ${there}, and postgres:${wished} is PostgreSQL ${wished}: it would not come up with them`]

planRows<string>('postgres-major', (image) => postgresMajor({ data: '/data/postgres', image }), [
  ['no data yet', 'postgres:18', [], []],
  ['as the data', 'postgres:15', data(flat('15')), []],
  ['newer than the data', 'postgres:16', data(flat('15')), other('15', '16')],
  ['18 over older data', 'postgres:18', data(flat('17')), other('17', '18')],
  ['18 as the data', 'postgres:18', data(nested('18')), []],
  ['newer than data of 18', 'postgres:19', data(nested('18')), other('18', '19')],
  ['back from 18', 'postgres:17', data(nested('18')), other('18', '17')],
  ['upgraded by hand, the old data kept', 'postgres:19', data(nested('18'), nested('19')), []],
  ['neither of two', 'postgres:20', data(nested('18'), nested('19')), other('18, 19', '20')],
  ['a version that is not known, over older data', 'postgres:latest', data(flat('15')), []],
  ['a version that is not known, over data of 18', 'postgres:latest', data(nested('18')), ['refused: /data/postgres holds the data of PostgreSQL 18, and postgres:latest does not say its version, from which follows where it looks for them']],
])

for (const shell of shells)
  test(`whose data lie in a directory (${shell.name})`, () => {
    const at = mkdtempSync(join(tmpdir(), "hw-it's "))
    try {
      const found = () => readWith(shell, [postgresData(at)])[0]
      assert.deepEqual(found(), [])
      for (const [name, text] of [['', '17\n'], ['18/docker', '18\n'], ['lost+found', 'x'], ['20/docker', '$(id)\n']] as const) {
        mkdirSync(join(at, name), { recursive: true })
        writeFileSync(join(at, name, 'PG_VERSION'), text)
      }
      assert.deepEqual(found(), [flat('17'), nested('18')])
    } finally {
      rmSync(at, { recursive: true })
    }
  })
