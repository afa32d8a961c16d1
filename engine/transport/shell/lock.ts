import { quote } from '../../values/quote.ts'
import { visible } from '../../values/visible.ts'
import { ARE_SAFEGUARDS } from './safeguards.ts'

/** Seconds that every run waits for a lock: a run that did nothing leaves without waiting for its shell to end. */
const LEAVING = 2

/**
 * One run a host. The resident shell opens the lock file as fd 9 and locks it; what it starts inherits that, so a command that outlives
 * a dead run keeps the host until it ends, and then the lock is free by itself.
 *
 * A run that comes to its end takes the file away ({@link UNLOCK}): a program that it left running on purpose still has the old file
 * locked, and holds nobody up. Hence whoever gets a lock looks whether it is still that of the file.
 *
 * The file lies in a directory that only its owner can write: in a shared one, somebody could plant a link there.
 */
export function lockScript(owner: string, waitSeconds: number): string {
  return `
hw_mine=; hw_d=/run/hostwright; [ -w /run ] || hw_d=$HOME/.cache/hostwright
hw_lock() {
  command -v flock >/dev/null && { [ -d "$hw_d" ] || mkdir -p -m 700 -- "$hw_d"; } || return 2
  while command exec 9>>"$hw_d/lock" || return 2; do
    if flock -n 9; then [ -e /proc/self/fd/9 ] && [ ! "$hw_d/lock" -ef /proc/self/fd/9 ] || return 0
    elif [ "$1" -le 0 ]; then return 1
    else set -- $(($1 - 1)); sleep 0.2 || sleep 1
    fi
  done
}
${ARE_SAFEGUARDS}
hw_lock ${Math.ceil(Math.max(LEAVING, waitSeconds) * 5)} 2>/dev/null
case $? in
  0) hw_mine=1; printf '%s\\n' ${quote(owner)} >"$hw_d/owner"; hw_mark lock mine ;;
  1) hw_mark lock held; cat "$hw_d/owner" 2>/dev/null ;;
  *) hw_mark lock none ;;
esac`.replace(/\n +/g, '\n') // it is sent to every host
}

/** Run by the resident shell after its last frame. Where nothing was done nothing can have been left running, and the file may stay. */
export const UNLOCK = `[ -z "$hw_mine" ] || [ -z "$hw_acted" ] || rm -f -- "$hw_d/lock"`

/** A host on which there can be no lock is worked on all the same; the operator should know. */
export function unlocked(greeting: string): readonly string[] {
  return /^lock none$/m.test(greeting) ? ['no lock could be taken: flock is missing, or the home directory cannot be written. See to it that no other run works on this host.'] : []
}

/** The refusal when another run holds the host, undefined when we do. Reads what {@link lockScript} said; `self` is the owner that it was given. */
export function heldBy(greeting: string, target: string, self: string | undefined) {
  const [, held] = /^lock held\n([^]*?)^ready$/m.exec(greeting) ?? []
  if (held === undefined) return undefined
  const owner = visible(held.trim().slice(0, 300), 'line')
  if (self !== undefined && held.trim() === self)
    return { reason: 'locked', message: `${target}: this run holds it already, under another name`, hint: 'two hosts of the inventory are one machine: name it once' } as const
  return {
    reason: 'locked',
    message: `${target}: another run holds this host${owner === '' ? '' : `: ${owner}`}`,
    hint: 'wait for it to end, or let this run wait: --lock-wait 300',
  } as const
}
