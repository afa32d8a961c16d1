# Runs a job of this app once, out of the version that is deployed. Cron does (/etc/cron.d/app-NAME), and so does whoever says: sh job.sh JOB [SECONDS]
# After SECONDS it is ended. One at a time: while it runs, another one is left out. Written by hostwright (roles/app).
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH COMPOSE_PROGRESS=quiet
cd "$(dirname "$0")" || exit
job=$(basename "$PWD")-$1
exec 9>"/run/hostwright-job-$job" || exit
flock -n 9 || { echo 'the one before still runs: left out'; exit 75; }
docker rm -f "$job-run" >/dev/null 2>&1 9>&- # of a host that went down in the middle
timeout -k 10 "${2:-0}" docker compose run --rm -T --no-deps --name "$job-run" "$job" </dev/null 9>&-
code=$?
docker rm -f "$job-run" >/dev/null 2>&1 9>&- # one that was ended leaves its container
case $code in 124 | 137) echo "not done after ${2:-0} s: ended" ;; esac
[ "$code" = 0 ] || echo "ended with $code"
exit "$code"
