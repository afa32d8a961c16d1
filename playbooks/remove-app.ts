import { z } from 'zod'
import { definePlaybook, main } from '../engine/index.ts'
import { AppParams } from '../roles/app/params.ts'
import { removeApp } from '../roles/app/remove.ts'
import { roles } from '../roles/index.ts'

const given = AppParams.shape

const removeAppPlaybook = definePlaybook({
  name: 'remove-app',
  doc: 'Takes an app off hosts: Caddy does not answer for it any more, its containers, its files and its releases go. What is in /data stays, unless it is asked for; databases and secret stores are left alone. Look at it with --check before.',
  params: z.strictObject({
    app_name: given.name.describe('the app'),
    data: z.enum(['keep', 'delete']).default('keep').describe('what becomes of /data/<name>'),
    apps: given.apps.describe('where apps stand, for one that no deploy has recorded'),
    caddy: given.caddy.describe('where Caddy stands, for the same'),
    hosts: z.string().default('apps').describe('where: a group or a pattern'),
  }),
  roles,
  subject: (p) => p.app_name,
  plays: (p) => [
    {
      name: `remove ${p.app_name}`,
      hosts: p.hosts,
      serial: 1,
      maxFail: 1,
      roles: [],
      run: (host) => removeApp(host, { name: p.app_name, data: p.data, apps: p.apps, caddy: p.caddy }),
    },
  ],
})

export default removeAppPlaybook
await main(import.meta, removeAppPlaybook)
