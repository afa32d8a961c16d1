import { composeProject } from '../../engine/index.ts'

/** Takes in its files without a restart; what is wrong with them leaves the old configuration in force. */
export const RELOAD = ['caddy', 'reload', '--config', '/etc/caddy/Caddyfile', '--adapter', 'caddyfile'] as const

/**
 * The Caddy project, for whoever changes one of its sites: brought up when it does not run, reloaded (never restarted) when its Caddyfile or
 * a site is not what it has loaded.
 */
export function caddyProject(directory: string) {
  return composeProject({
    directory,
    wait: '60s',
    configs: [],
    reload: [{ service: 'caddy', paths: [`${directory}/Caddyfile`, `${directory}/sites`], argv: [...RELOAD] }],
  })
}

/**
 * A command that agrees with a Caddyfile or a site before it goes live; `%s` is where it stands for now, which the container sees below
 * /etc/caddy. Where Caddy does not run yet there is nobody to ask: it is checked when it starts.
 */
export function validatedBy(directory: string): [string, ...string[]] {
  return ['sh', '-c', VALIDATE, 'sh', directory, '%s']
}

const VALIDATE = `
[ -n "$(docker ps -q --filter name='^caddy$' 2>/dev/null)" ] || exit 0
exec docker exec caddy caddy validate --adapter caddyfile --config "/etc/caddy\${2#"$1"}"`
