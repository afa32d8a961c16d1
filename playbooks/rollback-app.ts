import { z } from 'zod'
import { definePlaybook, main } from '../engine/index.ts'
import { AppParams } from '../roles/app/params.ts'
import { tellHistory } from '../roles/app/history.ts'
import { rollBack } from '../roles/app/rollback.ts'
import { roles } from '../roles/index.ts'

const rollbackApp = definePlaybook({
  name: 'rollback-app',
  doc: 'Brings an earlier release of an app back: its files, its environment and its image, by the same cut-over as a deploy. What is in databases stays as it is.',
  params: z.strictObject({
    app_name: AppParams.shape.name.describe('the app'),
    to: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/).optional().describe('a release or a version; default: the release before the one that was deployed last'),
    list: z.boolean().default(false).describe('only show the releases that are there'),
    hosts: z.string().default('apps').describe('where: a group or a pattern'),
  }),
  roles,
  subject: (p) => p.app_name,
  plays: (p) => [
    {
      name: p.list ? `releases of ${p.app_name}` : `roll ${p.app_name} back`,
      hosts: p.hosts,
      roles: [],
      ...(!p.list && { serial: 1, maxFail: 1 }),
      run: async (host) => void (p.list ? await tellHistory(host, p.app_name) : await rollBack(host, p.app_name, p.to)),
    },
  ],
})

export default rollbackApp
await main(import.meta, rollbackApp)
