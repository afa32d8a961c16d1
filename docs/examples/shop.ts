import { z } from 'zod'
import { defineRole, Secret, SecretValue } from '../../engine/index.ts'
import { AppParams } from '../../roles/app/params.ts'
import { app } from '../../roles/app/role.ts'

export const shop = defineRole({
  name: 'shop',
  doc: 'The shop with its worker, and the search beside it, with one environment.',
  params: z.strictObject({ version: z.string(), domain: z.string(), db_password: SecretValue }),
  async run(host, p) {
    const both = {
      version: p.version,
      // What is put together of a secret has to be made one again.
      secrets: { DATABASE_URL: new Secret(`postgres://shop:${encodeURIComponent(p.db_password.reveal())}@postgres:5432/shop`) },
    }
    await app.run(host, AppParams.parse({ ...both, name: 'shop', image: 'acme/shop', domain: p.domain, workers: { mail: { command: ['npm', 'run', 'work'] } } }))
    await app.run(host, AppParams.parse({ ...both, name: 'search', image: 'acme/search' }))
  },
})
