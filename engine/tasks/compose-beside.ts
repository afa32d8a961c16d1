import { run, type RunStep } from './change.ts'
import { COMPOSE, projectArgs, type Project } from './compose-steps.ts'

/**
 * Replaces the containers of a service by new ones that are started beside them: the old serve until the new are healthy, and go on when
 * those are not. What a run that died left behind is cleared first: a container that does not run would be started in place of a new one.
 */
export function replaceBeside(project: Project, service: string, replicas: number, waitSeconds: number): RunStep {
  const limit = Math.max(1, Math.ceil(waitSeconds))
  return run(['sh', '-c', `${COMPOSE}${BESIDE}`, 'sh', project.name, service, String(replicas), String(limit), ...projectArgs(project)], {
    what: `replacing ${service} beside the old version`,
    directory: project.directory,
    timeout: limit + 900, // the image may have to be fetched, and the old may take their time to end
  })
}

const BESIDE = `
project=$1 service=$2 wished=$3 limit=$4; shift 4
ids() { docker ps -q --no-trunc --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$service" --filter label=com.docker.compose.oneoff=False "$@"; }

dead=$(ids -a --filter status=created --filter status=exited --filter status=dead)
[ -z "$dead" ] || docker rm -f $dead >/dev/null || exit 1
# Fetched before anything is touched.
image=$(compose "$@" config --images "$service" </dev/null 2>/dev/null | head -n 1)
[ -z "$image" ] || docker image inspect "$image" >/dev/null 2>&1 || compose "$@" pull -q "$service" </dev/null || exit 1

old=$(ids)
running=$(printf '%s\\n' "$old" | grep -c .)
compose "$@" up -d --no-deps --no-recreate --scale "$service=$((running + wished))" "$service" </dev/null
started=$?
new=$(ids -a | grep -vxF "$old")

give_up() {
  for id in $new; do
    docker logs --tail 50 "$id" 2>&1 | sed 's/^/  | /' >&2
    docker inspect --format '{{with .State.Health}}{{range .Log}}  health check ended with {{.ExitCode}}: {{printf "%.300s" .Output}}
{{end}}{{end}}' "$id" | grep . | tail -n 3 >&2
    docker inspect --format '{{.Name}}: {{.State.Status}}{{with .State.Health}}, {{.Status}}{{end}}, exit code {{.State.ExitCode}}{{if .State.OOMKilled}}, killed for want of memory{{end}}, started again {{.RestartCount}} times' "$id" >&2
  done
  [ -z "$new" ] || docker rm -f $new >/dev/null
  echo "$1: it was removed again, the old version serves on" >&2
  exit 1
}
[ "$started" = 0 ] && [ -n "$new" ] || give_up 'the new version could not be started'

end=$(($(date +%s) + limit)) settled=0
while :; do
  waiting=0
  for id in $new; do
    case $(docker inspect --format '{{.State.Status}} {{with .State.Health}}{{.Status}}{{else}}none{{end}} {{.RestartCount}}' "$id" 2>&1) in
      'running healthy 0') ;;
      'running none 0') [ "$settled" -ge 5 ] || waiting=1 ;;
      'running starting 0' | 'created '*) waiting=1 ;;
      *) give_up 'the new version is not healthy' ;;
    esac
  done
  [ "$waiting" = 1 ] || break
  [ "$(date +%s)" -lt "$end" ] || give_up "the new version was not healthy within $limit s"
  settled=$((settled + 1))
  sleep 1
done

# Each is given its own time to end what is under way (stop_grace_period).
[ -z "$old" ] || { docker stop $old >/dev/null && docker rm $old >/dev/null; }`
