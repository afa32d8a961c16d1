import { z } from 'zod'
import { becomes } from '../facts/fact.ts'
import { digest, parentOf, path, text, type Inode } from '../facts/path.ts'
import { Account, Duration, Mode, RemotePath } from '../values/schema.ts'
import { change, refuse, run, type Change } from './change.ts'
import { accountFacts, freshIn, owned, ownerWish, refuseUnknown } from './ownership.ts'
import { defineTask } from './task.ts'

/** An address to fetch from. */
export const Address = z
  .string()
  .regex(/^https?:\/\/[^\s/@]+(?:\/[^\s]*)?$/, 'an address begins with https:// or http:// and holds no user or password')
  .describe('https:// or http://')

/** A SHA-256 as it is published: 64 hex digits. */
export const Sha256 = z.string().toLowerCase().regex(/^[0-9a-f]{64}$/, 'a sha256 is 64 hex digits')

/**
 * A file that the host itself fetches, with curl or wget. It is checked before it replaces anything. For what the controller should fetch
 * once and push to every host, give {@link fetched} to `file`.
 *
 * @example
 * download({ url: 'https://example.org/tool-1.2', path: '/usr/local/bin/tool', sha256: '9f86d0…', mode: '0755' })
 * file({ path: '/usr/local/bin/tool', content: fetched('https://example.org/tool-1.2', '9f86d0…'), mode: '0755' })
 */
export const download = defineTask({
  name: 'download',
  doc: 'A file is what this address gives, by its SHA-256; fetched by the host itself (curl or wget) and checked before it replaces anything.',
  params: z
    .strictObject({
      url: Address,
      path: RemotePath,
      sha256: Sha256.optional().describe('of the file; when it matches what is there, nothing is fetched'),
      unverified: z.boolean().default(false).describe('instead of sha256: take what comes, once; a file that is there is never fetched again'),
      mode: Mode.optional().describe('default: as it is; 0644 for a new file'),
      owner: Account.optional().describe('left as it is when not given'),
      group: Account.optional().describe('left as it is when not given'),
      timeout: Duration.prefault('10m'),
    })
    .refine((p) => (p.sha256 !== undefined) !== p.unverified, 'give the `sha256`, or say unverified: true'),
  title: (p) => p.path,
  facts: (p) => ({ now: path(p.path), digest: digest(p.path), parent: path(parentOf(p.path)), ...accountFacts(p) }),
  plan(p, now) {
    const at = now.now
    if (now.parent.kind === 'absent') return refuse(`the directory ${parentOf(p.path)} does not exist`, `make it first: directory({ path: '${parentOf(p.path)}' })`)
    if (at.kind === 'link') return refuse(`${p.path} is a link to ${at.target}`, 'name the file it leads to')
    if (at.kind === 'directory' || at.kind === 'other') return refuse(`${p.path} is no regular file`)
    const unknown = refuseUnknown(p, now)
    if (unknown) return unknown

    const before = at.kind === 'file' ? at : freshIn(now.parent, '0644')
    const inode = { ...owned(p, now, before), kind: 'file' as const, mode: p.mode ?? before.mode }
    if (at.kind === 'absent' || (p.sha256 !== undefined && now.digest !== p.sha256)) {
      const { uid = '', gid = '' }: Partial<Inode> = at.kind === 'file' ? at : {}
      const owner = `${p.owner ?? uid}:${p.group ?? gid}`
      const words = [p.url, p.path, p.sha256 ?? '', inode.mode, owner === ':' ? '' : owner.replace(/:$/, ''), String(Math.ceil(p.timeout))]
      // How large it is, and what stands in it, only the host will know.
      const effects = [becomes(path(p.path), inode), becomes(digest(p.path), p.sha256 ?? ''), becomes(text(p.path), { kind: 'too-large' })]
      return [change(`download ${p.url} to ${p.path}`, [run(['sh', '-c', FETCH, 'sh', ...words], { timeout: p.timeout + 30 })], effects)]
    }
    const changes: Change[] = []
    const owner = ownerWish(p, now, before)
    if (owner !== undefined) changes.push(change(`chown ${owner} ${p.path}`, ['chown', '-h', '--', owner, p.path], [becomes(path(p.path), inode)]))
    if (before.mode !== inode.mode || (owner !== undefined && inode.mode > '0777')) changes.push(change(`chmod ${inode.mode} ${p.path}`, ['chmod', '--', inode.mode, p.path], [becomes(path(p.path), inode)]))
    return changes
  },
  state: (_, { now }) => now,
})

/** $1 address, $2 path, $3 digest or '', $4 mode, $5 owner or '', $6 seconds. The old file stands until the new one is whole and checked; what one that was killed left goes first. */
const FETCH = `
rm -f -- "\${2%/*}/".hostwright.download.*
t=$(umask 077; mktemp -p "\${2%/*}/" .hostwright.download.XXXXXX) || exit
trap 'rm -f -- "$t"' 0
if command -v curl >/dev/null; then
  case $1 in https:*) only='=https' ;; *) only='=http,https' ;; esac
  curl -fsSL --retry 2 --connect-timeout 20 --max-time "$6" --proto '=http,https' --proto-redir "$only" -o "$t" -- "$1" || exit
elif command -v wget >/dev/null; then
  # Not -T: the wget of busybox in Debian 12 crashes on it. And the one of GNU says nothing when it is quiet.
  timeout "$6" wget -q -O "$t" -- "$1" || { echo "wget: $1 was not fetched (status $?)" >&2; exit 1; }
else echo "neither curl nor wget is there: install one, or let the controller fetch: file({ content: fetched(…) })" >&2; exit 1
fi
if [ -n "$3" ]; then
  sum=$(sha256sum <"$t")
  [ "\${sum%% *}" = "$3" ] || { echo "$1 has the sha256 \${sum%% *}, not $3: nothing was replaced" >&2; exit 1; }
fi
[ -z "$5" ] || chown -- "$5" "$t" || exit
chmod -- "$4" "$t" || exit
[ ! -d "$2" ] || { echo "$2 is a directory" >&2; exit 1; }
sync "$t" 2>/dev/null || sync
mv -fT -- "$t" "$2"`
