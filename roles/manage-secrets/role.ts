import { z } from 'zod'
import { fileURLToPath } from 'node:url'
import { defineRole, directory, file, packages, quote, RemotePath, sourceFile } from '../../engine/index.ts'

const SCRIPT = fileURLToPath(new URL('manage-secrets.sh', import.meta.url))
const CONF = '/etc/hostwright/manage-secrets.conf'

/** The command `manage-secrets` for an operator who is logged in on the host. */
export const manageSecrets = defineRole({
  name: 'manage-secrets',
  doc: 'The command /usr/local/bin/manage-secrets: lists .env files, and where the inventory keeps its secrets in AWS SSM moves them to it and back, over the aws command. Other stores are reached from the controller only: `npx manage-secrets` works with all.',
  params: z.strictObject({
    awscli: z.boolean().default(false).describe('install the package awscli'),
    services: RemotePath.prefault('/opt/services').describe('as in the role directories'),
    apps: RemotePath.prefault('/opt/services/apps').describe('as in the role directories'),
  }),
  async run(host, p) {
    const { store } = host
    const ssm = store?.store === 'ssm' ? store : undefined
    const settings = { store: store?.store ?? '', prefix: ssm?.prefix.replace(/\/+$/, ''), region: ssm?.region, endpoint: ssm?.endpoint, key: ssm?.key, services: p.services, apps: p.apps }
    const lines = Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${quote(value)}\n`]))
    await host.ensure(
      ...(p.awscli ? [packages({ names: ['awscli'] })] : []),
      directory({ path: '/etc/hostwright', mode: '0755' }),
      file({ path: CONF, content: `# Written by hostwright; read by manage-secrets.\n${lines.join('')}`, mode: '0644' }),
      directory({ path: '/usr/local/bin' }),
      file({ path: '/usr/local/bin/manage-secrets', content: sourceFile(SCRIPT), mode: '0755' }),
    )
  },
})
