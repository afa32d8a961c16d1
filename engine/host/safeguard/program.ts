import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { safeguardPath } from '../../facts/safeguard.ts'
import { change, run, type Change } from '../../tasks/change.ts'
import { contentOf } from '../../values/content.ts'
import { quote, quoteAll } from '../../values/quote.ts'
import type { Safeguard } from './safeguard.ts'

/** Seconds that one command of a safeguard may take. */
const PATIENCE = 60

/** Exit status of a cancel that came second. */
export const TOO_LATE = 3

/** Seconds that putting back may take, for all its commands at their slowest. */
export const longest = ({ state, after }: Safeguard): number => 60 + (state.length + after.length) * (PATIENCE + 5)

/** The program of a safeguard with its settings, as it stands on the host. `folder`: its own there. */
export function safeguardProgram({ paths, state, after, within }: Safeguard, folder: string): string {
  return [
    `G=${quote(folder)} WITHIN=${Math.ceil(within)} PATIENCE=${PATIENCE}`,
    calls('paths', paths.map((path, index) => [String(index), path])),
    calls('saves', state.map(({ save }, index) => [String(index), ...save])),
    calls('restores', state.map(({ restore }, index) => [String(index), ...restore])),
    calls('after', after),
    readFileSync(fileURLToPath(new URL('safeguard.sh', import.meta.url)), 'utf8'),
  ].join('\n')
}

/** A function of sh that calls its words with each of these lists of words, all of them, and fails when one did. */
const calls = (name: string, lists: readonly (readonly string[])[]): string =>
  [`${name}() {`, 'whole=0', ...lists.map((words) => `"$@" ${quoteAll(words)} || whole=1`), 'return $whole', '}'].join('\n')

/** The snapshot is made and the timer runs when this has ended well; nothing is left of it when it has not. */
export function arm(safeguard: Safeguard, id: string): Change {
  const folder = safeguardPath(id)
  const timeout = 60 + safeguard.state.length * (PATIENCE + 5) + 60
  return change('arm', [run(['sh', '-c', ARM, 'sh', folder], { what: 'arming', stdin: contentOf(safeguardProgram(safeguard, folder)), timeout })], [])
}

const ARM = `
umask 077
[ "$(id -u)" -eq 0 ] || { echo "only root can put back what root has changed: become" >&2; exit 1; }
(umask 022; mkdir -p -- "\${1%/*/*}") && mkdir -p -- "\${1%/*}" && mkdir -- "$1" || exit 1
cat >"$1/safeguard.sh" && exec sh "$1/safeguard.sh" arm
rm -rf -- "$1"
exit 1`

/** Ends with {@link TOO_LATE} when the host was first. */
export const cancel = (id: string): Change =>
  change('cancel', [run(['sh', '-c', `mv -- "$1/armed" "$1/cancelled" 2>/dev/null || exit ${TOO_LATE}; rm -rf -- "$1"`, 'sh', safeguardPath(id)], { timeout: 60 })], [])

/** Puts back at once; where the timer is at it, waits for that. Whether it went well is told by a look. */
export const putBackNow = (safeguard: Safeguard, id: string): Change =>
  change('put back', [run(['sh', `${safeguardPath(id)}/safeguard.sh`, 'now', String(longest(safeguard))], { timeout: 2 * longest(safeguard) })], [])

/** What became of it was told: nothing of it is left. */
export const forget = (id: string): Change => change('forget', [run(['rm', '-rf', '--', safeguardPath(id)], { timeout: 60 })], [])
