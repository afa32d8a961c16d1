import type { Entries, Entry } from '../facts/entries.ts'
import { becomes, type Effect } from '../facts/fact.ts'
import { digest, path, text } from '../facts/path.ts'
import { asText, contentOf, sha256 } from '../values/content.ts'
import type { SourceTree } from '../values/source-tree.ts'
import { tarOf, type TarEntry } from '../values/tar.ts'
import { change, run, type Change, type RunStep } from './change.ts'
import { PURGE, PUT, STAGE } from './tree-program.ts'
import { shown } from './tree-wish.ts'

/** Sends what is not there, or is otherwise; directories that are otherwise go along. Undefined: there is nothing to send. */
export function written(root: string, source: SourceTree, there: Entries, wished: Entries): Change | undefined {
  const directories = [...wished].filter(([name, wish]) => wish.kind === 'directory' && !sameInode(there.get(name), wish))
  const news = [...wished].filter(([name, wish]) => wish.kind !== 'directory' && !sameContent(there.get(name), wish))
  if (directories.length + news.length === 0) return undefined
  const parts: TarEntry[] = [
    ...directories.map(([name, { mode, uid, gid }]): TarEntry => ({ name: `./${name}`, mode, uid, gid, what: { kind: 'directory' } })),
    ...[...new Set(news.map(([name]) => above(name)))].map((name): TarEntry => ({ name: `./${name}${STAGE}`, mode: '0700', uid: 0, gid: 0, what: { kind: 'directory' } })),
    ...news.flatMap(([name, { mode, uid, gid }]): TarEntry[] => {
      const what = source.get(name)
      return what === undefined ? [] : [{ name: `./${above(name)}${STAGE}/${name.slice(above(name).length)}`, mode, uid, gid, what }]
    }),
  ]
  const sums = news.flatMap(([, wish]) => (wish.kind === 'file' ? [wish.digest] : [])).sort()
  const tar = tarOf(parts)
  const step = run(['sh', '-c', PUT, 'sh', root, sha256(sums.map((sum) => `${sum}\n`).join(''))], { stdin: tar, timeout: 300 + Math.ceil(tar.size / 50_000), what: `unpack what was sent for ${root}` })
  const created = there.has('') ? `write ${named([...news, ...directories.filter(([name]) => !there.has(name))], directories)} below ${root}` : `create ${root} with ${count(news.length, 'file')}`
  const effects = [...directories, ...news].flatMap(([name, wish]) => effectsOf(root, name, wish, source))
  return change(created, [step], effects, { diff: { name: root, before: listing(there, [...directories, ...news]), after: listing(wished, [...directories, ...news]) } })
}

/** Owner and mode of files whose content is there. */
export function restored(root: string, there: Entries, wished: Entries): Change | undefined {
  const same = [...wished].filter(([name, wish]) => wish.kind === 'file' && sameContent(there.get(name), wish) && !sameInode(there.get(name), wish))
  if (same.length === 0) return undefined
  const groups = new Map<string, string[]>()
  const add = (words: readonly string[], name: string) => groups.set(words.join('\0'), [...(groups.get(words.join('\0')) ?? []), name])
  // The owner first: chown clears setuid and setgid.
  for (const [name, { uid, gid }] of same) if (there.get(name)?.uid !== uid || there.get(name)?.gid !== gid) add(['chown', '-h', '--', `${uid}:${gid}`], name)
  for (const [name, { mode, uid, gid }] of same) if (there.get(name)?.mode !== mode || (mode > '0777' && (there.get(name)?.uid !== uid || there.get(name)?.gid !== gid))) add(['chmod', '--', mode], name)
  const steps = [...groups].map(([words, names]) => each(root, words.split('\0'), names))
  return change(`set owner and mode of ${named(same)} below ${root}`, steps, same.flatMap(([name, wish]) => effectsOf(root, name, wish)), { diff: { name: root, before: listing(there, same), after: listing(wished, same) } })
}

