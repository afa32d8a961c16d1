import { defineRole } from '../../engine/index.ts'
import { deploy } from './deploy.ts'
import { AppParams } from './params.ts'

/** An app behind Caddy: first deploy, and every one after it. */
export const app = defineRole({
  name: 'app',
  doc: 'An app in /opt/services/apps/<name>, behind Caddy. A new version is started beside the old one and takes over when it is healthy; when it is not, the old one serves on, with its files.',
  params: AppParams,
  run: async (host, p) => void (await deploy(host, p)),
})
