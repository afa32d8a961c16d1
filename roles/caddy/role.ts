import { z } from 'zod'
import { defineRole, directory, envFile, file, Image, Memory, NetworkName, Port, RemotePath, template } from '../../engine/index.ts'
import { caddyLoaded } from './loaded.ts'
import { caddyProject, validatedBy } from './project.ts'

const compose = template(
  import.meta,
  'docker-compose.yml.hbs',
  z.strictObject({
    image: z.string(), data_volume: z.string(), config_volume: z.string(), network: z.string(), memory: z.string(), cpus: z.string(),
    http_port: z.number(), https_port: z.number(),
  }),
)
const caddyfile = template(import.meta, 'Caddyfile.hbs', z.strictObject({ email: z.string().optional(), plain_http: z.boolean() }))

/** Caddy in front of everything: certificates, and the way to each app. */
export const caddy = defineRole({
  name: 'caddy',
  doc: 'Caddy, standing alone in /opt/services/caddy. Each site is a file of its own in sites/; a change is validated, loaded without a restart, and proved to be loaded.',
  params: z.strictObject({
    image: Image.default('caddy:2-alpine'),
    email: z.email().optional().describe('for the certificate authority: it writes there before a certificate expires'),
    plain_http: z.boolean().default(false).describe('no certificates at all: for labs, and behind something that has them'),
    http_port: Port.default(80),
    https_port: Port.default(443),
    memory: Memory.default('256m'),
    cpus: z.string().regex(/^\d+(\.\d+)?$/).default('1.0').describe('processors, quoted: "1.5"'),
    env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).default({}).describe('for the Caddyfile: {$NAME}'),
    directory: RemotePath.prefault('/opt/services/caddy'),
    data: RemotePath.prefault('/data/caddy').describe('certificates and keys'),
    config: RemotePath.prefault('/data/caddy-config'),
    network: NetworkName.default('shared_network'),
  }),
  async run(host, p) {
    const at = p.directory
    await host.ensure(
      directory({ path: at, mode: '0750' }),
      directory({ path: `${at}/sites` }),
      directory({ path: p.data, mode: '0700' }),
      directory({ path: p.config, mode: '0700' }),
      file({ path: `${at}/.env`, content: envFile(p.env), mode: '0600' }),
      file({ path: `${at}/Caddyfile`, content: caddyfile({ plain_http: p.plain_http, ...(p.email !== undefined && { email: p.email }) }), mode: '0644', validate: validatedBy(at) }),
      file({
        path: `${at}/docker-compose.yml`,
        mode: '0644',
        content: compose({ image: p.image, data_volume: `${p.data}:/data`, config_volume: `${p.config}:/config`, network: p.network, memory: p.memory, cpus: p.cpus, http_port: p.http_port, https_port: p.https_port }),
      }),
      caddyProject(at),
    )
    await host.ensure(caddyLoaded({}))
  },
})
