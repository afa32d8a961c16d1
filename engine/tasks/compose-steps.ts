import { recordLines, recordPath, type ProjectRecord } from '../facts/compose-record.ts'
import { contentOf } from '../values/content.ts'
import { quoteAll } from '../values/quote.ts'
import { run, type RunStep } from './change.ts'

/**
 * How `docker compose` is called, everywhere: with an environment of its own, for a variable of the shell would win over `.env`; and with
 * nothing to read, for it asks whether it may destroy volumes, and takes silence for no.
 */
export const COMPOSE = `compose() { env -i PATH="$PATH" HOME="$HOME" \${DOCKER_HOST:+DOCKER_HOST="$DOCKER_HOST"} docker compose "$@"; }
`

export interface Project {
  readonly directory: string
  readonly name: string
  readonly file: string
}

/** The arguments that name a project. The default file is left for Compose to find, as it does for whoever works there by hand. */
export const projectArgs = ({ name, file }: Project): string[] => ['-p', name, ...(file === 'docker-compose.yml' ? [] : ['-f', file])]

/** A program in the project's directory; `args` are its `$1`, `$2`, … */
function program(project: Project, what: string, text: string, args: readonly string[], timeout: number): RunStep {
  return run(['sh', '-c', `${COMPOSE}${text}`, 'sh', ...args], { what, directory: project.directory, timeout })
}

/** `docker compose …` in the project's directory. */
export const compose = (project: Project, argv: readonly string[], timeout: number): RunStep =>
  program(project, quoteAll(['docker', 'compose', ...argv]), 'compose "$@" </dev/null', [...projectArgs(project), ...argv], timeout)

/**
 * Everything that can be found wrong before anything is changed: the files as Compose reads them, variables without a value, networks
 * of others, mounted files that are missing. What Compose says about variables is not repeated: it may be the rest of a secret with a `$` in it.
 */
export function check(project: Project, networks: readonly string[], mounts: readonly string[]): RunStep {
  return program(project, 'the check of the project', CHECK, [String(networks.length), ...networks, String(mounts.length), ...mounts, ...projectArgs(project)], 60)
}

/**
 * Of the ports that the project is to publish, as \`docker compose config\` tells them, those that cannot be had: somebody else listens there, or the
 * host has no such address. Compose would find out when the old containers are gone. What the project itself holds is given back before it is taken.
 */
const TAKEN_PORTS = `
ip= port= taken=0
while IFS= read -r line; do
  case $line in
    'name: '*) name=\${line#*: } ;;
    '      - mode: '*) ip= port= ;;
    '        host_ip: '*) ip=\${line#*: } ;;
    '        published: '*) port=\${line#*: }; port=\${port#\\"}; port=\${port%\\"} ;;
    '        protocol: tcp')
      case $port in ''|*[!0-9]*) continue ;; esac
      case $ip in
        ''|0.0.0.0|127.*|*:*) ;;
        *) [ ! -r /proc/net/fib_trie ] || grep -qsx 1 /proc/sys/net/ipv4/ip_nonlocal_bind || [ -n "$(sed -n "/|-- $ip\$/{n;/host LOCAL/p;}" /proc/net/fib_trie)" ] ||
          { echo "port $port cannot be published on $ip, which is no address of this host"; taken=1; continue; } ;;
      esac
      case $ip in
        ''|0.0.0.0|::) at='[0-9A-F]+' ;;
        *.*.*.*)
          IFS=. read -r a b c d <<IP
$ip
IP
          at=$(printf '(0+|(0000000000000000FFFF0000)?%02X%02X%02X%02X)' "$d" "$c" "$b" "$a") ;;
        *) at='0+' ;;
      esac
      grep -qsE ": $at:$(printf %04X "$port") [0-9A-F]+:0000 0A " /proc/net/tcp /proc/net/tcp6 || continue
      [ -z "$(docker ps -q --filter "publish=$port" --filter "label=com.docker.compose.project=$name")" ] || continue
      # One that crashes again and again holds its ports from a moment before Docker tells of them.
      own=$(docker ps -q --filter status=restarting --filter "label=com.docker.compose.project=$name")
      [ -z "$own" ] || ! docker inspect --format '{{range .HostConfig.PortBindings}}{{range .}}:{{.HostPort}}:{{end}}{{end}}' $own | grep -q ":$port:" || continue
      by=$(docker ps --filter "publish=$port" --format 'the container {{.Names}}' | head -n 1)
      [ -n "$by" ] || by=$(ss -Hltnp "sport = :$port" 2>/dev/null | sed -n 's/.*users:(("\\([^"]*\\)",pid=\\([0-9]*\\).*/\\1 (process \\2)/p' | head -n 1)
      echo "port \${ip:+$ip:}$port is taken, by \${by:-another program on the host}"; taken=1 ;;
  esac
done
[ "$taken" = 0 ]
`

