import { z } from 'zod'
import { created, defineFact, directory, facts, quote, template, upstreamNames, type Fact, type Host } from '../../engine/index.ts'
import { caddySite, siteAt } from '../caddy/site.ts'
import { caddyVersion } from '../caddy/version.ts'

const site = template(import.meta, 'site.caddy.hbs', z.strictObject({ name: z.string(), address: z.string(), upstreams: z.string() }))

/** Where Caddy sees the files that name upstreams. */
const MOUNTED = '/etc/caddy/up'

export interface Site {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly replicas: number
  /** The directory of the Caddy project. */
  readonly caddy: string
  /** Its upstreams are named by files that a rollout switches. */
  readonly dynamic: boolean
}

/**
 * Upstreams in files: `{file./etc/caddy/up/shop-1}` is read at every request, so that Caddy can be pointed elsewhere by a rename, without a
 * reload. One a replica; while nothing is replaced each holds the name of the service, so that `docker rollout` by hand stays safe.
 */
export const upstreams = {
  /** Since Caddy 2.8. Where none runs yet, it is the one that the role `caddy` brings. */
  async canBeSwitched(host: Host): Promise<boolean> {
    const [, major = '2', minor = '11'] = /^v?(\d+)\.(\d+)/.exec((await host.read(caddyVersion('caddy'))) ?? '') ?? []
    return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 8)
  },
  /** For `rollout`. */
  of: ({ name, port, caddy, probe }: { readonly name: string; readonly port: number; readonly caddy: string; readonly probe: string }) => ({ directory: `${caddy}/up`, mounted: MOUNTED, name, port, probe }),
}

/** Whether Caddy stands there. The empty host of a listing is taken for one where it does: what comes after is to be listed, too. */
const caddyStands: (caddy: string) => Fact<boolean> = defineFact<string, boolean>({
  name: 'caddyStands',
  blank: true,
  read: (caddy) => `[ ! -d ${quote(`${caddy}/sites`)} ] || echo yes`,
  parse: (output) => output.length > 0,
})

/** Nothing is begun on a host where nobody would answer for the app. A role of the same run may be about to bring Caddy: check mode knows of its directory. */
export async function needsCaddy(host: Host, caddy: string): Promise<void> {
  const [stands, sites] = [await host.read(caddyStands(caddy)), await host.read(facts.path(`${caddy}/sites`))]
  if (stands === false && sites?.kind === 'absent')
    host.fail(`Caddy does not stand in ${caddy}, and the app has a domain`, `bring it up before: deploy-standalone-services --services caddy --hosts ${host.name}; without a domain the app is reached on the shared network only`)
}

/** The way from Caddy to an app: it stands before the app is replaced. */
export async function ensureSite(host: Host, { name, address, port, replicas, caddy, dynamic }: Site): Promise<void> {
  const portNow = (await siteOf(host, { name, caddy }))?.port
  if (portNow !== undefined && portNow !== port)
    host.fail(`${name} listens on ${portNow} now, and would on ${port}: the old and the new version must listen on the same port while one takes over from the other`, `keep port ${portNow}; or take the old one down, and deploy it under another name`)
  const up = upstreamNames(name, replicas)
  if (dynamic)
    await host.ensure(
      directory({ path: `${caddy}/up` }),
      ...up.map((each) => created({ path: `${caddy}/up/${each}`, by: ['sh', '-c', 'printf %s "$2" >"$1"', 'sh', `${caddy}/up/${each}`, name], content: name })),
    )
  const named = dynamic ? up.map((each) => `{file.${MOUNTED}/${each}}:${port}`).join(' ') : `${name}:${port}`
  await caddySite(host, { name, content: site({ name, address, upstreams: named }), directory: caddy })
}

/** The site of an app as it stands. */
export interface SiteNow {
  /** "shop.example.com, www.shop.example.com", or "http://shop.lab". */
  readonly address: string
  readonly port: number
  readonly dynamic: boolean
  /** Of `roles/app`, and not written by somebody's hand. */
  readonly ours: boolean
}

/** Undefined where there is none, or none that is understood. */
export async function siteOf(host: Host, { name, caddy }: Pick<Site, 'name' | 'caddy'>): Promise<SiteNow | undefined> {
  const known = await host.read(facts.text(siteAt(caddy, name)))
  const text = known?.kind === 'bytes' ? known.bytes.toString() : ''
  const [, address = '', upstreams = '', port = ''] = /^(\S+(?:, \S+)*) \{\n[^]*?reverse_proxy (\S+?):(\d+)/m.exec(text) ?? []
  if (address === '') return undefined
  return { address, port: Number(port), dynamic: upstreams.startsWith(`{file.${MOUNTED}/`), ours: text.startsWith(`# ${name}. Written by hostwright (roles/app).`) }
}

/** An app without a domain: Caddy does not answer for it any more. A site of its name that somebody wrote by hand stays. */
export async function withoutSite(host: Host, { name, caddy }: Pick<Site, 'name' | 'caddy'>): Promise<void> {
  if ((await siteOf(host, { name, caddy }))?.ours !== true) return
  await caddySite(host, { name, content: '', state: 'absent', directory: caddy })
}
