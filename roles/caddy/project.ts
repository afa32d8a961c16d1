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

/**
 * The same for a site, together with all others: alone it may be fine, and take the address of another one. Such a file would keep Caddy from
 * reloading, and from starting, for every site of the host.
 */
export function validatedSite(directory: string, at: string): [string, ...string[]] {
  return ['sh', '-c', VALIDATE_SITE, 'sh', directory, '%s', at]
}

/** Whose directory was put in place of the one that it was started with sees nothing of it: it is about to be made anew, and checks what it reads then. */
const RUNS = `running=$(docker ps -q --filter name='^caddy$') || exit
[ -n "$running" ] || exit 0
seen_by_caddy() {
  seen=$(docker exec caddy sh -c '[ ! -f "$1" ] || echo yes' sh "/etc/caddy$1") || exit
  [ "$seen" = yes ] || exit 0
}`

const VALIDATE_SITE = `
${RUNS}
umask 022
caddy=$1 new=$2 at=$3
whole=$caddy/.hostwright.sites
trap 'rm -f -- "$whole"' 0
{
  grep -v '^import sites/[*][.]caddy$' "$caddy/Caddyfile"
  for each in "$caddy"/sites/*.caddy "$new"; do [ "$each" = "$at" ] || [ ! -f "$each" ] || echo "import \\"\${each#"$caddy"/}\\""; done
} >"$whole" || exit
seen_by_caddy "\${whole#"$caddy"}"
docker exec caddy caddy validate --adapter caddyfile --config /etc/caddy/.hostwright.sites`

const VALIDATE = `
${RUNS}
seen_by_caddy "\${2#"$1"}"
exec docker exec caddy caddy validate --adapter caddyfile --config "/etc/caddy\${2#"$1"}"`
