import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { digest, path } from '../../engine/facts/path.ts'
import { TaskFailed } from '../../engine/host/failure.ts'
import type { Host } from '../../engine/host/host.ts'
import { absent } from '../../engine/tasks/absent.ts'
import { directory } from '../../engine/tasks/directory.ts'
import { file } from '../../engine/tasks/file.ts'
import { link } from '../../engine/tasks/link.ts'
import type { Task } from '../../engine/tasks/task.ts'
import { contentOf } from '../../engine/values/content.ts'
import { given, type Given } from './plan.ts'

/** A place in a small tree, and what may stand there at first: parents before children. */
export const places = ['/a', '/a/b', '/a/b/c', '/a/d', '/e', '/e/f'] as const
export const things = ['nothing', 'file', 'secret', 'directory', 'setgid', 'dangling', 'link'] as const
export type Thing = (typeof things)[number]
export type State = readonly Thing[]

/** Where nothing stands below: what is planned below a link that leads nowhere cannot be told. */
const leaves: readonly string[] = ['/a/b/c', '/a/d', '/e/f']

/** A wish as data; `root` is where the small tree begins. */
type Wish = (root: string) => Task
export interface Named {
  readonly make: Wish
  readonly [fc.toStringMethod]: () => string
}
const named = (name: string, make: Wish): Named => ({ make, [fc.toStringMethod]: () => name })
const place = fc.constantFrom(...places)
const mode = fc.constantFrom('0755', '0700', '2775', undefined)
const wish: fc.Arbitrary<Named> = fc.oneof(
  fc.tuple(place, mode, fc.boolean()).map(([at, mode, recurse]) => named(`directory ${at} ${mode ?? ''} ${recurse ? 'recurse' : ''}`, (root) => directory({ path: root + at, ...(mode !== undefined && { mode }), ...(recurse && { recurse, fileMode: '0644' }) }))),
  fc
    .tuple(place, fc.constantFrom('one', 'two'), fc.constantFrom('0644', '0600', '4755', undefined), fc.boolean())
    .map(([at, content, mode, replaceLink]) => named(`file ${at} ${content} ${mode ?? ''} ${replaceLink ? 'replaceLink' : ''}`, (root) => file({ path: root + at, content, replaceLink, ...(mode !== undefined && { mode }) }))),
  place.map((at) => named(`absent ${at}`, (root) => absent({ path: root + at }))),
  fc.tuple(fc.constantFrom(...leaves), fc.constantFrom('nowhere', '/etc/hostname'), fc.boolean()).map(([at, target, force]) => named(`link ${at} ${target} ${force ? 'force' : ''}`, (root) => link({ path: root + at, target, force }))),
)
/** What stands there at first. */
export const start = fc.tuple(...places.map((at) => fc.constantFrom(...things.filter((thing) => leaves.includes(at) || !['dangling', 'link'].includes(thing)))))
/** A few batches of a few wishes. */
export const run = fc.array(fc.array(wish, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })

/** True when it came to its end. */
export async function runAll(host: Host, batches: readonly (readonly Named[])[], root: string): Promise<boolean> {
  try {
    for (const batch of batches) await host.ensure(...batch.map(({ make }) => make(root)))
    return true
  } catch (error) {
    if (error instanceof TaskFailed) return false
    throw error
  }
}

/** Only below a directory can anything stand. */
export const stands = (state: State, index: number): boolean => {
  const at = places[index] ?? ''
  const parent = places.findIndex((each) => each === at.slice(0, at.lastIndexOf('/')))
  return parent === -1 || (['directory', 'setgid'].includes(state[parent] ?? '') && stands(state, parent))
}

export function plant(root: string, state: State): void {
  mkdirSync(root)
  for (const [index, name] of places.entries()) {
    const thing = state[index]
    const at = root + name
    if (!stands(state, index) || thing === undefined) continue
    if (thing === 'file' || thing === 'secret') writeFileSync(at, 'one', { mode: thing === 'file' ? 0o644 : 0o600 })
    if (thing === 'directory' || thing === 'setgid') mkdirSync(at)
    if (thing === 'setgid') chmodSync(at, 0o2755)
    if (thing === 'dangling') symlinkSync('nowhere', at)
    if (thing === 'link') symlinkSync('/etc/hostname', at)
  }
}

/** The same as facts of a host in memory. */
export function factsOf(state: State): Given[] {
  const inode = { uid: 0, gid: 0, size: 3 }
  return places.flatMap((at, index) => {
    const thing = stands(state, index) ? state[index] : 'nothing'
    if (thing === 'file' || thing === 'secret') return [given(path(at), { ...inode, kind: 'file', mode: thing === 'file' ? '0644' : '0600' }), given(digest(at), contentOf('one').digest)]
    if (thing === 'directory' || thing === 'setgid') return [given(path(at), { ...inode, kind: 'directory', mode: thing === 'setgid' ? '2755' : '0755' })]
    if (thing === 'dangling' || thing === 'link') return [given(path(at), { ...inode, kind: 'link', mode: '0777', target: thing === 'link' ? '/etc/hostname' : 'nowhere' })]
    return [given(path(at), { kind: 'absent' })]
  })
}

/** Everything about a tree but the times of directories. */
export function manifest(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const at = join(root, name)
      const stat = lstatSync(at)
      const content = stat.isFile() ? readFileSync(at, 'utf8') : stat.isSymbolicLink() ? readlinkSync(at) : ''
      return [name, stat.mode.toString(8), stat.uid, stat.gid, stat.isDirectory() ? '' : `${stat.mtimeMs} ${stat.ino}`, content].join(' ')
    })
}
