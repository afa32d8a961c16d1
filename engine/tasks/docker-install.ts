import { z } from 'zod'
import { becomes, type Effect } from '../facts/fact.ts'
import { isLike, type OsState } from '../facts/os.ts'
import { digest, path } from '../facts/path.ts'
import { contentOf, type Content } from '../values/content.ts'
import { refuse, run, type Refusal, type Step, type WriteStep } from './change.ts'
import { fresh } from './ownership.ts'

/** Docker's own apt repository. */
export const RepositorySchema = z.strictObject({
  key: z.string().min(1).describe("a file of the controller: the key that signs it (Docker's, or that of your mirror), as .asc or .gpg"),
  url: z.url().default('https://download.docker.com/linux').describe('/debian or /ubuntu is put behind it'),
  component: z.string().default('stable'),
})

export type Repository = z.output<typeof RepositorySchema>

/** The packages that bring the engine and the Compose plugin; undefined: this system has none. */
export interface Offer {
  readonly engine: readonly string[] | undefined
  readonly compose: readonly string[] | undefined
}

export const OWN_PACKAGES: Offer = { engine: ['docker-ce', 'docker-ce-cli', 'containerd.io'], compose: ['docker-compose-plugin'] }

/** What the distribution itself has. Debian 12 has only the old Compose, which is no plugin. */
export function distributionPackages(os: OsState): Offer {
  if (isLike(os, 'ubuntu')) return { engine: ['docker.io'], compose: ['docker-compose-v2'] }
  if (!isLike(os, 'debian')) return { engine: undefined, compose: undefined }
  const isOld = os.version !== '' && Number(os.version) < 13
  return isOld ? { engine: ['docker.io'], compose: undefined } : { engine: ['docker.io', 'docker-cli'], compose: ['docker-compose'] }
}

/** The repository's two files, and what they are once they stand. */
export function repositoryFiles(os: OsState, { url, component }: Repository, key: Content): { readonly steps: Step[]; readonly effects: Effect[] } | Refusal {
  const system = isLike(os, 'ubuntu') ? 'ubuntu' : isLike(os, 'debian') ? 'debian' : undefined
  if (system === undefined || os.codename === '') return refuse(`Docker's repository has nothing for ${os.id || 'this system'}`, "source: 'distribution', or install Docker by hand: it is taken as it is")
  const keyFile = `/etc/apt/keyrings/docker.${key.text === undefined ? 'gpg' : 'asc'}`
  const sources = contentOf(
    `Types: deb\nURIs: ${url.replace(/\/$/, '')}/${system}\nSuites: ${os.codename}\nComponents: ${component}\nArchitectures: ${os.architecture}\nSigned-By: ${keyFile}\n`,
  )
  const files = [[keyFile, key], ['/etc/apt/sources.list.d/docker.sources', sources]] as const
  return {
    steps: [run(['mkdir', '-p', '-m', '0755', '--', '/etc/apt/keyrings'], { timeout: 0 }), ...files.map(([at, content]): WriteStep => ({ kind: 'write', path: at, content, mode: '0644' }))],
    effects: files.flatMap(([at, content]) => [becomes(path(at), { ...fresh('0644', content.size), kind: 'file' as const }), becomes(digest(at), content.digest)]),
  }
}
