import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { after, test } from 'node:test'
import type { Host } from '../../engine/host/host.ts'
import { envFile } from '../../engine/values/env-file.ts'
import { Secret } from '../../engine/values/secret.ts'
import { postgres } from '../../roles/postgres/role.ts'
import { redis } from '../../roles/redis/role.ts'
import { holders, tellHolders } from '../../roles/shared/holders.ts'
import { localHost } from '../rig/local.ts'
import { openMemory } from '../../engine/testing/memory-host.ts'
import { readWith, shells } from '../rig/shells.ts'
import { FakeHost } from '../../engine/testing/fake-host.ts'

const folder = mkdtempSync(join(tmpdir(), 'hw-holders-'))
after(() => rmSync(folder, { recursive: true }))
let n = 0

/** A directory of services with these `.env`. */
function services(files: Readonly<Record<string, string>>): string {
  const root = join(folder, `it's ${++n}`)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name), { recursive: true })
    writeFileSync(join(root, name, '.env'), text)
  }
  return root
}
const OLD = 'p@ss/w0rd+=%:~^.x'
const env = (value: string) => envFile({ POSTGRES_USER: 'postgres', POSTGRES_PASSWORD: new Secret(value), POSTGRES_DB: 'shop' }).text ?? ''
const wish = (root: string, value = 'the-new-one') => holders({ file: `${root}/postgres/.env`, key: 'POSTGRES_PASSWORD', value, root })

const files = {
  'postgres': env(OLD),
  'apps/plain': `OTHER="x"\nDB_PASSWORD="${OLD}"\n`,
  'apps/url': `DATABASE_URL="postgres://shop:${encodeURIComponent(OLD)}@postgres:5432/shop"\n`,
  'apps/raw': `DATABASE_URL=postgres://shop:${OLD}@postgres:5432/shop\n`,
  'backup': `PGPASSWORD='${OLD}'\n`,
  'apps/longer': `DB_PASSWORD="${OLD}y"\nA="z${OLD.slice(1)}"\n`,
  'apps/other': 'DB_PASSWORD="p.ss"\n',
  'redis': 'REDIS_PASSWORD="p"\n',
}
for (const shell of shells)
  test(`who holds a value that changes: as it is, in URLs, in quotes or without (${shell.name})`, () => {
    const root = services(files)
    const task = wish(root)
    const [now] = readWith(shell, Object.values(task.facts))
    assert.deepEqual(task.state(new Map(Object.values(task.facts).map((fact) => [fact.key, now])))?.toSorted(), ['backup', 'plain', 'raw', 'url'])
    assert.ok(!JSON.stringify(now).includes(OLD), 'the value stays on the host')
  })

test('nobody, when the value stays, when there was none, and when nobody has it', async () => {
  await using local = await localHost()
  const found = async (root: string, value?: string) => (await local.host().ensure(wish(root, value)))[0].state
  const root = services(files)
  assert.deepEqual((await found(root))?.length, 4)
  assert.deepEqual(await found(root, OLD), [])
  assert.deepEqual(await found(services({ 'apps/shop': env(OLD) })), [])
  assert.deepEqual(await found(services({ postgres: env(OLD) })), [])
  assert.deepEqual(await found(services({ postgres: 'POSTGRES_PASSWORD=\n', 'apps/shop': 'A=""\n' })), [])
})

const password = 'the-new-one'
const ROLES = [
  ['postgres', 'POSTGRES_PASSWORD', (host: Host) => postgres.run(host, postgres.params.parse({ password }))],
  ['redis', 'REDIS_PASSWORD', (host: Host) => redis.run(host, redis.params.parse({ password }))],
] as const
for (const [name, key, deploy] of ROLES)
  test(`who has to be deployed anew is told before ${name} is touched: the next run finds the new value, and could not tell`, async () => {
    const { now } = holders({ file: `/opt/services/${name}/.env`, key, value: password, root: '/opt/services' }).facts
    const { host, events, failures } = openMemory(new FakeHost('memory', [[now ?? assert.fail(), { digest: 'of the old one', holders: ['shop'] }]]))
    await assert.rejects(deploy(host))
    assert.match(failures().join(), /Docker is not installed/)
    const order = events.flatMap((event) => (event.type === 'note' ? [event.text] : event.type === 'change' ? [event.change] : []))
    assert.equal(order[0], `${key} changes: shop still has the old one in .env. Deploy it anew, with the new value`)
    assert.ok(order.includes(`create /opt/services/${name}/.env`), order.join())
  })

test('what is told: who, and what to do; never the value', () => {
  const told = (mode: 'apply' | 'check', names?: readonly string[]) => {
    const { host, events } = openMemory(new FakeHost('memory'), mode)
    tellHolders(host, 'POSTGRES_PASSWORD', names)
    return events.flatMap((event) => (event.type === 'note' ? [event.text] : []))
  }
  assert.deepEqual(told('apply', ['shop']), ['POSTGRES_PASSWORD changes: shop still has the old one in .env. Deploy it anew, with the new value'])
  assert.deepEqual(told('check', ['api', 'shop']), ['POSTGRES_PASSWORD would change: api, shop still have the old one in .env. Deploy them anew, with the new value'])
  assert.deepEqual([told('apply', []), told('apply')], [[], []])
})
