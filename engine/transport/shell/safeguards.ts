import { SAFEGUARDS } from '../../facts/safeguard.ts'
import { quote } from '../../values/quote.ts'
import { visible } from '../../values/visible.ts'

/** Part of the turn that opens a line, so it is short: names those that are there, or, where none are, the pattern. */
export const ARE_SAFEGUARDS = `hw_mark guard ${SAFEGUARDS}/*`

export const areSafeguards = (greeting: string): boolean => /^guard \/.*[^*\n]$/m.test(greeting)

/**
 * Asked when there are safeguards, and another run holds the lock: `guard waits N` for each timer that runs, the seconds that are left, when that run is dead. Then it
 * is the timer that holds the lock. A run is dead when above none of those who have the lock open (but ourselves) there is an sshd, however long they have still to
 * do; one that came by other ways is taken for dead, and waited for as long.
 */
export const ORPHANED = `
for hw_g in /proc/[0-9]*; do
  [ "$hw_g/fd/9" -ef "$hw_d/lock" ] || continue
  hw_o=\${hw_g#/proc/}
  while [ "\${hw_o:-1}" -gt 1 ] && [ "$hw_o" != $$ ] && read -r hw_t <"/proc/$hw_o/comm"; do
    case $hw_t in sshd*) exit ;; esac
    read -r hw_t hw_t hw_t hw_o hw_t <"/proc/$hw_o/stat"
  done 2>/dev/null
done
for hw_g in ${quote(SAFEGUARDS)}/*/; do
  if [ -e "$hw_g"armed ] && { read -r hw_t <"$hw_g"armed && IFS=' .' read -r hw_o hw_c </proc/uptime; } 2>/dev/null; then hw_mark guard waits $((hw_t > hw_o ? hw_t - hw_o : 0))
  elif [ -e "$hw_g"fired ] && [ ! -e "$hw_g"outcome ]; then hw_mark guard waits 0
  fi
done`

/**
 * Asked when there are safeguards, and the lock is ours: nobody is at work on them any more. What was cancelled or put back is told and taken away; what
 * could not be put back is told and stays.
 */
export const FOUND = `
for hw_g in ${quote(SAFEGUARDS)}/*/; do
  [ -d "$hw_g" ] || continue
  hw_o='dead -'
  [ ! -e "$hw_g"outcome ] || read -r hw_o <"$hw_g"outcome
  [ -e "$hw_g"armed ] || [ -e "$hw_g"fired ] || hw_o='gone -'
  hw_mark guard $hw_o "$hw_g"
  case $hw_o in 'ok '*|'gone '*) rm -rf -- "$hw_g" ;; esac
done`

/** Seconds until the timer of a run that died lets go of the lock; undefined when there is none. */
export function orphanedFor(marks: readonly string[]): number | undefined {
  const found = marks.flatMap((mark) => (/^guard waits \d{1,5}$/.test(mark) ? [Number(mark.slice('guard waits '.length))] : []))
  return found.length === 0 ? undefined : Math.max(...found)
}

/** What the operator should know of safeguards that were found. */
export function foundSafeguards(marks: readonly string[]): readonly string[] {
  return marks.flatMap((mark) => {
    const [, what, at = '', folder = ''] = /^guard (ok|failed|dead) (\S+) (\/\S+)\/$/.exec(mark) ?? []
    if (what === undefined) return []
    if (what === 'ok') return [`a run that died had set a safeguard: what it had changed was put back at ${visible(at, 'line')}`]
    const said = what === 'failed' ? `was NOT put back as it was at ${visible(at, 'line')}` : 'was not put back, for the host was restarted or its timer ended'
    return [`what another run had changed under a safeguard ${said}: ${visible(folder, 'line')} has the snapshot; to put it back, on the host: sh ${visible(folder, 'line')}/safeguard.sh now; to forget it: rm -rf ${visible(folder, 'line')}`]
  })
}
