import { z } from 'zod'
import { defineRole, directory, fetched, file, RemotePath, sourceFile } from '../../engine/index.ts'

/** The version that was read line by line, and its checksum. */
const PINNED = { version: 'v0.13', sha256: 'fa0df004de84747142cb627c55210aaa914bbae76666e7b95a2ac46805d81a84' }

/** The Compose plugin with which an operator replaces a service without a gap: `docker rollout SERVICE`. */
export const dockerRollout = defineRole({
  name: 'docker-rollout',
  doc: 'The plugin `docker rollout SERVICE`, for every user of the host. Fetched once by the controller, checked against its sha256, and pushed.',
  params: z
    .strictObject({
      version: z.string().regex(/^v[0-9.]+$/).default(PINNED.version),
      url: z.url().optional().describe('default: the release of that version at GitHub'),
      sha256: z.string().regex(/^[0-9a-f]{64}$/).optional().describe('of the file; required for another version or address'),
      file: z.string().optional().describe('a file on the controller, instead of fetching one'),
      directory: RemotePath.prefault('/usr/local/lib/docker/cli-plugins').describe('where Docker looks for plugins for every user'),
    })
    .refine((p) => p.file !== undefined || p.sha256 !== undefined || (p.version === PINNED.version && p.url === undefined), { path: ['sha256'], message: 'give the sha256 of this version: what is fetched is run as root' }),
  async run(host, p) {
    const url = p.url ?? `https://raw.githubusercontent.com/wowu/docker-rollout/${p.version}/docker-rollout`
    const content = p.file === undefined ? fetched(url, p.sha256 ?? PINNED.sha256) : sourceFile(p.file)
    await host.ensure(directory({ path: p.directory }), file({ path: `${p.directory}/docker-rollout`, content, mode: '0755' }))
  },
})
