import { absent, composeProject, facts, journalPath, releasesPath, strangerIn, type Host } from '../../engine/index.ts'
import { siteAt } from '../caddy/site.ts'
import { withoutJobs } from './jobs.ts'
import { siteOf, withoutSite } from './site.ts'

export interface RemoveParams {
  readonly name: string
  /** What becomes of /data/<name>. */
  readonly data: 'keep' | 'delete'
  /** Where apps and Caddy stand, where no release says so. */
  readonly apps: string
  readonly caddy: string
}

/**
 * Takes an app off a host. Caddy stops sending before its containers are stopped, and what cannot be made again goes last: a run that is cut off in
 * the middle leaves an app that a deploy brings back, or the next removal takes away.
 */
export async function removeApp(host: Host, { name, data, apps, caddy }: RemoveParams): Promise<void> {
  const releases = (await host.read(facts.releases(name))) ?? []
  const [current] = releases
  const at = current?.about.get('directory') ?? `${apps}/${name}`
  const site = { name, caddy: current?.about.get('caddy') ?? caddy }
  const [answers, there, kept] = await Promise.all([siteAt(site.caddy, name), at, `/data/${name}`].map((path) => isThere(host, path)))
  const project = await host.read(facts.composeProject(name))
  const stranger = project && strangerIn(project, at)
  if (stranger !== undefined) host.fail(`what runs as ${name} here was brought up from ${stranger}, and not from ${at}: it is not ours`, 'take it down by hand, if it is meant')
  if (!answers && !there && current === undefined && !project?.containers.length) host.note(`nothing of ${name} is on this host`)
  if (!answers && (current?.about.get('address') ?? '') !== '') host.note(`${name} was deployed for ${current?.about.get('address')}, and no site of it stands in ${site.caddy}/sites: where it stands elsewhere, it stays`)
  if (answers && (await siteOf(host, site))?.ours !== true) host.fail(`${siteAt(site.caddy, name)} is not as we wrote it: Caddy would go on to send there`, 'look at it, and remove it by hand; then run again')

  await withoutJobs(host, name, at)
  await withoutSite(host, site)
  await host.ensure(composeProject({ directory: at, state: 'down' }))
  await host.ensure(
    ...(await upstreamFiles(host, site)).map((path) => absent({ path })),
    absent({ path: at }),
    absent({ path: releasesPath(name) }),
    absent({ path: journalPath(name) }),
    ...(data === 'delete' ? [absent({ path: `/data/${name}` })] : []),
  )
  if (data === 'keep' && kept) host.note(`/data/${name} stays; --data delete takes it away, too`)
  const images = [...new Set(releases.flatMap((release) => release.images.map(({ reference }) => reference)))]
  if (images.length > 0) host.note(`its images stay, for others may be made of them: docker image rm ${images.join(' ')}`)
}

async function isThere(host: Host, path: string): Promise<boolean> {
  const known = await host.read(facts.path(path))
  return known !== undefined && known.kind !== 'absent'
}

/** The files that Caddy reads its upstreams from, however many replicas there ever were. */
async function upstreamFiles(host: Host, { name, caddy }: { readonly name: string; readonly caddy: string }): Promise<string[]> {
  const files = (await host.read(facts.tree(`${caddy}/up`))) ?? new Map<string, string>()
  const own = `${caddy}/up/${name}-`
  return [...files.keys()].filter((path) => path.startsWith(own) && /^\d+$/.test(path.slice(own.length)))
}
