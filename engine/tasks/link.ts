import { z } from 'zod'
import { becomes } from '../facts/fact.ts'
import { digest, parentOf, path } from '../facts/path.ts'
import { RemotePath } from '../values/schema.ts'
import { change, refuse, run } from './change.ts'
import { fresh } from './ownership.ts'
import { defineTask } from './task.ts'

/**
 * A symbolic link. What stands at the path is replaced in one step: there is no moment without a link.
 *
 * @example link({ path: '/opt/app/current', target: 'releases/42' })
 */
export const link = defineTask({
  name: 'link',
  doc: 'A symbolic link leads to this target, which need not exist. A link that leads elsewhere is turned; a file is replaced with `force` only, a directory never.',
  params: z.strictObject({
    path: RemotePath,
    target: z
      .string()
      .min(1)
      .max(4095)
      .refine((value) => !/[\u0000-\u001f\u007f]/.test(value), 'a target must not hold control characters')
      .describe('where it leads: absolute, or as seen from the directory of the link'),
    force: z.boolean().default(false).describe('replace a file that stands at the path'),
  }),
  title: (p) => p.path,
  facts: (p) => ({ now: path(p.path), parent: path(parentOf(p.path)) }),
  plan(p, { now, parent }) {
    if (parent.kind === 'absent') return refuse(`the directory ${parentOf(p.path)} does not exist`, `make it first: directory({ path: '${parentOf(p.path)}' })`)
    if (parent.kind === 'file') return refuse(`${parentOf(p.path)} is a file, not a directory`, 'move it away, or name another path')
    if (now.kind === 'link' && now.target === p.target) return []
    if (now.kind === 'directory') return refuse(`${p.path} is a directory`, 'move it away: a link does not replace a directory')
    if (now.kind === 'other') return refuse(`${p.path} is neither file, directory nor link`)
    if (now.kind === 'file' && !p.force) return refuse(`${p.path} is a file`, 'move it away, or say force: true')
    const summary = now.kind === 'absent' ? `link ${p.path} to ${p.target}` : now.kind === 'link' ? `turn the link ${p.path} to ${p.target}` : `replace the file ${p.path} by a link to ${p.target}`
    const effects = [becomes(path(p.path), { ...fresh('0777', Buffer.byteLength(p.target)), kind: 'link' as const, target: p.target }), becomes(digest(p.path), undefined)]
    return [change(summary, [run(['sh', '-c', REPLACE, 'sh', p.target, p.path], { timeout: 0 })], effects)]
  },
  state: (_, { now }) => now,
})

/** `ln -f` removes before it links; a rename does not. */
const REPLACE = `
t=\${2%/*}/.hostwright.link.$$
rm -f -- "$t" && ln -s -- "$1" "$t" || exit
[ ! -d "$2" ] || [ -h "$2" ] || { rm -f -- "$t"; echo "$2 is a directory" >&2; exit 1; }
mv -fT -- "$t" "$2" || { rm -f -- "$t"; exit 1; }`
