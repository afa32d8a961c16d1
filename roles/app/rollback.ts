import { directory, facts, parseEnvFile, releasesPath, rollout, Secret, type Host } from '../../engine/index.ts'
import { caddyProject } from '../caddy/project.ts'
import { changedEnv } from './history.ts'
import { jobsOf } from './jobs.ts'
import { comeBack } from './release.ts'
import { ensureSite, siteOf } from './site.ts'

/**
 * Brings an earlier release of an app back, configuration and image together, by the same cut-over as a deploy.
 *
 * @param to a release ("20261121T131500Z") or a version; default: the one before what was deployed last, and nothing is done where that was brought back
 *   already. True when something was replaced.
 */
export async function rollBack(host: Host, name: string, to?: string): Promise<boolean> {
  const all = (await host.read(facts.releases(name))) ?? []
  const [current, ...older] = all
  // A rollout that was cut off may have left another version at work than what was recorded last: that is what is brought back then.
  const isCutOff = ((await host.read(facts.rolloutPhase(name))) ?? '') !== ''
  // Run again, after it came through on some hosts only, it must not bring back on those what it has just taken away.
  if (current?.about.has('from') && to === undefined && !isCutOff) {
    host.note(`${name} was brought back already, to ${current.version} of ${current.about.get('from')}${older.length > 0 ? `; further back, or forth again, goes with --to: ${named(older)}` : ''}`)
    return false
  }
  const target = to === undefined ? (isCutOff ? current : older[0]) : (all.find(({ id }) => id === to) ?? all.find(({ version }) => version === to))
  if (current === undefined) return host.fail(`no release of ${name} is recorded on this host`, 'a release is recorded by each deploy-app')
  if (target === undefined)
    return host.fail(
      to === undefined ? `there is no release of ${name} before ${current.version} (${current.id})` : `there is no release ${to} of ${name} on this host`,
      all.length > 1 ? `there is: ${named(all)}` : 'deploy the version that it should run, as it is deployed otherwise: with its environment, and by its own playbook where it has one',
    )
  if (target.about.get('directory') === undefined) host.fail(`${name} was not deployed by the role app: where it stands is not recorded with ${target.id}`, `bring it back by the playbook that deploys it: rollout({ directory, service, restore: '${target.id}' })`)
  for (const release of [current, target]) await hideSecretsOf(host, name, release)
  const wish = comeBack(name, current, target, await host.about())
  const caddy = current.about.get('caddy') ?? '/opt/services/caddy'
  const site = await siteOf(host, { name, caddy })
  const moved = target.about.get('address') !== undefined && target.about.get('address') !== (site?.address ?? '')
  // That another version comes is said already.
  const env = changedEnv(target, current).filter((each) => each !== '~APP_VERSION')
  if (target === current) {
    const same = older.filter(({ version }) => version === to)
    host.note(`${name} was deployed last as ${current.version} of ${current.id}: ${isCutOff ? 'a rollout after it was cut off, and it is brought back' : 'it stays, or is brought back where something else runs'}${same.length > 0 ? `; an earlier one of that version goes by its time: ${named(same)}` : ''}`)
  } else host.note(`${name}: back from ${current.version} to ${target.version} of ${target.id}. Not taken back: what is in databases and in /data${moved ? `, and the domain: it is ${site?.address ?? 'none'}` : ''}${env.length > 0 ? `. Its environment is taken back, too: ${env.join(' ')}; a password that was changed since does not hold any more` : ''}`)
  const { upstream, about = {}, ...rest } = wish
  // Caddy is to be switched, and may not run, or see another directory. What was said of the site last may not have been said of a release: it was changed without one.
  if (upstream && site?.ours === true) {
    if (site.dynamic) await host.ensure(caddyProject(caddy))
    else await ensureSite(host, { name, address: site.address, port: upstream.port, replicas: wish.replicas ?? 1, caddy, dynamic: true })
  }
  await host.ensure(directory({ path: wish.directory, mode: '0750' })) // somebody may have taken it away
  await tellJobs(host, name, target)
  const [{ changed }] = await host.ensure(rollout({ ...rest, ...(upstream && site && { upstream }), about: { ...about, address: site?.address ?? '' } }))
  return changed
}

/** Cron goes on to call the jobs of the last deploy: which they are belongs to a version. */
async function tellJobs(host: Host, name: string, { id, version }: facts.Release): Promise<void> {
  const jobs = await jobsOf(host, name)
  if (jobs.length === 0) return
  const project = await host.read(facts.text(`${releasesPath(name)}/${id}/files/docker-compose.yml`))
  const has = project?.kind === 'bytes' ? project.bytes.toString() : ''
  const missing = jobs.filter((job) => !has.includes(`\n  ${name}-${job}:\n`))
  if (missing.length > 0) host.note(`cron goes on to call ${missing.join(', ')}, which ${version} of ${id} does not have: deploy what it is to call (app.jobs), or take the line out of /etc/cron.d/app-${name}`)
}

/** What a failing release prints is shown, and its secrets come from no store here: they are those of its own `.env`. */
async function hideSecretsOf(host: Host, name: string, { id, about }: facts.Release): Promise<void> {
  const names = (about.get('secrets') ?? '').split(',').filter((each) => each !== '')
  if (names.length === 0) return
  const env = await host.read(facts.text(`${releasesPath(name)}/${id}/files/.env`))
  const values = env?.kind === 'bytes' ? parseEnvFile(env.bytes.toString()) : new Map<string, string>()
  for (const each of names) new Secret(values.get(each) ?? '') // a secret is known, and hidden, from when it is made
}

const named = (releases: readonly facts.Release[]): string => releases.map(({ id, version }) => `${version} (${id})`).join(', ')