/** `$1` networks and their names, then mounts and theirs, then what Compose is to be told. */
export const CHECK = `
bad=0
n=$1; shift
while [ "$n" -gt 0 ]; do
  docker network inspect -- "$1" >/dev/null 2>&1 || { echo "the network $1 does not exist" >&2; bad=1; }
  shift; n=$((n - 1))
done
n=$1; shift
while [ "$n" -gt 0 ]; do
  [ -e "$1" ] || { echo "$1 is mounted and does not exist: Docker would make a directory of that name" >&2; bad=1; }
  shift; n=$((n - 1))
done
said=$(compose "$@" config -q 2>&1 </dev/null) || { printf '%s\\n' "$said" >&2; exit 1; }
case $said in *'variable is not set'*)
  for name in $(printf '%s\\n' "$said" | sed -n 's/.*The \\\\*"\\([A-Za-z0-9_]*\\)\\\\*" variable is not set.*/\\1/p' | sort -u); do
    if grep -qE "[$][{]?$name([^A-Za-z0-9_]|$)" ./*.yml ./*.yaml 2>/dev/null; then echo "the variable $name has no value" >&2
    else echo 'a value in .env has a $ that is not escaped: write it with envFile()' >&2; fi
  done
  bad=1 ;;
esac
if [ -z "$DOCKER_HOST" ] && grep -q '^ *ports:' ./*.yml ./*.yaml 2>/dev/null; then
  compose "$@" config 2>/dev/null </dev/null | {${TAKEN_PORTS}} >&2 || bad=1
fi
exit $bad`

/** Containers that an interrupted recreation left. */
export const removeContainers = (ids: readonly string[]): RunStep => run(['docker', 'rm', '-f', '--', ...ids], { timeout: 120 })

/**
 * Up, and not done before all of it is healthy, or for what has no health check: runs, and runs on. A container that crashes and starts
 * again and again passes for healthy with Compose, so a moment later it must not have started anew. And when the time is up Compose does
 * not always say so (2.26 on a busy machine: 10 times in 60 it ended with 0), so who is still starting then is asked for. `services` are those it is about.
 */
export function up(project: Project, args: readonly string[], services: readonly string[], waitSeconds: number, pullSeconds: number): RunStep {
  const wait = String(Math.max(1, Math.ceil(waitSeconds)))
  const argv = [...projectArgs(project), 'up', '-d', '--wait', '--wait-timeout', wait, ...args]
  return program(project, 'docker compose up -d --wait', UP, [project.name, wait, ` ${services.join(' ')} `, ...argv], waitSeconds + pullSeconds + 60)
}

const UP = `
project=$1 wait=$2 services=$3; shift 3
ids() { docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$project" --filter label=com.docker.compose.oneoff=False; }
starts() { ids | while read -r id; do docker inspect --format '{{if not .State.Health}}{{.ID}} {{.State.Status}} {{.RestartCount}} {{.State.StartedAt}}{{end}}' "$id"; done; }
report() {
  ids | while read -r id; do
    ok=$(docker inspect --format '{{.State.Status}} {{with .State.Health}}{{.Status}}{{end}} {{.RestartCount}} {{.State.ExitCode}}' "$id")
    case $ok in 'running healthy 0 0'|'running  0 0'|'exited  '*' 0') continue ;; esac
    docker logs --tail 50 "$id" 2>&1 | sed 's/^/  | /'
    docker inspect --format '{{with .State.Health}}{{range .Log}}  health check ended with {{.ExitCode}}: {{printf "%.300s" .Output}}
{{end}}{{end}}' "$id" | grep . | tail -n 3
    docker inspect --format '{{index .Config.Labels "com.docker.compose.service"}} ({{.Name}}): {{.State.Status}}{{with .State.Health}}, {{.Status}}{{end}}, exit code {{.State.ExitCode}}{{if .State.OOMKilled}}, killed for want of memory{{end}}, started again {{.RestartCount}} times{{with .State.Error}}, {{.}}{{end}}' "$id"
  done >&2
  exit 1
}
were=$(starts)
compose "$@" </dev/null || report
starting=$(docker ps --filter "label=com.docker.compose.project=$project" --filter health=starting --format '{{.Label "com.docker.compose.service"}}') || report
printf '%s\\n' "$starting" | {
  late=
  while read -r name; do case $services in *" \${name:-nobody} "*) late=$name; echo "$name is not healthy after \${wait}s" >&2 ;; esac; done
  [ -z "$late" ]
} || report
are=$(starts)
restless=$(printf '%s\n' "$are" | grep -Ev ' running 0 | exited |^$')
[ "$are" != "$were" ] || [ -n "$restless" ] || exit 0
# What crashed before is given longer: the engine waits between two starts.
sleep 4; [ -z "$restless" ] || sleep 8
now=$(starts)
case $now in *' restarting '*) ;; "$are") exit 0 ;; esac
echo 'it came up, and did not stay up' >&2
report`

/** Writes down what runs now, and from what. */
export function record(project: Project, lines: Omit<ProjectRecord, 'containers'>): RunStep {
  return run(['sh', '-c', RECORD, 'sh', recordPath(project.name), project.name], { what: `writing ${recordPath(project.name)}`, stdin: contentOf(recordLines(lines)), timeout: 60 })
}

const RECORD = `
umask 077
mkdir -p -- "\${1%/*}" && ids=$(docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$2" --filter label=com.docker.compose.oneoff=False) && {
  cat
  printf '%s\\n' "$ids" | sed -n 's/..*/container & -/p'
} >"$1.new" && mv -f -- "$1.new" "$1"`

/** Stops and removes all of it, volumes excepted. By its name, so that it works when the file is gone. */
export const down = (name: string): RunStep[] => [
  run(['sh', '-c', `${COMPOSE}compose -p "$1" down --remove-orphans </dev/null`, 'sh', name], { what: `docker compose -p ${name} down`, timeout: 300 }),
  run(['rm', '-f', '--', recordPath(name)], { timeout: 0 }),
]
