import { defineRole, dockerEngine } from '../../engine/index.ts'

/** The Docker engine and the Compose plugin, with logs that are rotated and containers that outlive a restart of the daemon. */
export const docker = defineRole({
  name: 'docker',
  doc: 'The Docker engine and the Compose plugin: from the distribution, or from Docker’s own repository. Logs are rotated, and containers outlive a restart of the daemon.',
  params: dockerEngine.params,
  async run(host, p) {
    await host.ensure(dockerEngine(p))
  },
})
