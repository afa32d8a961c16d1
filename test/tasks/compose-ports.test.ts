import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { check } from '../../engine/tasks/compose-steps.ts'
import { localHost } from '../rig/local.ts'
import { perform, shells } from '../rig/shells.ts'

/** A Docker that tells of one container of the project, in this state and with these ports; while it is started again none is told of as published. */
const docker = (port: number, state: 'restarting' | 'exited', bound: string, address = '127.0.0.1') => `#!/bin/sh
case "$*" in
  'compose -p shop config -q') ;;
  'compose -p shop config') printf 'name: shop\\nservices:\\n  web:\\n    ports:\\n      - mode: ingress\\n        host_ip: ${address}\\n        published: "${port}"\\n        protocol: tcp\\n' ;;
  *publish=*) ;;
  *status=${state}*label=com.docker.compose.project=shop*) echo 0123456789ab ;;
  inspect*0123456789ab) echo ':9:${bound}' ;;
esac
`

for (const shell of shells)
  test(`fault 83: compose: a port that a container of the project holds while it crashes again and again is not taken by another, with ${shell.name}`, async () => {
    await using local = await localHost()
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = address !== null && typeof address === 'object' ? address.port : assert.fail('it does not listen')
    await mkdir(`${local.directory}/bin`)
    await writeFile(`${local.directory}/docker-compose.yml`, 'services:\n  web:\n    ports: []\n')
    const done = async (state: 'restarting' | 'exited', bound: string) => {
      await writeFile(`${local.directory}/bin/docker`, docker(port, state, bound))
      await chmod(`${local.directory}/bin/docker`, 0o755)
      return perform(check({ directory: local.directory, name: 'shop', file: 'docker-compose.yml' }, [], []), { ...shell, path: `${local.directory}/bin:${shell.path}` })
    }
    try {
      assert.deepEqual(await done('restarting', `:${port}:`), { code: 0, stdout: '', stderr: '' })
      for (const [state, bound] of [['restarting', `:1${port}:`], ['exited', `:${port}:`]] as const) {
        const told = await done(state, bound)
        assert.equal(told.code, 1)
        assert.match(told.stderr, new RegExp(`^port 127\\.0\\.0\\.1:${port} is taken, by `))
      }
    } finally {
      server.close()
    }
  })

/** Of this machine, besides those that every machine has; where there is no network, one of those. */
const OWN = Object.values(networkInterfaces()).flat().find((each) => each?.family === 'IPv4' && !each.internal)?.address ?? '127.0.0.7'

for (const shell of shells)
  test(`compose: an address that the host does not have is told before anything is stopped, with ${shell.name}`, async () => {
    await using local = await localHost()
    await mkdir(`${local.directory}/bin`)
    await writeFile(`${local.directory}/docker-compose.yml`, 'services:\n  web:\n    ports: []\n')
    const on = async (address: string) => {
      await writeFile(`${local.directory}/bin/docker`, docker(65_000, 'exited', '', address))
      await chmod(`${local.directory}/bin/docker`, 0o755)
      return perform(check({ directory: local.directory, name: 'shop', file: 'docker-compose.yml' }, [], []), { ...shell, path: `${local.directory}/bin:${shell.path}` })
    }
    for (const own of [OWN, '127.0.0.1', '127.0.0.9', '0.0.0.0', '::']) assert.deepEqual(await on(own), { code: 0, stdout: '', stderr: '' }, own)
    // One that ends as ours does is another one.
    for (const other of ['203.0.113.7', `1${OWN}`])
      assert.deepEqual(await on(other), { code: 1, stdout: '', stderr: `port 65000 cannot be published on ${other}, which is no address of this host\n` }, other)
  })
