import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { definePlaybook, defineRole, use } from '../../engine/index.ts'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import { prepare } from '../../engine/playbook/prepare.ts'
import { readParams } from '../../engine/playbook/params.ts'
import { load } from '../inventory/folder.ts'
import { parseExtra } from '../../engine/inventory/extra.ts'

const shop = defineRole({ name: 'shop', doc: 'A shop.', params: z.strictObject({ domain: z.string(), port: z.number() }), run: async () => {} })
const playbook = definePlaybook({ name: 'shops', doc: 'Shops.', params: z.strictObject({}), roles: [shop], plays: () => ['shops', 'again'].map((name) => ({ name, hosts: 'shops', roles: [use(shop)] })) })

/** What is said of the variables of roles, where the inventory holds these files. */
async function problems(files: Readonly<Record<string, string>>): Promise<string> {
  const loaded = await load(files)
  const extra = parseExtra([], '.')
  assert.ok(extra.ok && readParams(playbook, extra.value).ok)
  const prepared = prepare(playbook, loaded.ok ? loaded.value : loaded.partial, extra.value, { allowEmpty: !loaded.ok, partial: !loaded.ok, ...(!loaded.ok && { unread: loaded.unread }) })
  return prepared.ok ? '' : prepared.error.map(printDiagnostic).join('\n')
}

const HOSTS = 'inventory/production/hosts.yml'
const hosts = (...names: readonly string[]) => `shops:\n  hosts:\n${names.map((name) => `    ${name}:\n`).join('')}`
const GOOD = 'shop:\n  domain: a.example.com\n  port: 1\n'
const BAD = 'shop:\n  domain: a.example.com\n port: [\n'

test('what many hosts lack is one problem, that names them', async () => {
  const few = await problems({ [HOSTS]: hosts('a', 'b', 'c'), 'inventory/production/host_vars/b.yml': 'shop:\n  port: 1\n' })
  assert.equal(few, [
    `${HOSTS}:3:5 shop.domain is missing: expected string\n        a:\n        ~\n  the same for c`,
    `${HOSTS}:3:5 shop.port is missing: expected number\n        a:\n        ~\n  the same for c`,
    'inventory/production/host_vars/b.yml:1:1 shop.domain is missing: expected string\n    shop:\n    ~~~~',
  ].join('\n'))
  const many = await problems({ [HOSTS]: hosts(...'abcdefghijkl'), 'inventory/production/host_vars/l.yml': GOOD })
  assert.match(many, /shop\.domain is missing[^]*\n  the same for b, c, d, e, f, g, h, i and 2 more\n/)
})

test('what a host lacks is no problem where its variables could not be read whole; what is wrong is, and so is what another lacks', async () => {
  const group = 'inventory/production/group_vars/shops.yml'
  assert.equal(await problems({ [HOSTS]: hosts('a', 'b'), [group]: BAD }), '')
  assert.match(await problems({ [HOSTS]: hosts('a', 'b'), 'inventory/production/host_vars/a.yml': BAD }), /^inventory\/production\/hosts\.yml:4:5 shop\.domain is missing: expected string\n        b:\n        ~\n(?!.*the same)/)
  assert.match(await problems({ [HOSTS]: `${hosts('a')}  vars: { shop: { port: x } }\n`, 'inventory/production/host_vars/a.yml': BAD }), /^[^\n]*:4:25 shop\.port: expected number, received string/)
  assert.equal(await problems({ [HOSTS]: hosts('a', 'b'), [group]: GOOD }), '')
})
