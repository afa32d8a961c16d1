import { z } from 'zod'
import { composeProject, type ProjectState } from '../facts/compose-project.ts'
import { dockerEngine, noCompose, noEngine } from '../facts/docker-engine.ts'
import { dockerNetworkNames } from '../facts/docker-network.ts'
import { each } from '../facts/each.ts'
import { becomes, given } from '../facts/fact.ts'
import { digest, text, type FileText } from '../facts/path.ts'
import { journalPath, releasesPath, rolloutPhase } from '../facts/rollout.ts'
import { tree } from '../facts/tree.ts'
import { ContentObject, Duration, Port, RemotePath, SecretObject, ServiceName, Size } from '../values/schema.ts'
import { change, refuse, run, type Refusal } from './change.ts'
import { readComposeFile, type ComposeFile } from './compose-file.ts'
import { foretold } from './compose-plan.ts'
import { mustNotBegin, nameOfDirectory, unseen } from './compose-refusal.ts'
import { rivalRefusal, rivals, STANDARD as FILE } from './compose-rivals.ts'
import { listed, verdictOf } from './compose-verdict.ts'
import { wishOf } from './compose-wish.ts'
import { givenFiles, keptFiles, type WishedFile } from './rollout/files.ts'
import { launch, NOT_UNDER_WAY } from './rollout/launch.ts'
import { settingsText, upstreamNames } from './rollout/settings.ts'
import { defineTask } from './task.ts'

const Name = z.string().regex(/^\.?[A-Za-z0-9][A-Za-z0-9._-]*$/, 'the name of a file in the directory')

const Params = z
  .strictObject({
    directory: RemotePath.describe('where the project stands'),
    service: ServiceName.describe('the service that is replaced; the others of the project take over with it, or go back with it'),
    files: z.record(Name, z.union([z.string(), SecretObject, ContentObject])).optional()
      .describe('`docker-compose.yml` and what else of the directory belongs to a version, such as `.env`: put in place with the new containers, and taken back with them'),
    restore: z.string().regex(/^\d{8}T\d{6}Z$/).optional().describe('instead of files: a release of this host, which comes back with its files and its image'),
    replicas: z.int().min(1).max(50).default(1),
    strategy: z.enum(['switch', 'docker-rollout']).default('switch').describe('switch: Caddy is pointed at the new containers once they are well; docker-rollout: the plugin, with guards around it'),
    upstream: z
      .strictObject({
        directory: RemotePath.describe('where the files stand that name the upstreams of the site'),
        mounted: RemotePath.describe('the same directory inside of the container of Caddy'),
        name: ServiceName.describe('the files are NAME-1, NAME-2, … one a replica'),
        container: z.string().default('caddy').describe('that of Caddy'),
        port: Port.describe('on which the service listens'),
        probe: z.string().default('').describe('path that must answer over the network before Caddy is switched'),
      })
      .optional()
      .describe('without it both versions are behind the name of the service for a while, and the new one gets requests as soon as it runs'),
    before: z.strictObject({ argv: z.array(z.string().min(1)).min(1).describe('a command, word by word'), timeout: Duration.prefault('10m').describe('how long it may take') }).optional().describe('run once on each host, in a container of the new version, before it starts: migrations. The old version must be able to live with what it does'),
    wait: Duration.prefault('180s').describe('until the new containers are healthy'),
    drain: Duration.prefault('30s').describe('at most, for requests under way to the old'),
    observe: Duration.prefault('5s').describe('how long the old are kept, stopped, while the new are watched'),
    keep: z.int().min(2).max(100).default(5).describe('releases that can be brought back'),
    min_free: Size.prefault('1g').describe("what Docker's disk must have free when the image has to be fetched; and at least twice the size of the image that runs. 0b: nobody looks"),
    configs: z.array(RemotePath).default([]).describe('files and directories that the service sees and whose content matters'),
    about: z.record(z.string().regex(/^[a-z]+$/), z.string()).default({}).describe('for the release record: version, by, revision'),
    versions: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().regex(/^\S{1,200}$/)).default({}).describe('for the release record: of variables, what the secret store calls the version of their values'),
  })
  .refine((p) => (p.files === undefined) !== (p.restore === undefined), 'give either `files` or `restore`')
  .refine((p) => p.files === undefined || FILE in p.files, 'files must hold a docker-compose.yml')
type P = z.output<typeof Params>

