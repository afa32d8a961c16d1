import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { journalPath } from '../../facts/rollout.ts'
import { contentOf } from '../../values/content.ts'
import { run, type RunStep } from '../change.ts'

/**
 * Starts the cut-over on the host and follows it. It runs in a session of its own and holds the host's lock, so it comes to its end when
 * nobody follows any more; this step is only the ear. Its log and its outcome stand in the journal.
 *
 * @param timeout seconds that it is listened to; after that it goes on, and the next run finds out.
 */
export function launch(project: string, settings: string, timeout: number): RunStep {
  const program = [settings, ...PARTS.map(part)].join('\n')
  return run(['sh', '-c', LAUNCH, 'sh', journalPath(project), String(Math.ceil(timeout))], { what: `the rollout of ${project}`, stdin: contentOf(program), timeout: timeout + 30 })
}

/** In the order in which they stand in the program: the last one begins the work. */
export const PARTS: readonly string[] = ['room.sh', 'journal.sh', 'health.sh', 'caddy.sh', 'release.sh', 'others.sh', 'cut-over.sh']

/**
 * Staging begins with this: the files of a rollout that is under way are not to be touched. What one that was killed had begun comes to its end by itself, and
 * holds the lock until then: it is waited for, half a minute. "$1": the journal.
 */
export const NOT_UNDER_WAY = `mkdir -p -- "$1" && { hw_n=30; until ! command -v flock >/dev/null || flock -n "$1/lock" true; do hw_n=$((hw_n - 1)); [ "$hw_n" -gt 0 ] || { echo "another rollout is under way: its log is $1/log" >&2; exit 1; }; sleep 1; done; }`

const part = (name: string): string => readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8')

const LAUNCH = `
umask 077
J=$1
mkdir -p -- "$J" && cat >"$J/run.sh.new" && mv -f -- "$J/run.sh.new" "$J/run.sh" && rm -f -- "$J/outcome" && : >"$J/log" || exit 1
setsid sh "$J/run.sh" </dev/null >"$J/log" 2>&1 &
runner=$!
exec 3<"$J/log"
tell() {
  while IFS= read -r line <&3; do
    case $line in '! '*) printf '%s\\n' "\${line#! }" >&2 ;; *) printf '%s\\n' "$line" ;; esac
  done
}
end=$(($(date +%s) + $2))
while kill -0 "$runner" 2>/dev/null; do
  tell
  [ "$(date +%s)" -lt "$end" ] || { echo "after $2 s it is not listened to any more: the rollout goes on by itself ($J/log), and the next run finds out" >&2; exit 1; }
  sleep 0.2 2>/dev/null || sleep 1
done
tell
[ "$(cat "$J/outcome" 2>/dev/null)" = 0 ] && exit 0
[ -e "$J/outcome" ] || echo "the rollout was cut off; the next run finishes or undoes it" >&2
exit 1`
