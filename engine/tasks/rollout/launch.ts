import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { journalPath } from '../../facts/rollout.ts'
import { contentOf } from '../../values/content.ts'
import { run, type RunStep } from '../change.ts'

/**
 * Starts the cut-over on the host and follows it. It runs in a session of its own and holds the host's lock, so it comes to its end when
 * nobody follows any more; this step is only the ear. Its log and its outcome stand in the journal.
 */
export function launch(project: string, settings: string, timeout: number): RunStep {
  const program = [settings, ...PARTS.map(part)].join('\n')
  return run(['sh', '-c', LAUNCH, 'sh', journalPath(project)], { what: `the rollout of ${project}`, stdin: contentOf(program), timeout })
}

/** In the order in which they stand in the program: the last one begins the work. */
export const PARTS: readonly string[] = ['room.sh', 'health.sh', 'release.sh', 'cut-over.sh']

const part = (name: string): string => readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8')

const LAUNCH = `
umask 077
J=$1
mkdir -p -- "$J" && cat >"$J/run.sh" && rm -f -- "$J/outcome" && : >"$J/log" || exit 1
setsid sh "$J/run.sh" </dev/null >"$J/log" 2>&1 &
runner=$!
exec 3<"$J/log"
tell() {
  while IFS= read -r line <&3; do
    case $line in '! '*) printf '%s\\n' "\${line#! }" >&2 ;; *) printf '%s\\n' "$line" ;; esac
  done
}
while kill -0 "$runner" 2>/dev/null; do tell; sleep 0.2 2>/dev/null || sleep 1; done
tell
[ "$(cat "$J/outcome" 2>/dev/null)" = 0 ] && exit 0
[ -e "$J/outcome" ] || echo "the rollout was cut off; the next run finishes or undoes it" >&2
exit 1`
