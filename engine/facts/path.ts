import { quoteAll } from '../values/quote.ts'
import { defineBatchFact, Unreadable, type Fact } from './fact.ts'
import { ABSENT, inTrees, isAbsent, isShadowed, pathBeneath, pathRipple } from './foretold.ts'
import { ancestors, parentOf } from './places.ts'

export { ancestors, isAbsent, isShadowed, parentOf }

/** What stands at a path, links not followed. */
export type PathState =
  | { readonly kind: 'absent' }
  | ({ readonly kind: 'file' | 'directory' | 'other' } & Inode)
  | ({ readonly kind: 'link'; readonly target: string } & Inode)

export interface Inode {
  /** Four octal digits: "0755". */
  readonly mode: string
  readonly uid: number
  readonly gid: number
  readonly owner: string
  readonly group: string
  /** Bytes. */
  readonly size: number
}

/** `path('/data')`: kind, mode and owner of what stands there. One `stat` for all paths of a batch. */
export const path: (path: string) => Fact<PathState> = defineBatchFact<string, PathState>({
  name: 'path',
  blank: ABSENT,
  // stat's errors are read as well: "No such file" is an answer, anything else is not.
  read: (paths) => `${chunked('stat -c "= %f %u %g %s %U %G %n" --', paths, ' 2>&1')}${links(paths)}`,
  parse: (output, paths) => {
    const found = new Map<string, PathState>()
    const troubles: string[] = []
    const [stats = '', ...links] = output.toString().split('\0')
    for (const line of stats.split('\n')) {
      const stat = /^= ([0-9a-f]+) (\d+) (\d+) (\d+) (\S+) (\S+) ([^]*)$/.exec(line)
      if (stat) found.set(stat[7] ?? '', inode(stat))
      else if (line !== '' && !/(?:No such file or directory|Not a directory)$/.test(line)) troubles.push(line)
    }
    for (let at = 0; at + 1 < links.length; at += 2) {
      const [name = '', target = ''] = links.slice(at)
      const link = found.get(name)
      if (link?.kind === 'link') found.set(name, { ...link, target })
    }
    return paths.map((each) => {
      // GNU and busybox name the path in quotes, GNU an odd one in quotes of its own kind.
      const trouble = troubles.find((line) => line.includes(`'${each}'`) || (!/^[\w./-]*$/.test(each) && line.includes(each)))
      return found.get(each) ?? (trouble === undefined ? ABSENT : new Unreadable(trouble))
    })
  },
  ripple: pathRipple,
  beneath: pathBeneath,
})

/** `digest('/etc/motd')`: SHA-256 of a regular file's bytes, undefined when there is none. One `sha256sum` for all. */
export const digest: (path: string) => Fact<string | undefined> = defineBatchFact<string, string | undefined>({
  name: 'digest',
  blank: undefined,
  // find sorts out what is no regular file: reading a pipe or a device could wait for ever.
  read: (paths) => chunked('find', paths, ' -maxdepth 0 -type f -exec sha256sum -- {} + 2>/dev/null'),
  parse: (output, paths) => {
    const found = readSums(output)
    return paths.map((each) => found.get(each))
  },
  ripple: (at, value, known) => inTrees(at, known, (tree) => (value === undefined ? tree.delete(at) : tree.set(at, value))),
  beneath: (at, observed, known) => (isShadowed(at, known) ? undefined : observed),
})

/** What `sha256sum` prints, as path → sum. A name with a backslash is escaped, and its line begins with one. */
export function readSums(output: Buffer): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of output.toString().split('\n')) {
    const sum = /^(\\?)([0-9a-f]{64}) [ *](.*)$/.exec(line)
    if (sum) found.set(sum[1] === '' ? (sum[3] ?? '') : (sum[3] ?? '').replaceAll('\\\\', '\\'), sum[2] ?? '')
  }
  return found
}

/** The bytes of a file, for tasks that edit and for diffs: at most 1 MiB. */
export type FileText = { readonly kind: 'absent' } | { readonly kind: 'too-large' } | { readonly kind: 'bytes'; readonly bytes: Buffer }

export const LARGEST_TEXT = 1024 * 1024

/** `text('/etc/hosts')`: the content of a regular file. */
export const text: (path: string) => Fact<FileText> = defineBatchFact<string, FileText>({
  name: 'text',
  blank: { kind: 'absent' },
  // Sizes first, then all the bytes in one go: three processes for any number of files.
  read: (paths) =>
    chunked('find', paths, ` -maxdepth 0 -type f ! -size +${LARGEST_TEXT / 1024}k -exec stat -c "= %s %n" -- {} + 2>/dev/null`) +
    chunked('find', paths, ` -maxdepth 0 -type f -size +${LARGEST_TEXT / 1024}k -exec stat -c "+ %s %n" -- {} + 2>/dev/null`) +
    'echo\n' +
    chunked('find', paths, ` -maxdepth 0 -type f ! -size +${LARGEST_TEXT / 1024}k -exec cat -- {} + 2>/dev/null`),
  parse: readTexts,
  beneath: (at, observed, known) => (isShadowed(at, known) ? { kind: 'absent' } : observed),
})

function readTexts(output: Buffer, paths: readonly string[]): (FileText | Unreadable)[] {
  const end = output.indexOf('\n\n') === -1 ? 0 : output.indexOf('\n\n') + 1
  let at = end + 1
  const found = new Map<string, FileText>()
  for (const line of output.subarray(0, end).toString().split('\n')) {
    const [, kind, size, name = ''] = /^([=+]) (\d+) (.*)$/.exec(line) ?? []
    if (kind === '+') found.set(name, { kind: 'too-large' })
    if (kind !== '=') continue
    found.set(name, { kind: 'bytes', bytes: Buffer.from(output.subarray(at, at + Number(size))) })
    at += Number(size)
  }
  // A file that grew or shrank between the two looks moves the bytes of all that come after it.
  if (found.size > 0 && at !== output.length) return paths.map(() => new Unreadable('a file changed while it was read'))
  return paths.map((each) => found.get(each) ?? { kind: 'absent' })
}

const TYPES: Readonly<Record<string, 'file' | 'directory' | 'link'>> = { '8': 'file', '4': 'directory', a: 'link' }

function inode(stat: readonly string[]): PathState {
  const [, raw = '0', uid, gid, size, owner = '', group = ''] = stat
  const mode = (Number.parseInt(raw, 16) & 0o7777).toString(8).padStart(4, '0')
  const common = { mode, uid: Number(uid), gid: Number(gid), size: Number(size), owner, group }
  const kind = TYPES[raw.padStart(4, '0').slice(0, -3)] ?? 'other'
  return kind === 'link' ? { kind, target: '', ...common } : { kind, ...common }
}

/** The target of each link, between NULs: it is somebody's text, and may hold anything else. A test that starts no process for everything that is none. */
function links(paths: readonly string[]): string {
  return `for hw_p in ${quoteAll(paths)}; do [ -h "$hw_p" ] && printf '\\0%s\\0%s' "$hw_p" "$(readlink -- "$hw_p")"; done\n`
}

/** A command line with at most 400 paths each: an argument list has a limit. */
export function chunked(before: string, paths: readonly string[], after: string): string {
  let script = ''
  for (let at = 0; at < paths.length; at += 400) script += `${before} ${quoteAll(paths.slice(at, at + 400))}${after}\n`
  return script
}