const namesOf = (p: P) => (p.files === undefined ? [FILE, '.env'] : Object.keys(p.files))
const nameFor = (p: P) => nameOfDirectory(p.directory)
const releaseOf = (p: P) => `${releasesPath(nameFor(p))}/${p.restore ?? 'none'}/files`
function upstreamsOf(p: P): string[] {
  const { upstream: up } = p
  return up === undefined || p.strategy !== 'switch' ? [] : upstreamNames(up.name, p.replicas).map((name) => `${up.directory}/${name}`)
}

/**
 * A service runs as its files say; a new version takes the place of the old without losing a request, and takes its place only when it is
 * well. All of the cut-over is one program on the host, which comes to its end by itself: see docs/rollout.md.
 *
 * @example
 * rollout({
 *   directory: '/opt/services/apps/shop', service: 'shop',
 *   files: { 'docker-compose.yml': compose, '.env': env },
 *   upstream: { directory: '/opt/services/caddy/up', mounted: '/etc/caddy/up', name: 'shop', port: 3000, probe: '/health' },
 * })
 */
export const rollout = defineTask({
  name: 'rollout',
  doc: 'A service runs as its files say. A new version is started beside the old one, takes over when it is healthy, and otherwise goes again, with its files.',
  params: Params,
  title: (p) => p.directory,
  facts: (p) =>
    Object.assign(
      Object.assign({
        engine: dockerEngine(), now: composeProject(nameFor(p)), networks: dockerNetworkNames(), phase: rolloutPhase(nameFor(p)),
        restored: p.restore === undefined ? given<FileText>({ kind: 'absent' }) : text(`${releaseOf(p)}/${FILE}`),
      }, rivals(p.directory), each(namesOf(p).map((name) => `${p.directory}/${name}`), digest, 'live')),
      each(p.restore === undefined ? [] : namesOf(p), (name) => digest(`${releaseOf(p)}/${name}`), 'kept'),
      each(upstreamsOf(p), text, 'upstream'),
      each(p.configs, tree),
    ),
  plan(p, now) {
    const trouble = noEngine(now.engine) ?? noCompose(now.engine)
    if (trouble) return refuse(trouble.message, trouble.hint)
    const rival = rivalRefusal(p.directory, now, namesOf(p))
    if (rival) return rival
    const kept = new Map(namesOf(p).flatMap((name) => { const sum = now[`kept ${name}`]; return sum === undefined ? [] : [[name, sum]] }))
    if (p.restore !== undefined && !kept.has(FILE)) return refuse(`there is no release ${p.restore} of ${nameFor(p)} on this host`, 'history-app lists those that are there')
    const wished = p.files === undefined ? keptFiles(kept, releaseOf(p), { name: FILE, text: bytesOf(now.restored) }) : givenFiles(p.files)
    const file = fitFile(p, wished)
    if ('refused' in file) return file

    const project = { directory: p.directory, name: nameFor(p), file: FILE }
    const trees = new Map([...p.configs.flatMap((root) => [...(now[`each ${root}`] ?? [])]), ...wished.map(({ name, digest: sum }) => [`${p.directory}/${name}`, sum] as const)])
    const params = { directory: p.directory, configs: p.configs, reload: [] }
    const wish = wishOf(params, file, trees, [`${p.directory}/${FILE}`], project.name)
    const refusal = unseen(file, [...p.configs, ...wished.map(({ name }) => `${p.directory}/${name}`)], 'put it into `files`, or name it in `configs`') ?? mustNotBegin(params, project, file, wish, now)
    if (refusal) return refusal

    const verdicts = wish.services.flatMap((service) => verdictOf(service, now.now, project) ?? [])
    const changed = wished.filter(({ name, digest: sum }) => now[`live ${p.directory}/${name}`] !== sum)
    const astray = upstreamsOf(p).filter((at) => bytesOf(now[`upstream ${at}`]) !== p.service)
    const orphans = now.now.containers.filter(({ service }) => !file.all.has(service))
    if (verdicts.length === 0 && changed.length === 0 && astray.length === 0 && orphans.length === 0 && now.phase === '') return []

    const others = wish.services.filter(({ name }) => name !== p.service)
    const along = verdicts.filter(({ service }) => service !== p.service)
    const runs = now.now.containers.some(({ service, state }) => service === p.service && state === 'running')
    const why = [
      ...(now.phase === '' ? [] : ['an earlier rollout was cut off']),
      ...(changed.length === 0 ? [] : [`${listed(changed.map(({ name }) => name))} changed`]),
      ...(changed.length === 0 ? verdicts.map(({ summary }) => summary) : []),
      ...(astray.length === 0 || !runs ? [] : ['Caddy is not pointed at it']),
      ...orphans.map(({ name }) => `${name} is an orphan`),
    ]
    const after: ProjectState = { ...foretold(wish, file, now.now, [], orphans), record: undefined }
    const record = { ...wish.record, containers: new Set(after.containers.map(({ id }) => id)) }
    const settings = settingsText({
      project: project.name, directory: p.directory, service: p.service, replicas: p.replicas, files: namesOf(p), strategy: p.strategy,
      wait: p.wait, drain: p.drain, observe: p.observe, keep: p.keep, minFree: p.min_free, before: p.before, restore: p.restore === undefined ? undefined : `${releasesPath(project.name)}/${p.restore}`, image: file.services.get(p.service)?.image, record: wish.record, about: p.about, versions: p.versions,
      upstream: p.strategy === 'switch' ? p.upstream : undefined,
      others: others.map(({ name }) => name),
      lasting: others.filter(({ isOneShot }) => !isOneShot).map(({ name }) => name),
      afresh: along.filter(({ how }) => how === 'recreate' || how === 'restart').map(({ service }) => service),
      orphans: orphans.length > 0,
      named: wish.services.flatMap(({ name, networks }) => networks.filter((network) => file.externalNetworks.includes(network)).map((network) => [name, network] as const)),
      networks: file.externalNetworks, mounts: wish.services.flatMap(({ mounts }) => mounts.filter((at) => !at.includes('$'))),
    })
    const next = `${journalPath(project.name)}/next`
    // An earlier one may have to be finished first, images fetched, and containers take their time to end.
    const limit = p.wait * 4 + 1200 + (p.before?.timeout ?? 0) + p.drain * 2 + p.observe + 600
    return [
      change(
        `${runs ? `replace ${p.service}` : `start ${p.service}`}${along.length === 0 ? '' : `, and with it ${listed(along.map(({ service }) => service))}`}${runs && p.upstream && p.strategy === 'switch' ? ', switched by Caddy' : ''}${p.before ? `, after ${p.before.argv.join(' ')}` : ''}${why.length === 0 || !runs ? '' : `: ${why.join('; ')}`}`,
        [run(['sh', '-c', `umask 077; ${NOT_UNDER_WAY} && rm -rf -- "$1/next" && mkdir -- "$1/next"`, 'sh', journalPath(project.name)], { timeout: 60 }), ...wished.map(({ name, stage }) => stage(next, `${p.directory}/${name}`)), launch(project.name, settings, limit)],
        [
          becomes(composeProject(project.name), { ...after, record }),
          becomes(rolloutPhase(project.name), ''),
          ...wished.flatMap(({ name, effects }) => effects(`${p.directory}/${name}`)),
          ...upstreamsOf(p).flatMap((at) => [becomes(text(at), { kind: 'bytes', bytes: Buffer.from(p.service) })]),
          becomes(dockerNetworkNames(), new Set([...now.networks, ...file.ownNetworks(project.name)])),
        ],
        { touches: ['dockerNetwork', 'dockerImage', 'releases'] },
      ),
    ]
  },
  state: (_, { now }) => ({ containers: now.containers }),
})

/** The project file, when a rollout can be done with it. */
function fitFile(p: P, wished: readonly WishedFile[]): ComposeFile | Refusal {
  const known = wished.find(({ name }) => name === FILE)?.text
  if (known === undefined) return refuse(`${FILE} is no text of a project file's size`)
  const file = readComposeFile(known, p.directory, FILE)
  if ('refused' in file) return file
  const service = file.services.get(p.service)
  if (service === undefined) return refuse(`${FILE} has no service "${p.service}"`, `it has: ${[...file.services.keys()].join(', ')}`)
  if (service.alone !== undefined) return refuse(`${p.service} has ${service.alone}: two versions of it cannot run side by side`, 'remove it: Caddy reaches the service by its name; or use composeProject, which stops the old one first')
  if (!service.hasHealthCheck) return refuse(`${p.service} has no health check: nobody could tell when it is ready`, 'give it one in docker-compose.yml')
  if (service.replicas !== undefined && service.replicas !== p.replicas) return refuse(`${FILE} says ${service.replicas} replicas, and the rollout ${p.replicas}`, 'say the same number in both')
  return file
}

const bytesOf = (seen: FileText | undefined): string | undefined => (seen?.kind === 'bytes' ? seen.bytes.toString() : undefined)
