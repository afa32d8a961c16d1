import { dirname } from 'node:path/posix'
import { z } from 'zod'
import { composeProject, defineRole, directory, envFile, file, Image, Memory, NetworkName, PlainSecret, RemotePath, template } from '../../engine/index.ts'
import { holders, tellHolders } from '../shared/holders.ts'
import { Publish, published } from '../shared/publish.ts'
import { Backup, ensureBackup } from './backup.ts'
import { Identifier, postgresDatabase, taken } from './databases.ts'
import { isNested, postgresMajor } from './major.ts'
import { postgresPassword } from './password.ts'

const compose = template(
  import.meta,
  'docker-compose.yml.hbs',
  z.strictObject({
    image: z.string(), volume: z.string(), network: z.string(), memory: z.string(), cpus: z.string(),
    publish: z.string().optional(), max_connections: z.number(), shared_buffers: z.string(),
  }),
)

/** PostgreSQL in a container of its own, its data under /data/postgres. */
export const postgres = defineRole({
  name: 'postgres',
  doc: 'PostgreSQL, standing alone in /opt/services/postgres, its data in /data/postgres. Reached as postgres:5432 on the shared network.',
  params: z.strictObject({
    image: Image.default('postgres:15-alpine').describe('its major version must be that of the data'),
    user: Identifier.default('postgres').describe('made when the data is first made'),
    password: PlainSecret.describe('of that user. A new one is set in the running database; whoever has the old one on this host is named, and has to be deployed anew'),
    database: Identifier.default('postgres').describe('made when the data is first made'),
    databases: z.record(Identifier, z.strictObject({ password: PlainSecret.describe('of the role') })).default({}).describe('a database for each app, and a role of the same name that owns it: { shop: { password: !secret shop/DB_PASSWORD } }. Made at any time; none is taken away'),
    memory: Memory.default('1g'),
    cpus: z.string().regex(/^\d+(\.\d+)?$/).default('1.0').describe('processors, quoted: "1.5"'),
    max_connections: z.int().min(10).max(10_000).default(100),
    shared_buffers: z.string().regex(/^\d+(kB|MB|GB)$/).default('128MB'),
    publish: Publish.optional().describe('a port of 127.0.0.1 on the host, for tools that run there; or "10.0.0.5:5432", an address of the host in a network of its own, for apps on other hosts. What goes there is not encrypted'),
    init: z.record(z.string().regex(/^[A-Za-z0-9_.-]+\.(sql|sh)$/), z.string()).default({}).describe('files for /docker-entrypoint-initdb.d: name → content; run once, when the data is first made'),
    backup: Backup.optional().describe('backups of all databases, taken by cron: { schedule: "30 2 * * *" }. Back with restore.sh'),
    directory: RemotePath.prefault('/opt/services/postgres'),
    data: RemotePath.prefault('/data/postgres'),
    network: NetworkName.default('shared_network'),
  }).refine((p) => !`${p.backup?.directory ?? ''}/`.startsWith(`${p.data}/`), { path: ['backup', 'directory'], message: 'a backup in the directory of the data would be lost with it' })
    .superRefine((p, context) => {
      for (const name of Object.keys(p.databases)) {
        const why = taken(name, p)
        if (why !== undefined) context.addIssue({ code: 'custom', path: ['databases', name], message: why })
      }
    }),
  async run(host, p) {
    const at = p.directory
    const password = { container: 'postgres', role: p.user, password: p.password }
    const [old, data] = await host.ensure(
      holders({ file: `${at}/.env`, key: 'POSTGRES_PASSWORD', value: p.password, root: dirname(at) }),
      postgresMajor({ data: p.data, image: p.image }),
    )
    tellHolders(host, 'POSTGRES_PASSWORD', old.state)
    const [asked] = await host.ensure(
      postgresPassword(password),
      directory({ path: at, mode: '0750' }),
      directory({ path: `${at}/init` }),
      // The image gives the directory to its own user; here it is only made and kept to that user. Where the data lie deeper, it gives away
      // only what is theirs, and its user has to get there.
      directory({ path: p.data, mode: isNested(p.image) ? '0711' : '0700' }),
      file({ path: `${at}/.env`, content: envFile({ POSTGRES_USER: p.user, POSTGRES_PASSWORD: p.password, POSTGRES_DB: p.database }), mode: '0600' }),
      ...Object.entries(p.init).map(([name, content]) => file({ path: `${at}/init/${name}`, content, mode: '0644' })),
      file({
        path: `${at}/docker-compose.yml`,
        mode: '0644',
        content: compose({
          image: p.image, volume: `${p.data}:/var/lib/postgresql${isNested(p.image) ? '' : '/data'}`, network: p.network, memory: p.memory, cpus: p.cpus,
          max_connections: p.max_connections, shared_buffers: p.shared_buffers,
          ...(p.publish !== undefined && { publish: published(p.publish, 5432) }),
        }),
      }),
      // What is in init/ counts only while the data are first made: a change there recreates nothing.
      composeProject({ directory: at, wait: '180s', configs: [] }),
    )
    // Data that were there before have the password of then, and a server that did not run could not be given the new one.
    if (asked.state === false && data.state?.length !== 0) await host.ensure(postgresPassword({ ...password, when: 'up' }))
    await host.ensure(...Object.entries(p.databases).map(([name, { password: its }]) => postgresDatabase({ container: 'postgres', user: p.user, name, password: its })))
    await ensureBackup(host, p)
  },
})
