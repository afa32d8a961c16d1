import { z } from 'zod'
import { becomes, given } from '../facts/fact.ts'
import { each } from '../facts/each.ts'
import { ancestors, path } from '../facts/path.ts'
import { strays, type TreeWish } from '../facts/strays.ts'
import { Account, Mode, RemotePath } from '../values/schema.ts'
import { change, refuse, run, type Change } from './change.ts'
import { accountFacts, exact, freshDirectoryIn, owned, ownerWish, refuseUnknown } from './ownership.ts'
import { defineTask } from './task.ts'

const wish = (p: { path: string; owner?: string | undefined; group?: string | undefined; mode: string; fileMode?: string | undefined; recurse: boolean }): TreeWish =>
  p.recurse ? [p.path, p.owner ?? '', p.group ?? '', p.mode, p.fileMode ?? ''] : [p.path, '', '', '', '']

/**
 * A directory, with its parents.
 *
 * @example directory({ path: '/data/redis', mode: '0750', owner: '999', group: '999' })
 */
export const directory = defineTask({
  name: 'directory',
  doc: 'A directory exists, with this owner and mode. Missing parents are made (0755, root).',
  params: z.strictObject({
    path: RemotePath,
    mode: Mode.prefault('0755'),
    owner: Account.optional().describe('left as it is when not given'),
    group: Account.optional().describe('left as it is when not given'),
    recurse: z.boolean().default(false).describe('everything below gets this owner and group, directories this mode, files `fileMode`'),
    fileMode: Mode.optional().describe('with `recurse`: the mode of the files below; left alone when not given'),
  }),
  title: (p) => p.path,
  facts: (p) => Object.assign({ now: path(p.path), strays: p.recurse ? strays(wish(p)) : given({ paths: [], more: false }), ...accountFacts(p) }, each(ancestors(p.path), path)),
  plan(p, now) {
    const at = now.now
    if (at.kind !== 'absent' && at.kind !== 'directory') return refuse(`${p.path} exists and is a ${at.kind}`, 'move it away, or name another path')
    const inTheWay = ancestors(p.path).find((above) => now[`each ${above}`]?.kind === 'file')
    if (inTheWay !== undefined) return refuse(`${inTheWay} is a file, not a directory`, 'move it away, or name another path')
    const unknown = refuseUnknown(p, now)
    if (unknown) return unknown

    const changes: Change[] = []
    const above = ancestors(p.path).map((each) => now[`each ${each}`]).find((each) => each !== undefined && each.kind !== 'absent')
    let inode = at.kind === 'absent' ? freshDirectoryIn(above, p.mode) : at
    const becomesDirectory = () => [becomes(path(p.path), { ...inode, kind: 'directory' })]
    if (at.kind === 'absent') changes.push(change(`create ${p.path}`, [run(['mkdir', '-p', '-m', p.mode, '--', p.path], { timeout: 0, makes: p })], becomesDirectory()))

    // The owner first: chown clears setuid and setgid.
    const owner = ownerWish(p, now, inode)
    const was = inode.mode
    if (owner !== undefined) {
      inode = owned(p, now, inode)
      changes.push(change(`chown ${owner} ${p.path}`, ['chown', '-h', '--', owner, p.path], becomesDirectory()))
    }
    if (was !== p.mode || (owner !== undefined && p.mode > '0777')) {
      inode = { ...inode, mode: p.mode }
      changes.push(change(`chmod ${p.mode} ${p.path}`, ['chmod', '--', exact(p.mode), p.path], becomesDirectory()))
    }
    if (now.strays.paths.length > 0) changes.push(recursive(p))
    return changes
  },
  state: (_, { now }) => now,
})

function recursive(p: { path: string; owner?: string | undefined; group?: string | undefined; mode: string; fileMode?: string | undefined; recurse: boolean }): Change {
  const owner = `${p.owner ?? ''}${p.group === undefined ? '' : `:${p.group}`}`
  const find = (type: string, mode: string) => run(['find', p.path, '-mindepth', '1', '-type', type, '!', '-perm', mode, '-exec', 'chmod', '--', exact(mode), '{}', '+'])
  return change(
    `set owner and mode below ${p.path}`,
    [
      ...(owner === '' ? [] : [run(['chown', '-R', '-h', '--', owner, p.path])]),
      find('d', p.mode),
      ...(p.fileMode === undefined ? [] : [find('f', p.fileMode)]),
    ],
    [becomes(strays(wish(p)), { paths: [], more: false })],
  )
}
