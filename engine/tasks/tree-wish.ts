import type { Entries, Entry } from '../facts/entries.ts'
import type { Inode, PathState } from '../facts/path.ts'
import type { SourceEntry, SourceTree } from '../values/source-tree.ts'
import { visible } from '../values/visible.ts'
import { freshIn, owned } from './ownership.ts'

interface Wish {
  readonly path: string
  readonly owner?: string | undefined
  readonly group?: string | undefined
  readonly fileMode?: string | undefined
  readonly directoryMode: string
}

/** The entries, and the directory itself where only it is known: foretold by an earlier task. */
export function standing(seen: Entries, root: PathState): Entries {
  return root.kind !== 'directory' || seen.has('') ? seen : new Map([['', { kind: 'directory', mode: root.mode, uid: root.uid, gid: root.gid }], ...seen])
}

/** What shall stand there by name, or what is in its way. */
export function wishedTree(p: Wish, accounts: Parameters<typeof owned>[1], source: SourceTree, there: Entries): { readonly wished: Entries; readonly clash?: string } {
  const wished = new Map<string, Entry>()
  for (const [name, entry] of [['', ROOT] as const, ...source]) {
    const now = there.get(name)
    if (now !== undefined && (now.kind === 'directory') !== (entry.kind === 'directory')) return { wished, clash: `${p.path}/${shown(name)} is a ${now.kind}, and shall be a ${entry.kind}` }
    if (now?.kind === 'other') return { wished, clash: `${p.path}/${shown(name)} is neither file, directory nor link` }
    const above = name === '' ? undefined : wished.get(name.slice(0, Math.max(0, name.lastIndexOf('/'))))
    const before: Inode = now ? { ...now, size: 0 } : freshIn(above?.kind === 'directory' ? { ...above, size: 0 } : { kind: 'absent' }, modeOf(p, entry))
    // Nobody asks who owns a link, and a tar of busybox cannot say.
    const { uid, gid } = entry.kind === 'link' ? before : owned(p, accounts, before)
    const inode = { mode: modeOf(p, entry), uid, gid }
    wished.set(name, entry.kind === 'file' ? { kind: 'file', digest: entry.content.digest, ...inode } : entry.kind === 'link' ? { kind: 'link', target: entry.target, ...inode } : { kind: 'directory', ...inode })
  }
  return { wished }
}

const ROOT: SourceEntry = { kind: 'directory' }

function modeOf(p: Wish, entry: SourceEntry): string {
  if (entry.kind === 'directory') return p.directoryMode
  return entry.kind === 'link' ? '0777' : (p.fileMode ?? (entry.executable ? '0755' : '0644'))
}

/** A name as people read it. */
export const shown = (name: string): string => visible(Buffer.from(name, 'latin1').toString(), 'line')
