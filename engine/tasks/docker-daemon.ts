import { z } from 'zod'
import { isRecord } from '../facts/json.ts'
import { run, type RunStep, type WriteStep } from './change.ts'
import { contentOf } from '../values/content.ts'
import { jsonIn } from '../values/json.ts'

export const DAEMON_JSON = '/etc/docker/daemon.json'

/** A copy of the configuration that the daemon last took: when it does not start with a new one, this is put back. */
export const DAEMON_STAMP = '/var/lib/hostwright/stamps/docker-daemon.json'

/** What daemon.json can hold. */
export type Settings = Readonly<Record<string, unknown>>

export const SettingsSchema = z.record(z.string(), z.json())

/** The file as it is, as settings; undefined when it is no JSON object. */
export function readSettings(text: string): Settings | undefined {
  if (text.trim() === '') return {}
  const value = jsonIn(text)
  return isRecord(value) ? value : undefined
}

/** What is there, with the wished settings over it; a setting wished to be null is taken out. */
export function mergeSettings(there: Settings, wished: Settings): Settings {
  return Object.fromEntries(Object.entries({ ...there, ...wished }).filter(([, value]) => value !== null))
}

export const settingsText = (settings: Settings): string => `${JSON.stringify(settings, null, 2)}\n`

/** Names of the settings in which two differ. */
export function differingSettings(a: Settings, b: Settings): string[] {
  const text = (value: unknown) => JSON.stringify(value, (_, each: unknown) => (isRecord(each) ? Object.fromEntries(Object.entries(each).sort(([x], [y]) => (x < y ? -1 : 1))) : each))
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => text(a[name]) !== text(b[name]))
}

/** What the daemon takes in when it is sent SIGHUP. Everything else needs a restart. */
const RELOADS = new Set([
  ...['debug', 'labels', 'live-restore', 'max-concurrent-downloads', 'max-concurrent-uploads', 'max-download-attempts', 'default-runtime', 'runtimes'],
  ...['authorization-plugins', 'insecure-registries', 'registry-mirrors', 'shutdown-timeout', 'features', 'allow-nondistributable-artifacts'],
])

export const canReload = (changed: readonly string[]): boolean => changed.every((name) => RELOADS.has(name))

/** The file, which the daemon itself must accept where it knows how to say so (from 23 on). */
export const writeSettings = (settings: Settings): WriteStep => ({
  kind: 'write',
  path: DAEMON_JSON,
  content: contentOf(settingsText(settings)),
  mode: '0644',
  validate: ['sh', '-c', 'dockerd --help 2>/dev/null | grep -q -e --validate || exit 0; exec dockerd --validate --config-file="$1"', 'sh', '%s'],
})

/** Notes what the daemon runs with now, before that is replaced. */
export const keepSettings = (): RunStep => run(['sh', '-c', KEEP, 'sh', DAEMON_JSON, DAEMON_STAMP], { timeout: 0 })

const KEEP = `
[ -f "$1" ] || { rm -f -- "$2"; exit; }
umask 077; mkdir -p -- "\${2%/*}" && cp -- "$1" "$2.new" && mv -f -- "$2.new" "$2"`

export type Verb = 'start' | 'restart' | 'reload'

/** Makes the daemon run with the file as it stands, and notes that it does. When it does not come up, it is given back the one before. */
export const controlDaemon = (verb: Verb, liveRestore: boolean): RunStep =>
  run(['sh', '-c', CONTROL, 'sh', verb, String(liveRestore), DAEMON_JSON, DAEMON_STAMP], { what: `${verb} docker`, timeout: 240, daemon: true })

/**
 * Live restore is switched on by a reload before the restart that needs it, so that not even the first restart stops a container.
 * systemd or the init script, whichever starts it on this host; a daemon that neither knows was started by somebody in a way of his own.
 */
const CONTROL = `
verb=$1 live=$2 file=$3 stamp=$4
service_is() {
  if [ -d /run/systemd/system ] && systemctl cat docker.service >/dev/null 2>&1; then systemctl "$1" docker.service
  elif [ -x /etc/init.d/docker ]; then /etc/init.d/docker "$1" >/dev/null
  else echo 'neither systemd nor /etc/init.d knows how to start docker here' >&2; return 1; fi
}
answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }
# A daemon with many containers takes its time; one that is gone for ten seconds does not come any more.
comes_up() {
  n=0 gone=0
  until answers; do
    if kill -0 "$(cat /var/run/docker.pid 2>/dev/null)" 2>/dev/null; then gone=0; else gone=$((gone + 1)); fi
    n=$((n + 1)); [ "$n" -lt 90 ] && [ "$gone" -lt 10 ] || return 1
    sleep 1
  done
}
log() {
  if [ -d /run/systemd/system ]; then journalctl -u docker.service -n 60 --no-pager -o cat; else tail -n 60 /var/log/docker.log; fi | grep -v level=info | tail -n 12 >&2
}
hup() {
  pid=$(cat /var/run/docker.pid) && kill -HUP "$pid" || return
  n=0
  until [ "$(docker info --format '{{.LiveRestoreEnabled}}' 2>/dev/null)" = "$live" ]; do n=$((n + 1)); [ "$n" -lt 10 ] || return 1; sleep 1; done
}
case $verb in
  reload) hup || { log; echo 'the daemon did not take in its configuration' >&2; exit 1; } ;;
  restart)
    if [ "$live" = true ] && answers && [ -n "$(docker ps -q)" ]; then hup || true; fi
    if answers; then
      old=$(cat /var/run/docker.pid 2>/dev/null)
      service_is restart
      n=0
      while [ -n "$old" ] && [ "$(cat /var/run/docker.pid 2>/dev/null)" = "$old" ] && kill -0 "$old" 2>/dev/null; do
        n=$((n + 1)); sleep 1
        [ "$n" -lt 30 ] || { echo 'the daemon runs on: somebody started it in a way of his own, and must restart it' >&2; exit 1; }
      done
    else service_is start; fi ;;
  start)
    if [ -d /run/systemd/system ]; then systemctl reset-failed docker.service 2>/dev/null; fi
    answers || service_is start ;;
esac
if ! comes_up; then
  log
  [ "$verb" != start ] || exit 1
  if [ -f "$stamp" ]; then cp -- "$stamp" "$file"; else mv -f -- "$file" "$file.refused"; fi
  if [ -d /run/systemd/system ]; then systemctl reset-failed docker.service 2>/dev/null; fi
  service_is start
  if comes_up; then echo 'the daemon does not start with this daemon.json; it runs again with the one before' >&2
  else echo 'the daemon does not start with this daemon.json, and does not start again with the one before' >&2; fi
  exit 1
fi
[ -f "$file" ] || exit 0
umask 077; mkdir -p -- "\${stamp%/*}" && cp -- "$file" "$stamp.new" && mv -f -- "$stamp.new" "$stamp"`
