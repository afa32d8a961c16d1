import { SAFEGUARDS } from '../../facts/safeguard.ts'
import { quote } from '../../values/quote.ts'
import { visible } from '../../values/visible.ts'

/**
 * What a safeguard of another run may mean for this one, said while the shell starts, before the lock is told; no process is started for it.
 *
 * Where the lock is held by somebody who is dead, and a timer runs, that timer holds it: `guard waits N`, the seconds that are left. Where the lock is ours nobody is
 * at work any more: what was cancelled or put back is told and taken away, what could not be put back is told and stays.
 * Of whoever took the lock last, "line" has the resident shell and two processes above it (sudo, sshd): whose line is gone has lost one of
 * them, however long its shell has still to do.
 */
export const SAFEGUARD_WORDS = `
hw_line() {
  hw_o=; hw_t=
  { read -r hw_c hw_c hw_c hw_o hw_c <"/proc/$1/stat" && read -r hw_c hw_c hw_c hw_t hw_c <"/proc/$hw_o/stat"; } 2>/dev/null
  echo "$1 $hw_o $hw_t"
}
hw_waits() {
  { read -r hw_g <"$hw_d/line" && [ "$(hw_line "\${hw_g%% *}")" != "$hw_g" ]; } 2>/dev/null || return 0
  for hw_g in ${quote(SAFEGUARDS)}/*/; do
    if [ -e "$hw_g"armed ] && { read -r hw_t <"$hw_g"armed && IFS=' .' read -r hw_o hw_c </proc/uptime; } 2>/dev/null; then hw_mark guard waits $((hw_t > hw_o ? hw_t - hw_o : 0))
    elif [ -e "$hw_g"fired ] && [ ! -e "$hw_g"outcome ]; then hw_mark guard waits 0
    fi
  done
}
hw_tell() {
  for hw_g in ${quote(SAFEGUARDS)}/*/; do
    [ -d "$hw_g" ] || continue
    hw_o='dead -'
    [ ! -e "$hw_g"outcome ] || read -r hw_o <"$hw_g"outcome
    [ -e "$hw_g"armed ] || [ -e "$hw_g"fired ] || hw_o='gone -'
    hw_mark guard $hw_o "$hw_g"
    case $hw_o in 'ok '*|'gone '*) rm -rf -- "$hw_g" ;; esac
  done
}`

/** Seconds until the timer of a run that died lets go of the lock; undefined when there is none. */
export function orphanedFor(greeting: string): number | undefined {
  const found = [...greeting.matchAll(/^guard waits (\d{1,5})$/gm)].map(([, seconds]) => Number(seconds))
  return found.length === 0 ? undefined : Math.max(...found)
}

/** What the operator should know of safeguards that were found. */
export function foundSafeguards(greeting: string): readonly string[] {
  return [...greeting.matchAll(/^guard (ok|failed|dead) (\S+) (\/\S+)\/$/gm)].map(([, what, at = '', folder = '']) => {
    if (what === 'ok') return `a run that died had set a safeguard: what it had changed was put back at ${visible(at, 'line')}`
    const said = what === 'failed' ? `was NOT put back as it was at ${visible(at, 'line')}` : 'was not put back, for the host was restarted or its timer ended'
    return `what another run had changed under a safeguard ${said}: ${visible(folder, 'line')} has the snapshot; to put it back, on the host: sh ${visible(folder, 'line')}/safeguard.sh now; to forget it: rm -rf ${visible(folder, 'line')}`
  })
}
