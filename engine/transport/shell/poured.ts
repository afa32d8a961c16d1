import type { WriteStep } from '../../tasks/change.ts'
import { quote } from '../../values/quote.ts'

/** Bytes from which on it is worth two processes not to read a file again that was just written: a host sums some 300 MB a second. */
export const LARGE = 4 * 1024 * 1024

/**
 * Large files that an act writes. Each is summed before it goes live; when the act looks at the host again, that sum is the answer, as long as the file
 * at the path is the one that was written (device, inode, size, time of change): nobody has written to it since. Otherwise it is read.
 */
export class PouredFiles {
  readonly #files = new Map<string, { readonly name: string; readonly digest: string }>()

  /** What to do when the content of the step stands in its temporary file; nothing for a small one, or a name that `sha256sum` tells in another way. */
  note({ path, content }: WriteStep): string[] {
    if (content.size < LARGE || /[\\\n\r]/.test(path)) return []
    const name = `hw_k${this.#files.size + 1}`
    this.#files.set(path, { name, digest: content.digest })
    return [`${name}=$(${IDENTITY} -- "$hw_t")`]
  }

  /** What to say before the look: a `sha256sum` that knows them. Empty when there are none. */
  sums(): string[] {
    if (this.#files.size === 0) return []
    const known = [...this.#files].map(([path, { name, digest }]) => `${quote(path)}) [ -n "$${name}" ] && [ "$${name}" = "$(${IDENTITY} -- "$hw_p")" ] && echo ${quote(`${digest}  ${path}`)} && continue ;;`)
    return [`sha256sum() {
case $1 in --) shift ;; *) command sha256sum "$@"; return ;; esac
for hw_p; do
shift
case $hw_p in
${known.join('\n')}
esac
set -- "$@" "$hw_p"
done
[ $# -eq 0 ] || command sha256sum -- "$@"
}`]
  }
}

const IDENTITY = "stat -c '%d %i %s %y'"
