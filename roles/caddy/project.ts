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

/**
 * The Caddy that runs is asked. Where it sees another directory than stands there now (one out of a backup), it is about to be made anew: then one is
 * asked that is made for this, with the same environment. Only root can tell that this is so.
 */
const ASK = `caddy=$1
running=$(docker ps -q --filter name='^caddy$') || exit
[ -n "$running" ] || exit 0
validate() {
  file=/etc/caddy\${1#"$caddy"}
  seen=$(docker exec caddy sh -c '[ ! -f "$1" ] || echo yes' sh "$file") || return
  if [ "$seen" = yes ]; then docker exec caddy caddy validate --adapter caddyfile --config "$file"; return; fi
  is=$(docker inspect --format '{{.State.Pid}} {{.Image}}' caddy) || return
  [ -d "/proc/\${is%% *}/root/etc/caddy" ] || { echo "the container caddy sees another directory than $caddy: make it anew (docker rm -f caddy), and run again" >&2; return 1; }
  docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' caddy | docker run --rm --network none --env-file /dev/stdin -v "$caddy:/etc/caddy:ro" --entrypoint caddy "\${is#* }" validate --adapter caddyfile --config "$file"
}`

const VALIDATE_SITE = `
${ASK}
umask 022
new=$2 at=$3
whole=$caddy/.hostwright.sites
trap 'rm -f -- "$whole"' 0
{
  grep -v '^import sites/[*][.]caddy$' "$caddy/Caddyfile"
  for each in "$caddy"/sites/*.caddy "$new"; do [ "$each" = "$at" ] || [ ! -f "$each" ] || echo "import \\"\${each#"$caddy"/}\\""; done
} >"$whole" && validate "$whole"`

const VALIDATE = `
${ASK}
validate "$2"`
