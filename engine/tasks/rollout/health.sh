# Whether containers are well, and why not. Part of the cut-over: stands before it, and uses what it defines.

state() { docker inspect --format '{{.State.Status}} {{with .State.Health}}{{.Status}}{{else}}none{{end}} {{.RestartCount}} {{.State.OOMKilled}}' "$1" 2>&1; }

# Those of these that run, and pass their health check where they have one.
serving() {
  for each in "$@"; do case $(state "$each") in 'running healthy '* | 'running none '*) echo "$each" ;; esac; done
}

# All of these run and are well. Of one that is not, $failing is left.
well() {
  for failing in "$@"; do
    case $(state "$failing") in 'running healthy 0 false' | 'running none 0 false') ;; *) return 1 ;; esac
  done
  failing=
}

# The same for so many seconds: what crashes soon after its start is healthy until it does.
stays_well() {
  end=$(($(now) + $1))
  shift
  while well "$@"; do
    [ "$(now)" -lt "$end" ] || return 0
    nap 0.5
  done
  verdict='was healthy, and is not any more'
  return 1
}

# Waits until all of these are well. Fails at once for what ended, was started again, or is unhealthy; $verdict says which it was.
wait_well() {
  end=$(($(now) + WAIT)) since=$(now)
  while :; do
    waiting=
    for id in "$@"; do
      case $(state "$id") in
        'running healthy 0 false') ;;
        'running none 0 false') [ $(($(now) - since)) -ge "$SETTLE" ] || waiting=1 ;;
        'running starting 0 false' | 'created '*) waiting=1 ;;
        *'Docker daemon'* | *'during connect'*) waiting=1 ;; # it is being started again
        running*' unhealthy 0 '*) verdict='is not healthy'; return 1 ;;
        *) verdict='ended, or was started again'; return 1 ;;
      esac
    done
    [ -n "$waiting" ] || return 0
    [ "$(now)" -lt "$end" ] || { verdict="was not healthy within $WAIT s"; return 1; }
    nap 0.5
  done
}

# The port of these names answers over the network, asked from where the requests come from.
probe() {
  [ -n "$UP" ] && [ -n "$PROBE" ] || return 0
  for name in "$@"; do
    try=0
    until from_caddy "http://$name:$PORT$PROBE" >/dev/null; do
      try=$((try + 1))
      [ "$try" -lt 5 ] || { bad "Caddy gets no answer from http://$name:$PORT$PROBE"; return 1; }
      nap 1
    done
  done
}

# All that tells why, with the verdict last: a screen shows the end.
why() {
  for id in "$@"; do
    name=$(names "$id")
    docker logs --tail 50 "$id" 2>&1 | sed "s/^/! $name | /"
    docker inspect --format '{{with .State.Health}}{{range .Log}}health check ended with {{.ExitCode}}: {{printf "%.300s" .Output}}
{{end}}{{end}}' "$id" 2>/dev/null | grep . | tail -n 3 | sed 's/^/! /'
    docker inspect --format '{{with .Config.Healthcheck}}health check: {{range .Test}}{{.}} {{end}}{{end}}' "$id" 2>/dev/null | grep -v 'check: NONE' | grep . | sed 's/^/! /'
    [ -z "$UP" ] || [ -z "$PROBE" ] || [ "$(docker inspect --format '{{index .Config.Labels "com.docker.compose.service"}}' "$id" 2>/dev/null)" != "$S" ] || bad "http://$name:$PORT$PROBE answers: $(timeout 10 docker exec "$CADDY" wget -S -O - "http://$name:$PORT$PROBE" 2>&1 </dev/null | head -c 400 | tr -d '\r')"
    bad "$(docker inspect --format '{{slice .Name 1}} ({{.Config.Image}}): {{.State.Status}}{{with .State.Health}}, {{.Status}}{{end}}, exit code {{.State.ExitCode}}{{if .State.OOMKilled}}, killed for want of memory{{end}}, started again {{.RestartCount}} times{{with .State.Error}}, {{.}}{{end}}' "$id" 2>&1)"
  done
}

standing() {
  said=$(of_service --format '{{.Names}} ({{.Image}}, {{.Status}})' | tr '\n' ';' | sed 's/;$//; s/;/; /g')
  bad "running now: ${said:-nothing}"
}
