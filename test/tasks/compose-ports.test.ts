import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { check } from '../../engine/tasks/compose-steps.ts'
import { localHost } from '../rig/local.ts'
import { perform, shells } from '../rig/shells.ts'

/** A Docker that tells of one container of the project, in this state and with these ports; while it is started again none is told of as published. */
const docker = (port: number, state: 'restarting' | 'exited', bound: string) => `#!/bin/sh
case "$*" in
  'compose -p shop config -q') ;;
  'compose -p shop config') printf 'name: shop\\nservices:\\n  web:\\n    ports:\\n      - mode: ingress\\n        host_ip: 127.0.0.1\\n        published: "${port}"\\n        protocol: tcp\\n' ;;
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
