import { z } from 'zod'
import { composeProject as composeFact, type ComposeContainer, type ProjectState } from '../facts/compose-project.ts'
import { dockerEngine, noCompose, noEngine } from '../facts/docker-engine.ts'
import { dockerNetworkNames } from '../facts/docker-network.ts'
import { each } from '../facts/each.ts'
import { digest, path, text, type FileText } from '../facts/path.ts'
import { tree } from '../facts/tree.ts'
import { asText } from '../values/content.ts'
import { Duration, RemotePath, ServiceName } from '../values/schema.ts'
import { refuse, type Refusal } from './change.ts'
import { readComposeFile, type ComposeFile } from './compose-file.ts'
import { planDown, planUp } from './compose-plan.ts'
import { mustNotBegin, nameOfDirectory, strangerIn, unseen } from './compose-refusal.ts'
import { OVERRIDE, rivalRefusal, rivals, STANDARD } from './compose-rivals.ts'
import { wishOf } from './compose-wish.ts'
import { defineTask } from './task.ts'

const Params = z.strictObject({
  directory: RemotePath.describe('where docker-compose.yml stands'),
  name: ServiceName.optional().describe('default: the `name:` of the file must be, or Compose would make, the name of the directory'),
  file: z.string().regex(/^[A-Za-z0-9._-]+\.ya?ml$/).default('docker-compose.yml').describe('the project file, in the directory'),
  state: z.enum(['up', 'down']).default('up').describe('down: containers and own networks are removed, volumes stay'),
  services: z.array(z.string()).min(1).optional().describe('only these and what they depend on; default: all that no profile keeps back'),
  wait: Duration.prefault('120s').describe('until all is healthy'),
  pull: z.enum(['missing', 'never']).default('missing').describe('whether images that are not there are fetched; that takes its own time, up to 10 minutes'),
  configs: z.array(RemotePath).optional().describe('files and directories whose content matters: a change recreates the services that see them. Default: whatever of the directory a service mounts read-only'),
  reload: z
    .array(z.strictObject({
      service: z.string().describe('whose container sees them'),
      paths: z.array(RemotePath).min(1).describe('files and directories'),
      argv: z.array(z.string()).min(1).describe('run in the container'),
      verify: z.array(z.string()).min(1).optional().describe('run in the container afterwards; must succeed'),
    }))
    .default([])
    .describe('services that take in these files by a command, instead of being recreated'),
  removeOrphans: z.boolean().default(true).describe('containers of services that the file does not know any more'),
})
type P = z.output<typeof Params>

/** What the task tells of a project. */
export interface ComposeProjectResult {
  readonly containers: readonly ComposeContainer[]
  /** healthy: everything runs, and what has a health check passes it. down: nothing is there. */
  readonly health: 'healthy' | 'ailing' | 'down'
}

/**
 * A Compose project runs as its files say: `docker-compose.yml`, `.env`, and what its services mount of the project's directory.
 *
 * What it was last brought up from is recorded on the host; a run that dies between writing a file and bringing it into effect leaves that
 * to the next one. Whoever works by hand in the directory (`docker compose up -d`) finds an ordinary project: nothing is added to it.
 *
 * @example
 * composeProject({ directory: '/opt/services/redis', wait: '60s' })
 * composeProject({
 *   directory: '/opt/services/caddy',
 *   reload: [{
 *     service: 'caddy',
 *     paths: ['/opt/services/caddy/Caddyfile', '/opt/services/caddy/sites'],
 *     argv: ['caddy', 'reload', '--config', '/etc/caddy/Caddyfile', '--adapter', 'caddyfile'],
 *   }],
 * })
 */
export const composeProject = defineTask({
  name: 'composeProject',
  doc: 'A Compose project runs as its files say, and is healthy. Recreates what was made from older files, or reloads it; never destroys a volume.',
  params: Params,
  title: (p) => p.directory,
  facts: (p) => Object.assign({
    engine: dockerEngine(),
    now: composeFact(nameFor(p)),
    networks: dockerNetworkNames(),
    file: text(`${p.directory}/${p.file}`),
    fileDigest: digest(`${p.directory}/${p.file}`),
    env: digest(`${p.directory}/.env`),
    envAt: path(`${p.directory}/.env`),
    override: digest(`${p.directory}/${OVERRIDE}`),
  }, each(treesOf(p), tree), rivals(p.directory)),
  plan(p, now) {
    const trouble = noEngine(now.engine)
    if (p.state === 'down' && trouble?.message === 'Docker is not installed') return []
    if (trouble) return refuse(trouble.message, trouble.hint)
    if (p.state === 'down') {
      const stranger = strangerIn(now.now, p.directory)
      return stranger === undefined ? planDown(nameFor(p), now.now) : refuse(`the project "${nameFor(p)}" runs from ${stranger}, and not from ${p.directory}: it is not taken down`, 'name the directory that it runs from')
    }
    const lacking = noCompose(now.engine)
    if (lacking) return refuse(lacking.message, lacking.hint)
    const rival = p.file === STANDARD ? rivalRefusal(p.directory, now, [OVERRIDE]) : undefined
    if (rival) return rival
    if (now.envAt.kind === 'link') return refuse(`${p.directory}/.env is a link, and a change of what stands behind it would not be seen`, 'put a file there')

    const file = projectFile(p, now.file)
    if ('refused' in file) return file
    const project = { directory: p.directory, name: nameFor(p), file: p.file }
    const override = p.file === STANDARD && now.override !== undefined ? [[`${p.directory}/${OVERRIDE}`, now.override] as const] : []
    const env = now.env === undefined ? [] : [[`${p.directory}/.env`, now.env] as const]
    const files = new Map([...treesOf(p).flatMap((root) => [...(now[`each ${root}`] ?? [])]), ...env, ...override])
    const wish = wishOf(p, file, files, [`${p.directory}/${p.file}`, ...override.map(([at]) => at)], project.name)
    return unseen(file, [...treesOf(p), `${p.directory}/.env`], 'name it in `configs`, with what else the services see') ?? mustNotBegin(p, project, file, wish, now) ?? planUp(p, project, file, wish, now)
  },
  state: (_, { now }): ComposeProjectResult => ({ containers: now.containers, health: healthOf(now) }),
})

const treesOf = (p: P) => [...new Set([...(p.configs ?? [p.directory]), ...p.reload.flatMap(({ paths }) => paths)])]

const nameFor = (p: P) => p.name ?? nameOfDirectory(p.directory)

function projectFile(p: P, seen: FileText): ComposeFile | Refusal {
  const at = `${p.directory}/${p.file}`
  if (seen.kind === 'absent') return refuse(`${at} does not exist`, 'write it before: file({ … })')
  const known = seen.kind === 'bytes' ? asText(seen.bytes) : undefined
  if (known === undefined) return refuse(`${at} is no text of a project file's size`)
  return readComposeFile(known, p.directory, p.file)
}

function healthOf({ containers }: ProjectState): ComposeProjectResult['health'] {
  if (containers.length === 0) return 'down'
  return containers.every(({ state, health, exitCode }) => (state === 'running' ? health === 'healthy' || health === 'none' : exitCode === 0)) ? 'healthy' : 'ailing'
}
