import { z } from 'zod'
import { definePlaybook, main } from '../engine/index.ts'
import { AppParams } from '../roles/app/params.ts'
import { tellHistory } from '../roles/app/history.ts'
import { roles } from '../roles/index.ts'

const historyApp = definePlaybook({
  name: 'history-app',
  doc: 'Shows what ran of an app, newest first: release, version, who, from which revision, and what changed in its environment. Changes nothing.',
  params: z.strictObject({
    app_name: AppParams.shape.name.describe('the app'),
    hosts: z.string().default('apps').describe('where: a group or a pattern'),
  }),
  roles,
  subject: (p) => p.app_name,
  plays: (p) => [
    {
      name: `releases of ${p.app_name}`,
      hosts: p.hosts,
      roles: [],
      run: (host) => tellHistory(host, p.app_name),
    },
  ],
})

export default historyApp
await main(import.meta, historyApp)
