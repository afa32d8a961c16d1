import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import { dockerNetwork as networkFact, type PresentNetwork } from '../../engine/facts/docker-network.ts'
import { planTask } from '../../engine/host/plan.ts'
import { dockerNetwork } from '../../engine/index.ts'
import { roles } from '../../roles/index.ts'
import { network } from '../../roles/network/role.ts'
import { engine } from '../rig/docker.ts'
import { given, modelOf } from '../rig/plan.ts'

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

for (const name of ['postgres', 'redis'])
  test(`${name} is published on the host itself, or on an address that is named`, () => {
    for (const fits of [5432, '10.0.0.5:5432', '[fd00::5]:5432', '127.0.0.1:1']) assert.deepEqual(wrongWith(name, { publish: fits }), [])
    for (const bad of ['5432', '10.0.0.5', '10.0.0.500:5432', 'db1:5432', '10.0.0.5:0', '10.0.0.5:99999', '10.0.0.5:5432:5432', '[10.0.0.5]:1', 'fd00::5:1', '10.0.0.5:1"\n    privileged: true', true]) assert.match(wrongWith(name, { publish: bad }).join('\n'), /^publish: use a port of 127/, String(bad))
    assert.equal(wrongWith(name, { publish: 0 }).length, 1)
    for (const every of ['0.0.0.0:5432', '[::]:5432', '[0:0:0:0:0:0:0:0]:5432']) assert.match(wrongWith(name, { publish: every }).join('\n'), /^publish: Docker opens a published port past the firewall/, every)
  })

test('network: what the refusal says to say can be said', () => {
  const found: PresentNetwork = { kind: 'present', driver: 'bridge', internal: false, attachable: true, subnets: [{ subnet: '172.18.0.0/16', gateway: '' }], labels: {}, containers: ['redis'] }
  const plan = (params: z.input<typeof network.params>) => {
    const task = dockerNetwork(network.params.parse(params))
    return planTask(task, modelOf(task, [engine(), given(networkFact('shared_network'), found)]))
  }
  const refused = plan({ subnet: '172.30.0.0/16' })
  assert.match(refused.kind === 'refused' ? (refused.hint ?? '') : refused.kind, /^say recreate: true /)
  assert.deepEqual(wrongWith('network', { recreate: true }), [])
  assert.equal(plan({ subnet: '172.30.0.0/16', recreate: true }).kind, 'changes')
})

test('app: domains, and the word for none of them', () => {
  for (const fits of ['none', 'a.example.com', 'a.example.com,www.a.example.com', '*.example.com', 'nonesuch.example.com']) assert.deepEqual(wrongWith('app', { domain: fits }), [], fits)
  for (const bad of ['None', 'none,a.example.com', 'a.example.com, b.example.com', 'a.example.com,', '', 'a b', 'a {']) assert.match(wrongWith('app', { domain: bad }).join(), /^domain: a domain such as/, bad)
  assert.match(wrongWith('app', { name: 'caddy-config' }).join(), /^name: these names are taken/)
})

test('redis takes no data that are larger than its container: it would be killed before it refuses a write', () => {
  for (const fits of [{}, { memory: '1g', maxmemory: '1024mb' }, { memory: '0.5g', maxmemory: '512mb' }, { memory: '2G', maxmemory: '1gb' }]) assert.deepEqual(wrongWith('redis', fits), [])
  for (const bad of [{ memory: '256m' }, { maxmemory: '1gb' }, { memory: '1g', maxmemory: '1025mb' }]) assert.match(wrongWith('redis', bad).join('\n'), /^maxmemory: /)
})
