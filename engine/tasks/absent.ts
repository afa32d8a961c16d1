import { z } from 'zod'
import { becomes } from '../facts/fact.ts'
import { mounts } from '../facts/mounts.ts'
import { path } from '../facts/path.ts'
import { RemotePath } from '../values/schema.ts'
import { unreachable } from '../values/unreachable.ts'
import { change, refuse, run } from './change.ts'
import { defineTask } from './task.ts'

/**
 * Nothing stands at a path. A link is removed, not what it leads to; a directory goes with everything in it.
 *
 * @example absent({ path: '/etc/nginx/sites-enabled/default' })
 */
export const absent = defineTask({
  name: 'absent',
  doc: 'Nothing stands at this path: no file, no link, no directory with what is in it. Directories of the system and whatever holds a mount point are refused.',
  params: z.strictObject({ path: RemotePath.refine((at) => !isSystem(at), 'this directory belongs to the system and is not removed') }),
  title: (p) => p.path,
  facts: (p) => ({ now: path(p.path), mounts: mounts(p.path) }),
  plan(p, { now, mounts: [mounted] }) {
    const gone = [becomes(path(p.path), { kind: 'absent' as const })]
    if (now.kind !== 'absent' && mounted !== undefined)
      return refuse(mounted === p.path ? `${p.path} is a mount point` : `something is mounted below ${p.path}: ${mounted}`, `unmount it first: umount ${mounted}`)
    switch (now.kind) {
      case 'absent':
        return []
      case 'file':
      case 'other':
        return [change(`remove the file ${p.path}`, ['rm', '-f', '--', p.path], gone)]
      case 'link':
        return [change(`remove the link ${p.path}`, ['rm', '-f', '--', p.path], gone)]
      case 'directory':
        return [change(`remove the directory ${p.path} and everything in it`, [run(['sh', '-c', REMOVE, 'sh', p.path])], gone)]
      default:
        return unreachable(now)
    }
  },
})

/** `rm -r` walks into what is mounted below: seen to once more, at the last moment, and by the real path, where a directory above is a link. */
const REMOVE = `
real=$(cd -P -- "\${1%/*}/" && pwd -P) || exit
real=\${real%/}/\${1##*/}
while read -r _ at _; do
  case $at in *\\\\*) at=$(printf %b "$at") ;; esac
  case $at in "$real"|"$real"/*) echo "$at is a mount point: nothing was removed" >&2; exit 1 ;; esac
done </proc/self/mounts
exec rm -rf -- "$1"`

const TOP = 'bin boot dev etc home lib lib32 lib64 libx32 lost+found media mnt opt proc root run sbin srv sys tmp usr var'.split(' ')

const BELOW: Readonly<Record<string, readonly string[]>> = {
  '/usr': 'bin include lib lib32 lib64 libexec libx32 local sbin share src local/bin local/sbin local/lib'.split(' '),
  '/var': 'backups cache lib local lock log mail opt run spool tmp lib/apt lib/dpkg lib/docker lib/systemd cache/apt'.split(' '),
  '/etc': 'apt cron.d default init.d network pam.d profile.d ssh ssl sudoers.d systemd systemd/system'.split(' '),
}

/** The directories that come with a system, those that only some of them have included. */
export const SYSTEM_DIRECTORIES: ReadonlySet<string> = new Set(['/', ...TOP.map((name) => `/${name}`), ...Object.entries(BELOW).flatMap(([top, names]) => names.map((name) => `${top}/${name}`))])

/** A directory that is there on every host, and has more in it than anybody wished for. */
export const isSystem = (at: string) => SYSTEM_DIRECTORIES.has(at)
