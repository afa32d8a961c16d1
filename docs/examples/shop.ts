import { z } from 'zod'
import { defineRole, Secret, SecretValue } from '../../engine/index.ts'
import { AppParams } from '../../roles/app/params.ts'
import { app } from '../../roles/app/role.ts'

export const shop = defineRole({
  name: 'shop',
  doc: 'The shop and its worker, out of one image, with one environment.',
  params: z.strictObject({ version: z.string(), domain: z.string(), db_password: SecretValue }),
  async run(host, p) {
    const both = {
      image: 'acme/shop',
      version: p.version,
      // What is put together of a secret has to be made one again.
      secrets: { DATABASE_URL: new Secret(`postgres://shop:${encodeURIComponent(p.db_password.reveal())}@postgres:5432/shop`) },
    }
    await app.run(host, AppParams.parse({ ...both, name: 'shop', domain: p.domain }))
    await app.run(host, AppParams.parse({ ...both, name: 'shop-worker', command: ['npm', 'run', 'work'], health_command: 'test -e /tmp/alive' }))
  },
})
