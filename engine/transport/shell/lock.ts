import { quote } from '../../values/quote.ts'
import { visible } from '../../values/visible.ts'

/**
 * One run a host. The resident shell opens the lock file as fd 9 and locks it; what it starts inherits that, so a command that outlives
 * a dead run keeps the host until it ends, and then the lock is free by itself. Programs that are meant to stay are started without it.
 *
 * The file lies in a directory that only its owner can write: in a shared one, somebody could plant a link there.
 */
export function lockScript(owner: string, waitSeconds: number): string {
  return `
if [ "$(id -u)" = 0 ]; then hw_d=/run/hostwright; else hw_d=$HOME/.cache/hostwright; fi
mkdir -p -m 700 "$hw_d" 2>/dev/null
if ! command -v flock >/dev/null; then hw_mark lock none
elif ! { command exec 9>>"$hw_d/lock"; } 2>/dev/null; then hw_mark lock none
elif flock ${waitSeconds > 0 ? `-w ${Math.ceil(waitSeconds)}` : '-n'} 9; then printf '%s\\n' ${quote(owner)} >"$hw_d/owner"; hw_mark lock mine
else hw_mark lock held; cat "$hw_d/owner" 2>/dev/null
fi`
}

/** The refusal when another run holds the host, undefined when we do. Reads what {@link lockScript} said. */
export function heldBy(greeting: string, target: string) {
  const [, held] = /^lock held\n([^]*?)^ready /m.exec(greeting) ?? []
  if (held === undefined) return undefined
  const owner = visible(held.trim().slice(0, 300), 'line')
  return {
    reason: 'locked',
    message: `${target}: another run holds this host${owner === '' ? '' : `: ${owner}`}`,
    hint: 'wait for it to end, or let this run wait: --lock-wait 300',
  } as const
}