/** Takes away what is not wished: of a directory its whole. */
export function removed(root: string, there: Entries, wished: Entries): Change | undefined {
  const strays = [...there].filter(([name]) => name !== '' && !wished.has(name))
  const tops = strays.filter(([name]) => above(name) === '' || wished.has(above(name).slice(0, -1)))
  if (tops.length === 0) return undefined
  const effects = tops.flatMap(([name]): Effect[] => {
    const at = placeOf(root, name)
    return at === undefined ? [] : [becomes(path(at), { kind: 'absent' })]
  })
  return change(`remove ${named(tops)} below ${root}`, [run(['sh', '-c', PURGE, 'sh', root], { stdin: listed(tops.map(([name]) => name)), what: `remove what is not wished below ${root}` })], effects, { diff: { name: root, before: listing(there, strays), after: '' } })
}

/** A command for many names, which come over its input: they may be any bytes, and any number. */
const each = (root: string, words: readonly string[], names: readonly string[]): RunStep =>
  run(['xargs', '-0', ...words], { directory: root, stdin: listed(names), what: `${words.join(' ')} … in ${root}` })

const listed = (names: readonly string[]) => contentOf(Buffer.from(names.map((name) => `./${name}\0`).join(''), 'latin1'))

/** "a/" of "a/b", '' of "b". */
const above = (name: string) => name.slice(0, name.lastIndexOf('/') + 1)

const sameContent = (now: Entry | undefined, wish: Entry): boolean =>
  now?.kind === wish.kind && (wish.kind === 'file' ? now.kind === 'file' && now.digest === wish.digest : wish.kind !== 'link' || (now.kind === 'link' && now.target === wish.target))

const sameInode = (now: Entry | undefined, wish: Entry): boolean => now !== undefined && now.uid === wish.uid && now.gid === wish.gid && now.mode === wish.mode

/** The path as other tasks name it; undefined where they cannot: it is not UTF-8, or has control characters. */
function placeOf(root: string, name: string): string | undefined {
  const known = asText(Buffer.from(name, 'latin1'))
  if (known === undefined || /[\u0000-\u001f\u007f]/.test(known)) return undefined
  return name === '' ? root : `${root}/${known}`
}

function effectsOf(root: string, name: string, wish: Entry, source?: SourceTree): Effect[] {
  const at = placeOf(root, name)
  if (at === undefined) return []
  const { mode, uid, gid } = wish
  const entry = source?.get(name)
  if (wish.kind === 'link') return [becomes(path(at), { kind: 'link', target: wish.target, mode, uid, gid, size: wish.target.length })]
  const content = entry?.kind === 'file' ? entry.content : undefined
  const state = becomes(path(at), { kind: wish.kind, mode, uid, gid, size: content?.size ?? 0 })
  return content === undefined ? [state] : [state, becomes(digest(at), content.digest), becomes(text(at), { kind: 'too-large' })]
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`

/** The first few names, and how many more. Where there are none, those of the second list. */
function named(parts: readonly (readonly [string, Entry])[], otherwise: readonly (readonly [string, Entry])[] = []): string {
  const names = (parts.length > 0 ? parts : otherwise).map(([name, { kind }]) => (name === '' ? '.' : `${shown(name)}${kind === 'directory' ? '/' : ''}`))
  return names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
}

/** A line an entry, for the diff. */
function listing(tree: Entries, parts: readonly (readonly [string, Entry])[]): string {
  return parts
    .flatMap(([name]) => {
      const entry = tree.get(name)
      if (entry === undefined) return []
      const { kind, mode, uid, gid } = entry
      const more = entry.kind === 'file' ? ` sha256 ${entry.digest.slice(0, 12)}…` : entry.kind === 'link' ? ` → ${shown(entry.target)}` : ''
      return [`${shown(name === '' ? '.' : name)}${kind === 'directory' ? '/' : ''} ${mode} ${uid}:${gid}${more}\n`]
    })
    .join('')
}
