import { z } from 'zod'
import { Account, defineRole, directory, Mode, RemotePath } from '../../engine/index.ts'

const Wanted = z.strictObject({ path: RemotePath, mode: Mode.optional(), owner: Account.optional(), group: Account.optional() })

/** Where services and their data live, and whatever else a host should have. */
export const directories = defineRole({
  name: 'directories',
  doc: 'The directories that everything else stands in: /opt/services for what runs, /data for what it keeps.',
  params: z.strictObject({
    services: RemotePath.prefault('/opt/services').describe('one directory a service, with its docker-compose.yml and .env'),
    apps: RemotePath.prefault('/opt/services/apps').describe('the same for apps'),
    data: RemotePath.prefault('/data').describe('what services keep'),
    more: z.array(Wanted).default([]).describe('others: path, and mode, owner, group where they matter'),
  }),
  async run(host, p) {
    await host.ensure(
      directory({ path: p.services }),
      directory({ path: p.apps }),
      directory({ path: p.data, mode: '0755' }),
      ...p.more.map((each) => directory(each)),
    )
  },
})
