import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { printDiagnostic } from '../../engine/diagnostic/print.ts'
import { readRoleVars } from '../../engine/inventory/role-vars.ts'
import { hosts, loaded } from './folder.ts'

const schema = z.strictObject({
  image: z.string().default('postgres:16-alpine'),
  version: z.string().optional(),
  port: z.int().min(1).default(5432),
  mode: z.enum(['primary', 'replica']).default('primary'),
  admin_password: z.string().min(8).meta({ secret: true }).optional(),
  env: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.strictObject({ from: z.string(), to: z.string().optional() })).default([]),
})

async function read(inventory: string, extra: readonly string[] = [], call?: Record<string, unknown>, with_: z.ZodType = schema) {
  const host = (await loaded(hosts(inventory), undefined, extra)).hosts.get('h')
  return readRoleVars(host ?? assert.fail(), 'postgres', with_, call)
}

const DEFAULTS = { image: 'postgres:16-alpine', port: 5432, mode: 'primary', env: {}, volumes: [] }
const GROUP = 'g: {vars: {postgres: {image: group, port: 1}}, hosts: {h: }}'
const HOST = 'g: {vars: {postgres: {image: group, port: 1}}, hosts: {h: {postgres: {image: host}}}}'

const rows: readonly (readonly [what: string, inventory: string, extra: string[], call: Record<string, unknown> | undefined, expected: object])[] = [
  ['nothing said', 'g: {hosts: {h: }}', [], undefined, DEFAULTS],
  ['an empty body', 'g: {hosts: {h: {postgres: }}}', [], undefined, DEFAULTS],
  ['group over default', GROUP, [], undefined, { ...DEFAULTS, image: 'group', port: 1 }],
  ['host over group', HOST, [], undefined, { ...DEFAULTS, image: 'host', port: 1 }],
  ['call over host', HOST, [], { image: 'call', version: undefined }, { ...DEFAULTS, image: 'call', port: 1 }],
  ['-e over call', HOST, ['postgres.image=extra'], { image: 'call', port: 2 }, { ...DEFAULTS, image: 'extra', port: 2 }],
  ['-e into a map of the call', HOST, ['postgres.env.A=2'], { env: { A: '1', B: '1' } }, { ...DEFAULTS, image: 'host', port: 1, env: { A: '2', B: '1' } }],
  ['call replaces a map', 'g: {hosts: {h: {postgres: {env: {A: x}}}}}', [], { env: { B: 'y' } }, { ...DEFAULTS, env: { B: 'y' } }],
]

for (const [what, inventory, extra, call, expected] of rows) {
  test(`role variables: ${what}`, async () => assert.deepEqual(await read(inventory, extra, call), { ok: true, value: expected }))
}

const F = 'inventory/production/hosts.yml'
const needs = z.strictObject({ database: z.string(), env: z.strictObject({ user: z.string() }).optional() })

const errors: readonly (readonly [what: string, inventory: string, extra: string[], call: Record<string, unknown> | undefined, printed: string, schema?: z.ZodType])[] = [
  ['an unknown key', 'g:\n  hosts: {h: }\n  vars:\n    postgres: {imgae: x}', [], undefined, `${F}:4:16 unknown key "imgae" in postgres\n        postgres: {imgae: …\n                   ~~~~~\n  did you mean "image"?`],
  ['an unknown key inside', 'g:\n  hosts: {h: {postgres: {volumes: [{form: x}]}}}', [], undefined, `${F}:2:36 postgres.volumes[0].from is missing: expected string\n      hosts: {h: {postgres: {volumes: [{…]}}}\n                                       ~~~~~~\n${F}:2:37 unknown key "form" in postgres.volumes[0]\n      hosts: {h: {postgres: {volumes: [{form: …\n                                        ~~~~\n  did you mean "from"?`],
  ['a number where a string is wanted', 'g:\n  hosts: {h: }\n  vars:\n    postgres: {version: 1.10}', [], undefined, `${F}:4:25 postgres.version: expected string, received number\n        postgres: {version: 1.10}\n                            ~~~~\n  quote it: a bare number does not stay as it is written (1.10 becomes 1.1)`],
  ['a string where a number is wanted', 'g:\n  hosts: {h: }\n  vars:\n    postgres: {port: "5"}', [], undefined, `${F}:4:22 postgres.port: expected number, received string\n        postgres: {port: "5"}\n                         ~~~\n  write it without quotes`],
  ['yes for a truth value', 'g:\n  hosts: {h: }\n  vars:\n    postgres: {on: yes}', [], undefined, `${F}:4:20 postgres.on: expected boolean, received string\n        postgres: {on: yes}\n                       ~~~\n  say true or false: yes and no are texts`, z.strictObject({ on: z.boolean() })],
  ['the same from -e', GROUP, ['postgres.port=5'], undefined, `-e:1:15 postgres.port: expected number, received string\n    postgres.port=5\n                  ~\n  -e k=v gives strings; for a number write JSON: -e '{"postgres":{"port":…}}'`],
  ['the same from -e, in JSON', GROUP, ['{"postgres":{"port":"5"}}'], undefined, '-e:1:21 postgres.port: expected number, received string\n    {"postgres":{"port":"5"}}\n                        ~~~\n  write it without quotes'],
  ['an option that does not exist', 'g:\n  hosts: {h: }\n  vars:\n    postgres: {mode: replca}', [], undefined, `${F}:4:22 postgres.mode: expected one of "primary"|"replica"\n        postgres: {mode: replca}\n                         ~~~~~~\n  did you mean "replica"?`],
  ['a secret: its line is not shown', 'g:\n  hosts: {h: }\n  vars:\n    postgres: {"admin_password": short}', [], undefined, `${F}:4:34 postgres.admin_password: Too small: expected string to have >=8 characters\n        postgres: {"admin_password": …\n                                     ~`],
  ['not a map', 'g:\n  hosts: {h: {postgres: 5}}', [], { image: 'x' }, `${F}:2:25 postgres: expected object, received number\n      hosts: {h: {postgres: …\n                            ~`],
  ['missing, with nothing said: at the host', 'g:\n  hosts:\n    h:\n', [], undefined, `${F}:3:5 postgres.database is missing: expected string\n        h:\n        ~`, needs],
  ['missing, with something said: at the role', 'g:\n  hosts:\n    h:\n      postgres:\n        env: {}\n', [], undefined, `${F}:4:7 postgres.database is missing: expected string\n          postgres:\n          ~~~~~~~~\n${F}:5:9 postgres.env.user is missing: expected string\n            env: …\n            ~~~`, needs],
  ['a wrong call', GROUP, [], { image: 5, prot: 1 }, 'postgres.image: expected string, received number\n  quote it: a bare number does not stay as it is written (1.10 becomes 1.1)\nunknown key "prot" in postgres\n  did you mean "port"?'],
  ['a wrong call without a better hint', GROUP, [], { image: null }, 'postgres.image: expected string, received null\n  this value is given in the playbook'],
]

for (const [what, inventory, extra, call, printed, with_] of errors) {
  test(`role variables are refused: ${what}`, async () => {
    const result = await read(inventory, extra, call, with_)
    assert.equal(result.ok ? 'not refused' : result.error.map(printDiagnostic).join('\n'), printed)
  })
}
