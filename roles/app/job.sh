# Runs a job of this app once, out of the version that is deployed. Cron does (/etc/cron.d/app-NAME), and so does whoever says: sh job.sh JOB [SECONDS]
# After SECONDS it is ended. One at a time: while it runs, another one is left out. While a rollout is under way it waits, half an hour: until that has ended
# nobody knows which version it will be. Written by hostwright (roles/app).
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH COMPOSE_PROGRESS=quiet
cd "$(dirname "$0")" || exit
app=$(basename "$PWD")
service=$app-$1 run=$app.$1-run limit=${2:-0} journal=/var/lib/hostwright/rollout/$app
left_out() { echo "left out: $*"; exit 75; }

# Docker's own processes hold the lock as well: they live on when whoever called this goes away.
exec 9>"/run/hostwright-job-$app.$1" || exit
flock -n 9 || left_out 'the one before still runs'
tries=360
while [ -e "$journal/phase" ] || { [ -e "$journal/lock" ] && ! flock -n "$journal/lock" true; }; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || left_out 'a rollout is under way, or was cut off'
  sleep 5
done
case $(docker inspect --format '{{.State.Running}}' "$run" 2>/dev/null) in true) left_out 'the one before still runs' ;; esac
docker rm -f "$run" >/dev/null 2>&1 # of a host that went down in the middle
begun=$(date +%s)
timeout -k 10 "$limit" docker compose run --rm -T --no-deps --name "$run" "$service" </dev/null
code=$?
docker rm -f "$run" >/dev/null 2>&1 # one that was ended leaves its container
[ "$limit" = 0 ] || [ $(($(date +%s) - begun)) -lt "$limit" ] || echo "not done after $limit s: ended"
[ "$code" = 0 ] || echo "ended with $code"
exit "$code"
