import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeProject as projectFact } from '../../engine/facts/compose-project.ts'
import { detachedContainers, dockerNetwork as networkFact, type PresentNetwork } from '../../engine/facts/docker-network.ts'
import { composeProject } from '../../engine/tasks/compose-project.ts'
import { dockerNetwork } from '../../engine/tasks/docker-network.ts'
import { container, engine, engineIs, files, networks, project } from '../rig/docker.ts'
import { FakeHost } from '../../engine/testing/fake-host.ts'
import { openMemory } from '../../engine/testing/memory-host.ts'
import { given, type Given } from '../rig/plan.ts'
import { planRows } from '../rig/rows.ts'

const name = 'shared_network'
const there = (more: Partial<PresentNetwork> = {}): Given =>
  given(networkFact(name), { kind: 'present', driver: 'bridge', internal: false, attachable: false, subnets: [{ subnet: '172.18.0.0/16', gateway: '172.18.0.1' }], labels: {}, containers: [], ...more })

planRows('dockerNetwork', dockerNetwork, [
  ['absent', { name }, [engine()], ['create the network shared_network']],
  ['there', { name }, [engine(), there()], []],
  ['there, with labels of others', { name, labels: { a: 'b' } }, [engine(), there({ labels: { a: 'b', c: 'd' } })], []],
  ['wished away', { name, state: 'absent' }, [engine(), there()], ['remove the network shared_network']],
  ['wished away and gone', { name, state: 'absent' }, [engine()], []],
  ['wished away, in use', { name, state: 'absent' }, [engine(), there({ containers: ['redis'] })], ['refused: containers are on the network shared_network: redis']],
  ['another subnet', { name, subnet: '172.30.0.0/16' }, [engine(), there()], ['recreate the network shared_network: subnet 172.18.0.0/16 → 172.30.0.0/16']],
  ['another driver, in use', { name, driver: 'macvlan' }, [engine(), there({ containers: ['redis'] })], ['refused: the network shared_network is another (driver bridge → macvlan), and containers are on the network shared_network: redis']],
  ['internal, in use, to be recreated', { name, internal: true, recreate: true }, [engine(), there({ containers: ['redis'] })], ['recreate the network shared_network: internal false → true']],
  ['attachable says nothing on one host', { name, attachable: true }, [engine(), there()], []],
  ['attachable counts in a swarm', { name, driver: 'overlay', attachable: true }, [engine(), there({ driver: 'overlay' })], ['recreate the network shared_network: attachable false → true']],
  ['an interrupted recreation', { name }, [engine(), there(), given(detachedContainers(name), ['id1'])], ['put 1 container back on the network shared_network']],
  ['no Docker', { name }, [], ['refused: Docker is not installed']],
  ['no Docker, wished away', { name, state: 'absent' }, [], []],
  ['the daemon is down', { name }, [engineIs({ kind: 'stopped', message: 'Cannot connect', compose: undefined })], ['refused: the Docker daemon does not answer: Cannot connect']],
  ['the socket is closed to us', { name }, [engineIs({ kind: 'forbidden', message: 'permission denied' })], ['refused: the Docker daemon does not let this user in: permission denied']],
], [
  ['name with a space', { name: 'a b' }, /use letters/],
  ['subnet without a length', { name, subnet: '172.30.0.0' }, /a subnet is an address and a length/],
  ['gateway without a subnet', { name, gateway: '172.30.0.1' }, /a gateway needs a subnet/],
])

// A container that an interrupted run took off the network is put back: it is not made anew for being off it.
const yml = `services: { web: { image: "shop:1", networks: [${name}] } }\nnetworks: { ${name}: { external: true } }\n`
const off = [engine(), there(), networks(name), given(detachedContainers(name), ['shop-web-1']), ...files('/opt/shop', { 'docker-compose.yml': yml }), project({ containers: [container('web', { networks: [] })] })]
const told = ['changed dockerNetwork shared_network: put 1 container back on the network shared_network', 'changed composeProject /opt/shop: adopt web: what it was started from is not recorded']
const tasks = () => [dockerNetwork({ name }), composeProject({ directory: '/opt/shop' })] as const

for (const mode of ['check', 'apply'] as const) {
  test(`dockerNetwork: a project whose container is put back is not made anew (${mode})`, async () => {
    const { host, ...memory } = openMemory(new FakeHost('memory', off), mode)
    await host.ensure(...tasks())
    assert.deepEqual(memory.told(), told)
  })
  test(`dockerNetwork: the same, one after the other, where the project is known before (${mode})`, async () => {
    const { host, ...memory } = openMemory(new FakeHost('memory', off), mode)
    await host.read(projectFact('shop'))
    for (const task of tasks()) await host.ensure(task)
    assert.deepEqual(memory.told(), told)
  })
  test(`dockerNetwork: the same, one after the other (${mode})`, async () => {
    const { host, ...memory } = openMemory(new FakeHost('memory', off), mode)
    for (const task of tasks()) await host.ensure(task)
    assert.deepEqual(memory.told(), told)
  })
}
