import { absent, file, Secret, type Content, type Host } from '../../engine/index.ts'
import { caddyLoaded } from './loaded.ts'
import { caddyProject, validatedSite } from './project.ts'

export interface CaddySite {
  /** Of its file: `sites/<name>.caddy`. An app has the name of the app. */
  readonly name: string
  /** As it stands in a Caddyfile. */
  readonly content: string | Secret | Content
  readonly state?: 'present' | 'absent'
  /** Where the role `caddy` put it. Default: /opt/services/caddy. */
  readonly directory?: string
}

/**
 * A site of Caddy's, for roles of your own: anything that a Caddyfile can say, such as a password for a page that is nobody's business. It is validated together
 * with all other sites before it is live, loaded without a restart, and proved to be loaded.
 *
 * @throws TaskFailed when Caddy does not agree with it: what was loaded stays.
 * @example
 * await caddySite(host, { name: 'metrics', content: `metrics.example.com {\n\tbasic_auth {\n\t\tops ${hash}\n\t}\n\treverse_proxy metrics:9090\n}\n` })
 */
export async function caddySite(host: Host, { name, content, state = 'present', directory = '/opt/services/caddy' }: CaddySite): Promise<void> {
  if (!/^[a-z0-9][a-z0-9_.-]*$/i.test(name)) throw new Error(`the name of a site is that of its file: letters, digits, "_", "." and "-", and not ${JSON.stringify(name.slice(0, 80))}`)
  const at = siteAt(directory, name)
  const isSecret = content instanceof Secret || (typeof content === 'object' && content.secret)
  const site = state === 'absent' ? absent({ path: at }) : file({ path: at, content, mode: isSecret ? '0600' : '0644', validate: validatedSite(directory, at) })
  await host.ensure(site, caddyProject(directory))
  await host.ensure(caddyLoaded({}))
}

export const siteAt = (caddy: string, name: string): string => `${caddy}/sites/${name}.caddy`
