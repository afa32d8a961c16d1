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

test('redis takes no data that are larger than its container: it would be killed before it refuses a write', () => {
  for (const fits of [{}, { memory: '1g', maxmemory: '1024mb' }, { memory: '0.5g', maxmemory: '512mb' }, { memory: '2G', maxmemory: '1gb' }]) assert.deepEqual(wrongWith('redis', fits), [])
  for (const bad of [{ memory: '256m' }, { maxmemory: '1gb' }, { memory: '1g', maxmemory: '1025mb' }]) assert.match(wrongWith('redis', bad).join('\n'), /^maxmemory: /)
})
