import { z } from 'zod'
import { entries, isOurs } from '../facts/entries.ts'
import { becomes, given } from '../facts/fact.ts'
import { mounts } from '../facts/mounts.ts'
import { parentOf, path } from '../facts/path.ts'
import { readSourceTree, type SourceTree } from '../values/source-tree.ts'
import { Account, Mode, RemotePath } from '../values/schema.ts'
import { isSystem } from './absent.ts'
import { refuse } from './change.ts'
import { accountFacts, refuseUnknown } from './ownership.ts'
import { removed, restored, written } from './tree-changes.ts'
import { shown, standing, wishedTree } from './tree-wish.ts'
import { defineTask } from './task.ts'

/**
 * All that is below a directory of the controller, on the host.
 *
 * @example
 * tree({ source: 'files/site', path: '/srv/site', owner: 'www-data', purge: true })
 */
export const tree = defineTask({
  name: 'tree',
  doc:
    'What is below a directory of the controller stands below a directory of the host: files, directories and symbolic links as they are. Only what differs is sent, all of it in ' +
    'one turn, and each file is replaced atomically. Names may be any bytes. What else stands there stays, unless `purge` is said.',
  params: z
    .strictObject({
      source: z.string().min(1).describe('a directory on the controller; its links are not followed; no name in it begins with ".hostwright."'),
      path: RemotePath.refine((at) => at.split('/').length > 2, 'a tree has a directory of its own: not "/" or one directly below it').describe('the directory on the host; its parent must exist'),
      owner: Account.optional().describe('of directories and files; left as it is when not given'),
      group: Account.optional().describe('of directories and files; left as it is when not given'),
      fileMode: Mode.optional().describe('default: 0755 for what its owner may execute on the controller, 0644 for the rest'),
      directoryMode: Mode.prefault('0755'),
      purge: z.boolean().default(false).describe('remove what is below the directory on the host and not in the source'),
    })
    .refine((p) => !(p.purge && isSystem(p.path)), 'this directory belongs to the system: purge would remove what others have there'),
  title: (p) => p.path,
  facts: (p) => ({ now: path(p.path), entries: entries(p.path), parent: path(parentOf(p.path)), mounts: p.purge ? mounts(p.path) : given([]), ...accountFacts(p) }),
  plan(p, now) {
    if (now.parent.kind === 'absent') return refuse(`the directory ${parentOf(p.path)} does not exist`, `make it first: directory({ path: '${parentOf(p.path)}' })`)
    if (now.now.kind === 'link') return refuse(`${p.path} is a link to ${now.now.target}`, 'name the target')
    if (now.now.kind !== 'absent' && now.now.kind !== 'directory') return refuse(`${p.path} is no directory`)
    const unknown = refuseUnknown(p, now)
    if (unknown) return unknown
    const source = sourceTree(p.source)
    if (source instanceof Error) return refuse(`${p.source} cannot be read: ${source.message}`, 'it is a directory on the controller')
    const ours = [...source.keys()].find((name) => isOurs(name))
    if (ours !== undefined) return refuse(`${p.source}/${shown(ours)} cannot stand on a host under this name: there it is what hostwright calls its own files until they are whole`, 'rename it, or leave it out')

    const there = standing(now.entries, now.now)
    const { wished, clash } = wishedTree(p, now, source, there)
    if (clash !== undefined) return refuse(clash, 'move it away, or remove it: absent({ … })')
    const changes = [written(p.path, source, there, wished), restored(p.path, there, wished), p.purge ? removed(p.path, there, wished) : undefined]
    const mounted = now.mounts.find((at) => at !== p.path)
    if (changes[2] !== undefined && mounted !== undefined) return refuse(`something is mounted below ${p.path}: ${mounted}`, `unmount it first: umount ${mounted}`)
    const stays = [...there].filter(([name]) => !p.purge && !wished.has(name))
    return changes
      .filter((each) => each !== undefined)
      .map((each, index, all) => (index === all.length - 1 ? { ...each, effects: [...each.effects, becomes(entries(p.path), new Map([...stays, ...wished]))] } : each))
  },
})

const sources = new Map<string, SourceTree>()

/** Read once a run however many hosts want it. */
function sourceTree(source: string): SourceTree | Error {
  try {
    const known = sources.get(source) ?? readSourceTree(source)
    sources.set(source, known)
    return known
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
