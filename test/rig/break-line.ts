import assert from 'node:assert/strict'
import { onHost } from './lab-host.ts'

/** Kills the sshd above the step that sleeps for `$1` seconds; the step itself goes on. */
const BREAK = `
p=$(ps -eo pid,args | awk -v s="$1" '$2 == "sleep" && $3 == s { print $1 }' | head -n 1)
[ -n "$p" ] || exit 1
while [ "$p" -gt 1 ]; do
  case $(cat /proc/$p/comm) in sshd*) kill -9 "$p"; exit ;; esac
  p=$(awk '/^PPid/ { print $2 }' /proc/$p/status)
done
exit 1`

/** Breaks the line of a run on a lab host in the middle of its step that is `sleep SECONDS`. @throws when that does not begin within some ten seconds. */
export async function breakLine(host: string, seconds: number): Promise<void> {
  for (let tries = 0; !answers(host, ['sh', '-c', BREAK, 'sh', String(seconds)]); tries++) {
    assert.ok(tries < 100, 'the slow step never began')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Whether a command ends well there; through its sshd, with `by: overSsh`. */
export function answers(host: string, argv: readonly string[], by = onHost): boolean {
  try {
    by(host, argv)
    return true
  } catch {
    return false
  }
}
