import { z } from 'zod'
import { directory, envFile, facts, rollout, template, type Host } from '../../engine/index.ts'
import { ensureJobs } from './jobs.ts'
import { mirrored } from './mirrors.ts'
import type { AppParams } from './params.ts'
import { withLogin } from './registry.ts'
import { recordOf, takeOver, versionsOf } from './release.ts'
import { ensureSite, needsCaddy, siteOf, upstreams, withoutSite } from './site.ts'

const compose = template(
  import.meta,
  'docker-compose.yml.hbs',
  z.strictObject({
    name: z.string(), image: z.string(), network: z.string(), replicas: z.number(), health: z.string(), start_period: z.string(), grace: z.string(),
    memory: z.string(), cpus: z.string(), volume: z.string().optional(), command: z.array(z.string()).optional(),
    workers: z.array(z.strictObject({ service: z.string(), command: z.array(z.string()), replicas: z.number(), health: z.string().optional(), grace: z.string(), memory: z.string(), cpus: z.string() })),
    jobs: z.array(z.strictObject({ service: z.string(), name: z.string(), command: z.array(z.string()), memory: z.string(), cpus: z.string() })),
  }),
)

/** Deploys it on a host. True when something was replaced or started. */
export function deploy(host: Host, p: AppParams): Promise<boolean> {
  const image = mirrored(`${p.image}:${p.version}`, p.mirrors)
  return withLogin(host, p.registry, image, () => replace(host, p, image))
}

async function replace(host: Host, p: AppParams, image: string): Promise<boolean> {
  const at = `${p.apps}/${p.name}`
  const domains = p.domain === 'none' ? undefined : p.domain?.split(',')
  if (domains !== undefined) await needsCaddy(host, p.caddy)
  const probe = `http://127.0.0.1:${p.port}${p.health_path}`
  const wished = domains?.map((each) => (p.tls ? each : `http://${each}`)).join(', ')
  const standing = await siteOf(host, p)
  // A flag is soon forgotten, and nobody could reach the app any more.
  if (p.domain === undefined && standing?.ours === true)
    host.fail(`${p.name} answers for ${standing.address}, and is given no domain now: nobody could reach it from outside any more`, `say its domain again: --app-domain, or app.domain in the inventory; "none" takes it out of Caddy`)
  // The address under which the app is reached now stays until the new version has taken over: when it does not, nothing has changed.
  const address = standing?.ours === true ? standing.address : wished
  const dynamic = address !== undefined && p.strategy === 'switch' && (await upstreams.canBeSwitched(host))
  const site = { name: p.name, port: p.port, replicas: p.replicas, caddy: p.caddy, dynamic }
  // Nobody knows before it is fetched whether there is such an image: what is mistyped shows here.
  if ((await host.read(facts.dockerImage(image)))?.kind === 'absent') host.note(`${image} is not on this host: it has to be fetched`)
  await host.ensure(directory({ path: at, mode: '0750' }), ...(p.data ? [directory({ path: `/data/${p.name}` })] : []))
  if (address !== undefined) await ensureSite(host, { ...site, address })
  const [{ changed }] = await host.ensure(
    rollout({
      directory: at,
      service: p.name,
      replicas: p.replicas,
      files: {
        'docker-compose.yml': compose({
          name: p.name, image, network: p.network, replicas: p.replicas, start_period: p.start_period, grace: p.grace,
          memory: p.memory, cpus: p.cpus,
          health: p.health_command ?? `if command -v wget >/dev/null; then exec wget -q -O /dev/null '${probe}'; else exec curl -fsS -o /dev/null '${probe}'; fi`,
          ...(p.data && { volume: `/data/${p.name}:${p.mount}` }),
          ...(p.command && { command: p.command }),
          workers: Object.entries(p.workers).map(([name, { command, replicas, grace, memory, cpus, health_command: health }]) => ({ service: `${p.name}-${name}`, command, replicas, grace, memory, cpus, ...(health !== undefined && { health }) })),
          jobs: Object.entries(p.jobs).map(([name, { command, memory, cpus }]) => ({ service: `${p.name}-${name}`, name, command, memory, cpus })),
        }),
        '.env': envFile({ PORT: p.port, APP_VERSION: p.version, ...p.env, ...p.secrets }),
      },
      ...(p.before && { before: { argv: p.before, timeout: `${p.before_timeout}s` } }),
      min_free: `${p.min_free}b`,
      ...takeOver(p, dynamic),
      versions: versionsOf(p),
      about: { ...recordOf(p, at, dynamic, wished ?? ''), ...(await host.about()) },
    }),
  )
  await ensureJobs(host, p, at)
  if (wished === undefined) await withoutSite(host, p)
  else if (wished !== address) await ensureSite(host, { ...site, address: wished })
  return changed
}
