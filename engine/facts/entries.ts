import { quote } from '../values/quote.ts'
import type { Id } from './accounts.ts'
import { defineFact, Unreadable, type Fact } from './fact.ts'
import { isShadowed } from './foretold.ts'

/** What hostwright calls its own files until they are whole. Looks pass over them, writes remove what a run that died left of them. */
const OURS = '.hostwright.'

/** A name below a directory that looks pass over. */
export const isOurs = (name: string): boolean => name.split('/').some((part) => part.startsWith(OURS))

/** What stands somewhere below a directory. */
export type Entry =
  | ({ readonly kind: 'directory' | 'other' } & EntryInode)
  | ({ readonly kind: 'file'; readonly digest: string } & EntryInode)
  | ({ readonly kind: 'link'; readonly target: string } & EntryInode)

export interface EntryInode {
  readonly mode: string
  readonly uid: Id
  readonly gid: Id
}

/**
 * By name below the directory ("a/b"); the directory itself is "". A name is any bytes but "/" and NUL, and so a string of one character a byte here
 * (latin1), as are targets of links.
 */
export type Entries = ReadonlyMap<string, Entry>

/** More is a data directory, not what a controller keeps. */
const MOST = 50_000

/**
 * `entries('/srv/site')`: all that stands at and below a directory, with the digest of each file; links are not followed. Empty when no directory is there.
 * One look however many: `stat` and `sha256sum` a few thousand names at a time. Names must not be trusted, so what separates them has a word that
 * nobody can foresee, and the sums are read in the order of the names. `dd` joins what the tools write line by line.
 */
export const entries: (root: string) => Fact<Entries> = defineFact<string, Entries>({
  name: 'entries',
  blank: new Map(),
  read: (root) => {
    const at = quote(root)
    const find = `find ${at} -name '${OURS}*' -prune -o`
    return `if [ -d ${at} ] && [ ! -h ${at} ]; then {
QUOTING_STYLE=literal ${find} -exec stat -c "= $hw_id %f %u %g %n/$hw_id/%N" -- {} + 2>&1
printf '= %s sums\\n' "$hw_id"
${find} -type f -exec sha256sum -- {} + 2>&1
} | dd obs=65536 status=none; fi`
  },
  parse: (output, root) => parse(output.toString('latin1'), Buffer.from(root).toString('latin1')),
  beneath: (root, observed, known) => (isShadowed(`${root}/below`, known) ? new Map() : observed),
})

function parse(output: string, root: string): Entries | Unreadable {
  if (output === '') return new Map()
  const id = /^= (\w*) /.exec(output)?.[1]
  if (id === undefined) return new Unreadable(`what is below ${root} cannot be read: ${output.slice(0, 200)}`)
  const [names = '', sums, ...more] = `\n${output}`.split(`\n= ${id} sums\n`)
  if (sums === undefined || more.length > 0) return new Unreadable(`what is below ${root} cannot be read`)
  const records = names.split(`\n= ${id} `).slice(1)
  if (records.length > MOST) return new Unreadable(`there is more below ${root} than ${MOST} files`)
  const found = new Map<string, Entry>()
  let rest = 0
  for (const record of records) {
    const stat = /^([0-9a-f]+) (\d+) (\d+) /.exec(record)
    const [whole = '', raw = '', uid, gid] = stat ?? []
    const [path = '', shown] = record.slice(whole.length).split(`/${id}/`)
    if (stat === null || shown === undefined || !(path === root || path.startsWith(`${root}/`))) return new Unreadable(`something below ${root} cannot be read: ${record.slice(0, 200)}`)
    const inode = { mode: (Number.parseInt(raw, 16) & 0o7777).toString(8).padStart(4, '0'), uid: Number(uid), gid: Number(gid) }
    const kind = KINDS[raw.padStart(4, '0').slice(0, -3)] ?? 'other'
    const name = path.slice(root.length + 1)
    if (kind === 'link') found.set(name, { kind, ...inode, target: shown.startsWith(`${path} -> `) ? shown.slice(path.length + 4) : shown.slice(path.length + 7, -1) })
    else if (kind === 'file') {
      const line = sumOf(sums, rest, path)
      if (line === undefined) return new Unreadable(`files below ${root} changed while they were read, or cannot be read: ${sums.slice(rest, rest + 200)}`)
      rest = line.end
      found.set(name, { kind, ...inode, digest: line.sum })
    } else found.set(name, { kind, ...inode })
  }
  return found
}

const KINDS: Readonly<Record<string, 'file' | 'directory' | 'link'>> = { '8': 'file', '4': 'directory', a: 'link' }

/** The sum that stands there, if it is that of this file. GNU writes a name with odd characters with escapes, and begins its line with a backslash. */
function sumOf(sums: string, at: number, path: string): { readonly sum: string; readonly end: number } | undefined {
  const escaped = sums[at] === '\\'
  const start = escaped ? at + 1 : at
  const shown = escaped ? path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r') : path
  const end = start + 66 + shown.length
  const sum = sums.slice(start, start + 64)
  return /^[0-9a-f]{64}$/.test(sum) && sums.slice(start + 66, end) === shown && sums[end] === '\n' ? { sum, end: end + 1 } : undefined
}
