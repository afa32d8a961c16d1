import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roles } from '../../roles/index.ts'

/** What the params of a role must say beside the value that is tried. */
const NEEDED: Readonly<Record<string, object>> = { postgres: { password: 'lab-postgres' }, redis: { password: 'lab-redis' }, app: { name: 'shop', image: 'shop', version: 'v1' } }

/** Places and messages of what is wrong; none where all is well. */
function wrongWith(name: string, params: object): string[] {
  const role = roles.find((each) => each.name === name) ?? assert.fail(`there is no role ${name}`)
  const read = role.params.safeParse({ ...NEEDED[name], ...params })
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

for (const [name, key] of [['postgres', 'network'], ['redis', 'network'], ['caddy', 'network'], ['app', 'network'], ['network', 'name']] as const)
  test(`${name} takes the name of a network as Docker does, and nothing that would be more in its Compose file`, () => {
    assert.deepEqual(wrongWith(name, { [key]: 'shared.net-2_a' }), [])
    for (const bad of ['', '-a', 'a b', 'a]\n    privileged: true #', '{a: b}', '${X}']) assert.match(wrongWith(name, { [key]: bad }).join('\n'), new RegExp(`^${key}: use letters`), bad)
  })

test('redis takes no data that are larger than its container: it would be killed before it refuses a write', () => {
  for (const fits of [{}, { memory: '1g', maxmemory: '1024mb' }, { memory: '0.5g', maxmemory: '512mb' }, { memory: '2G', maxmemory: '1gb' }]) assert.deepEqual(wrongWith('redis', fits), [])
  for (const bad of [{ memory: '256m' }, { maxmemory: '1gb' }, { memory: '1g', maxmemory: '1025mb' }]) assert.match(wrongWith('redis', bad).join('\n'), /^maxmemory: /)
})
