import { z } from 'zod'
import { definePlaybook, main, use } from '../engine/index.ts'
import { AppParams } from '../roles/app/params.ts'
import { undoingAll } from '../roles/app/undo-all.ts'
import { roles } from '../roles/index.ts'

const given = AppParams.shape

const deployApp = definePlaybook({
  name: 'deploy-app',
  doc: 'Deploys an app behind Caddy, or a new version of it. The old version serves until the new one is healthy, and goes on when it is not.',
  // What is not given here comes from the inventory (`app: { … }`), then from the role's defaults.
  params: z.strictObject({
    app_name: given.name.describe('also its name on the shared network, and its directory'),
    app_image: given.image.describe('image without tag'),
    app_version: given.version.describe('tag of the image'),
    app_port: given.port.removeDefault().optional().describe('on which the app listens in its container'),
    app_domain: given.domain.describe('under which Caddy answers for it, several with commas; none takes it out of Caddy'),
    replicas: given.replicas.removeDefault().optional().describe('containers side by side'),
    health_path: given.health_path.removeDefault().optional().describe('answers 2xx when the app can take requests'),
    health_command: given.health_command.describe('instead: a command in the container that ends with 0'),
    command: given.command.describe('runs in place of what its image says, as JSON: ["npm","run","work"]'),
    env: given.env.removeDefault().optional().describe('its environment, as JSON: {"KEY":"value"}'),
    workers: given.workers.removeDefault().optional().describe('what runs beside it out of the same image, as JSON: {"mail":{"command":["npm","run","work"]}}'),
    jobs: given.jobs.removeDefault().optional().describe('what cron runs out of the same image, as JSON: {"nightly":{"schedule":"30 3 * * *","command":["npm","run","report"]}}'),
    tls: given.tls.removeDefault().optional().describe('false: plain http'),
    strategy: given.strategy.removeDefault().optional().describe('switch: Caddy is switched to the new version; docker-rollout: the plugin replaces it behind its name'),
    before: given.before.describe('run on each host before the new version starts, such as migrations, as JSON: ["npm","run","migrate"]'),
    undo_all: z.boolean().default(false).describe('when it fails on one host, those that were switched before it in this run are taken back'),
    hosts: z.string().default('apps').describe('where: a group or a pattern'),
  }),
  roles,
  subject: (p) => p.app_name,
  plays: (p) => [
    {
      name: `deploy ${p.app_name} ${p.app_version}`,
      hosts: p.hosts,
      // One host after the other: a version that does not become healthy stops at the first.
      serial: 1,
      maxFail: 1,
      roles: [
        use(undoingAll(p.undo_all), { name: p.app_name, image: p.app_image, version: p.app_version, port: p.app_port, domain: p.app_domain, replicas: p.replicas, health_path: p.health_path, health_command: p.health_command, command: p.command, env: p.env, workers: p.workers, jobs: p.jobs, tls: p.tls, strategy: p.strategy, before: p.before }),
      ],
    },
  ],
})

export default deployApp
await main(import.meta, deployApp)
