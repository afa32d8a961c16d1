import { quote } from '../values/quote.ts'
import { defineFact, type Fact } from './fact.ts'

/**
 * `passwordDigest('deploy')`: SHA-256 of the user's entry in the shadow file, computed on the host; undefined when there is none.
 * The entry itself never leaves the host, and is never an argument of a process there.
 */
export const passwordDigest: (user: string) => Fact<string | undefined> = defineFact<string, string | undefined>({
  name: 'passwordDigest',
  blank: undefined,
  read: (user) => `if command -v getent >/dev/null; then getent shadow ${quote(user)}; else cat /etc/shadow; fi 2>&1 | while IFS=: read -r hw_u hw_p hw_r; do
  [ "$hw_u" != ${quote(user)} ] || { printf %s "$hw_p" | sha256sum; break; }
done`,
  parse: (output) => /^[0-9a-f]{64}\b/.exec(output.toString())?.[0],
})
