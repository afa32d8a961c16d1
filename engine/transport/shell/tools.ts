import type { LinkError } from '../connection.ts'

/** Without these no look and no act works. GNU has them in coreutils, busybox by itself. */
const NEEDED = 'cat chmod chown dd mv rm sha256sum stat sync timeout'

/** The resident shell says what is missing before it is ready; nothing is started for it. */
export const LOOK_FOR_TOOLS = `hw_o=; for hw_c in ${NEEDED}; do command -v $hw_c >/dev/null || hw_o="$hw_o $hw_c"; done; [ -z "$hw_o" ] || hw_mark lacks$hw_o; ! command -v gzip >/dev/null || hw_mark unpacks`

/** Whether the host can unpack what is sent to it. Reads what {@link LOOK_FOR_TOOLS} said. */
export const unpacks = (greeting: string): boolean => /^unpacks$/m.test(greeting)

/** Why nothing can be done on this host; undefined when it has all. Reads what {@link LOOK_FOR_TOOLS} said. */
export function lacking(greeting: string, target: string): LinkError | undefined {
  const [, names] = /^lacks ([a-z0-9 ]+)$/m.exec(greeting) ?? []
  return names === undefined ? undefined : { reason: 'no-shell', message: `${target}: the host has no ${names.split(' ').join(', ')}`, hint: 'install coreutils, or a busybox that has them' }
}
