import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes that are sent between two sweeps. */
const EVERY = 2 * 1024 * 1024

let sent = 0
let minor: (() => void) | undefined

/**
 * Call it with what was sent of a large content. Each packet that ssh2 makes is dead once it is on its way, but V8 lets 32 MB of such buffers pile up before it
 * looks at the young ones; looked at every few MB (a millisecond), sending takes as much memory as it needs, however large the file.
 */
export function sweep(bytes: number): void {
  sent += bytes
  if (sent < EVERY) return
  sent = 0
  minor ??= collector()
  minor()
}

/** V8's own, which Node shows only where a flag asks for it: a context that is made after the flag has it. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  const gc: unknown = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  return typeof gc === 'function' ? () => void gc({ type: 'minor' }) : () => {}
}
