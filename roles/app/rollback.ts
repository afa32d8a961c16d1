import { facts, parseEnvFile, rollout, Secret, type Host } from '../../engine/index.ts'
import { upstreams } from './site.ts'

/** What `deploy` records of a version, and a release of it that comes back records again. */
const OF_THE_VERSION: readonly string[] = ['version', 'secrets', 'directory', 'replicas', 'port', 'caddy', 'probe']

/**
 * Brings an earlier release of an app back, configuration and image together, by the same cut-over as a deploy.
 *
 * @param to a release ("20261121T131500Z") or a version; default: the one before what runs. True when something was replaced.
 */
export async function rollBack(host: Host, name: string, to?: string): Promise<boolean> {
  const all = (await host.read(facts.releases(name))) ?? []
  const [current, ...older] = all
  const target = to === undefined ? older[0] : (all.find(({ id }) => id === to) ?? older.find(({ version }) => version === to))
  if (current === undefined) return host.fail(`no release of ${name} is recorded on this host`, 'a release is recorded by each deploy-app')
  if (target === undefined)
    return host.fail(
      to === undefined ? `there is no release of ${name} before ${current.version} (${current.id})` : `there is no release ${to} of ${name} on this host`,
      all.length > 1 ? `there is: ${all.map(({ id, version }) => `${version} (${id})`).join(', ')}` : undefined,
    )
  host.note(`${name}: back from ${current.version} to ${target.version} of ${target.id}. Not taken back: what is in databases and in /data`)
  for (const release of [current, target]) await hideSecretsOf(host, name, release)
  const about = (key: string) => target.about.get(key) ?? ''
  const port = Number(about('port'))
  const [{ changed }] = await host.ensure(
    rollout({
      directory: about('directory'),
      service: name,
      restore: target.id,
      replicas: Number(about('replicas')) || 1,
      ...(port > 0 && { upstream: upstreams.of({ name, port, caddy: about('caddy'), probe: about('probe') }) }),
      about: { ...Object.fromEntries([...target.about].filter(([key]) => OF_THE_VERSION.includes(key))), ...(await host.about()), from: target.id },
    }),
  )
  return changed
}

/** What a failing release prints is shown, and its secrets come from no store here: they are those of its own `.env`. */
async function hideSecretsOf(host: Host, name: string, { id, about }: facts.Release): Promise<void> {
  const names = (about.get('secrets') ?? '').split(',').filter((each) => each !== '')
  if (names.length === 0) return
  const env = await host.read(facts.text(`/var/lib/hostwright/releases/${name}/${id}/files/.env`))
  const values = env?.kind === 'bytes' ? parseEnvFile(env.bytes.toString()) : new Map<string, string>()
  for (const each of names) new Secret(values.get(each) ?? '') // a secret is known, and hidden, from when it is made
}

/** Tells what has run on a host, newest first, a line each; with what changed in the environment from one to the next. */
export async function tellHistory(host: Host, name: string): Promise<void> {
  const all = (await host.read(facts.releases(name))) ?? []
  if (all.length === 0) host.note(`no release of ${name} is recorded here`)
  for (const [index, { id, version, by, revision, env, about, images, seconds }] of all.entries()) {
    const before = all[index + 1]?.env
    const changed = before === undefined ? [] : [...new Set([...env.keys(), ...before.keys()])].filter((key) => env.get(key) !== before.get(key))
    const words = [
      index === 0 ? 'runs now ' : '         ', id, version.padEnd(12), by, revision === '' ? '' : `at ${revision}`, `in ${seconds} s`,
      about.has('from') ? `back to ${about.get('from')}` : '', images.map((image) => image.id.slice(7, 19)).join(' '),
      changed.length === 0 ? '' : `env: ${changed.map((key) => `${before?.has(key) ? (env.has(key) ? '~' : '-') : '+'}${key}`).join(' ')}`,
    ]
    host.note(words.filter((word) => word !== '').join('  '))
  }
}
