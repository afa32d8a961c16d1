import { quoteAll } from '../values/quote.ts'
import type { Id } from './accounts.ts'
import { defineBatchFact, Unreadable, type Fact } from './fact.ts'
import { ABSENT, inTrees, isAbsent, isReplaced, isShadowed, pathBeneath, pathRipple } from './foretold.ts'
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
  /** Numbers, as they stand on the disk: to look names up would cost a reading of the accounts a path. */
  readonly uid: Id
  readonly gid: Id
  /** Bytes. */
  readonly size: number
}

/** `path('/data')`: kind, mode and owner of what stands there. One `stat` for all paths of a batch. */
export const path: (path: string) => Fact<PathState> = defineBatchFact<string, PathState>({
  name: 'path',
  plain: true,
  blank: ABSENT,
  // stat's errors are read as well: "No such file" is an answer, anything else is not.
  // %N is the name again, and for a link where it leads: somebody's text, which may look like another line of ours. So each line of ours
  // has the random word of this frame.
  read: (paths) => chunked('QUOTING_STYLE=literal stat -c "= $hw_id %f %u %g %s %n\t%N" --', paths, ' 2>&1'),
  parse: (output, paths) => {
    const found = new Map<string, PathState>()
    const troubles: string[] = []
    const lines = output.toString().split('\n')
    const ours = lines.map((line) => /^= \w* /.exec(line)?.[0]).find((start) => start !== undefined) ?? ''
    for (const line of lines) {
      const stat = line.startsWith(ours) && /^= \w* ([0-9a-f]+) (\d+) (\d+) (\d+) ([^\t]*)\t([^]*)$/.exec(line)
      if (stat) found.set(stat[5] ?? '', inode(stat))
      else if (line !== '' && !line.startsWith('= ') && !/(?:No such file or directory|Not a directory)$/.test(line)) troubles.push(line)
    }
    // Of a host without stat, "not found" is no answer about any path.
    const missing = troubles.find((line) => /\bstat: (?:command |inaccessible or )?not found$/.test(line))
    return paths.map((each) => {
      // GNU and busybox name the path in quotes, GNU an odd one in quotes of its own kind.
      const trouble = missing ?? troubles.find((line) => line.includes(`'${each}'`) || (!/^[\w./-]*$/.test(each) && line.includes(each)))
      return found.get(each) ?? (trouble === undefined ? ABSENT : new Unreadable(trouble))
    })
  },
  ripple: pathRipple,
  beneath: pathBeneath,
})

/**
 * `digest('/etc/motd')`: SHA-256 of a regular file's bytes, undefined when there is none. One `sha256sum` for all. It writes line by line; to gather
 * its lines in the shell costs a fork, which is more than the packets do.
 */
export const digest: (path: string) => Fact<string | undefined> = defineBatchFact<string, string | undefined>({
  name: 'digest',
  plain: true,
  blank: undefined,
  read: (paths) => regularFiles(paths, 'sha256sum -- "$@" 2>/dev/null'),
  parse: (output, paths) => {
    const found = readSums(output)
    return paths.map((each) => found.get(each))
  },
  ripple: (at, value, known) => inTrees(at, known, (tree) => (value === undefined ? tree.delete(at) : tree.set(at, value))),
  beneath: (at, observed, known) => (isReplaced(at, known) ? undefined : observed),
})

/** What `sha256sum` prints, as path → sum. A name with a backslash is escaped, and its line begins with one. */
export function readSums(output: Buffer): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of output.toString().split('\n')) {
    const sum = /^(\\?)([0-9a-f]{64}) [ *]([^]*)$/.exec(line)
    if (sum) found.set(sum[1] === '' ? (sum[3] ?? '') : (sum[3] ?? '').replaceAll('\\\\', '\\'), sum[2] ?? '')
  }
  return found
}

/** The bytes of a file, for tasks that edit and for diffs: at most 1 MiB. */
export type FileText = { readonly kind: 'absent' } | { readonly kind: 'too-large' } | { readonly kind: 'bytes'; readonly bytes: Buffer }

export const LARGEST_TEXT = 1024 * 1024

/** `text('/etc/hosts')`: the content of a regular file. One `head` for all; how long each is, `path` knows. */
export const text: (path: string) => Fact<FileText> = defineBatchFact<string, FileText, PathState>({
  name: 'text',
  plain: true,
  blank: { kind: 'absent' },
  basis: path,
  read: (paths) => regularFiles(paths, `head -q -c ${LARGEST_TEXT + 1} -- "$@" 2>/dev/null`),
  parse: readTexts,
  beneath: (at, observed, known) => (isReplaced(at, known) ? { kind: 'absent' } : observed),
})

/** The bytes of all, one after the other, no more than the limit of each. */
function readTexts(output: Buffer, paths: readonly string[], states: readonly (PathState | Unreadable)[]): (FileText | Unreadable)[] {
  let at = 0
  const texts = paths.map((_, index): FileText | Unreadable => {
    const state = states[index]
    if (state === undefined || state instanceof Unreadable) return state ?? new Unreadable('there was no answer about the path')
    if (state.kind !== 'file') return { kind: 'absent' }
    const length = Math.min(state.size, LARGEST_TEXT + 1)
    at += length
    return length > LARGEST_TEXT ? { kind: 'too-large' } : { kind: 'bytes', bytes: Buffer.from(output.subarray(at - length, at)) }
  })
  // A file that grew or shrank between its size and its bytes moves those of all that come after it.
  return at === output.length ? texts : paths.map(() => new Unreadable('a file changed while it was read'))
}

const TYPES: Readonly<Record<string, 'file' | 'directory' | 'link'>> = { '8': 'file', '4': 'directory', a: 'link' }

function inode(stat: readonly string[]): PathState {
  const [, raw = '0', uid, gid, size, name = '', shown = ''] = stat
  const mode = (Number.parseInt(raw, 16) & 0o7777).toString(8).padStart(4, '0')
  const common = { mode, uid: Number(uid), gid: Number(gid), size: Number(size) }
  const kind = TYPES[raw.padStart(4, '0').slice(0, -3)] ?? 'other'
  return kind === 'link' ? { kind, target: targetIn(shown, name), ...common } : { kind, ...common }
}

/** GNU, asked for no quotes: `name -> target`. busybox: `'name' -> 'target'`. */
function targetIn(shown: string, name: string): string {
  const plain = `${name} -> `
  return shown.startsWith(plain) ? shown.slice(plain.length) : shown.slice(`'${name}' -> '`.length, -1)
}

/** Runs `command` with those of the paths that are regular files as "$@": reading a pipe or a device could wait for ever. Tests start no process. */
function regularFiles(paths: readonly string[], command: string): string {
  const sets: string[] = []
  for (let at = 0; at < paths.length; at += 200) sets.push(quoteAll(paths.slice(at, at + 200)))
  return sets.map((set) => `set --; for hw_p in ${set}; do [ -f "$hw_p" ] && [ ! -h "$hw_p" ] && set -- "$@" "$hw_p"; done; [ $# -eq 0 ] || ${command}\n`).join('')
}

/** A command line with at most 400 paths each: an argument list has a limit. */
export function chunked(before: string, paths: readonly string[], after: string): string {
  let script = ''
  for (let at = 0; at < paths.length; at += 400) script += `${before} ${quoteAll(paths.slice(at, at + 400))}${after}\n`
  return script
}

/** What is known of a file: what stands there, its text, its digest. */
export const aboutFile = (at: string): readonly Fact<unknown>[] => [path(at), text(at), digest(at)]
