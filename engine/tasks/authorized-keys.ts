import { z } from 'zod'
import { idOf, user } from '../facts/accounts.ts'
import { becomes } from '../facts/fact.ts'
import { parentOf, path, type Inode } from '../facts/path.ts'
import { contentOf } from '../values/content.ts'
import { RemotePath } from '../values/schema.ts'
import { visible } from '../values/visible.ts'
import { change, refuse, run, type Change } from './change.ts'
import { AccountName } from './group.ts'
import { exact } from './ownership.ts'
import { contentEffects, editable, rewriteFacts } from './rewrite.ts'
import { eolOf, rowsOf, textOf, type Row } from './rows.ts'
import { defineTask } from './task.ts'

/**
 * The public keys that may log in as a user. Done as that user: nothing in a home directory can make root write elsewhere.
 *
 * @example authorizedKeys({ user: 'deploy', keys: ['ssh-ed25519 AAAA… alice@laptop'], exclusive: true })
 */
export const authorizedKeys = defineTask({
  name: 'authorizedKeys',
  doc: 'These public keys may log in as a user; with `exclusive` no others. A key is known by its type and number, not by its comment.',
  params: z.strictObject({
    user: AccountName,
    keys: z
      .array(
        z
          .string()
          .trim()
          .refine((key) => !key.includes('PRIVATE KEY'), 'this is a private key: give the public one, from the file ending in .pub')
          .refine((key) => key.includes('PRIVATE KEY') || isKey(key), 'a public key reads as in a .pub file: "ssh-ed25519 AAAA… comment", options before it'),
      )
      .min(1)
      .describe('one line each, as in a .pub file; options may stand before it'),
    exclusive: z.boolean().default(false).describe('every other key, and every comment, goes'),
    home: RemotePath.optional().describe("the user's home directory. Default: /home/USER, for root /root; another one is refused until it is named here"),
  }),
  title: (p) => p.user,
  facts: (p) => ({ account: user(p.user), ...rewriteFacts(keysFile(p)) }),
  plan(p, now) {
    const { account, now: at, parent } = now
    const file = keysFile(p)
    const directory = parentOf(file)
    if (account.kind === 'absent') return refuse(`there is no user "${p.user}"`, `create it first: user({ name: '${p.user}' })`)
    if (account.home !== homeOf(p)) return refuse(`the home directory of ${p.user} is ${account.home}`, `say home: '${account.home}'`)
    if (parent.kind !== 'absent' && parent.kind !== 'directory') return refuse(`${directory} is no directory`)
    const mine: Inode = { uid: idOf(p.user, account.uid), gid: idOf(account.group, account.gid), mode: '0700', size: 0 }
    for (const [what, inode] of [[directory, parent], [file, at]] as const)
      if (inode.kind !== 'absent' && inode.uid !== mine.uid) return refuse(`${what} belongs to ${inode.uid === 0 ? 'root' : `the user ${inode.uid}`}`, `chown ${p.user}: ${what}`)
    const before = at.kind === 'absent' ? '' : editable({ path: file, create: true, backup: false }, now)
    if (typeof before !== 'string') return before

    const rows = rowsOf(before)
    const { wished, added, gone } = merge(rows, p.keys, p.exclusive)
    const changes: Change[] = []
    const as = p.user === 'root' ? {} : { user: p.user }
    const mode = (what: string, inode: Inode, kind: 'file' | 'directory', wish: string) => {
      if (inode.mode !== wish) changes.push(change(`chmod ${wish} ${what}`, [run(['chmod', '--', exact(wish), what], as)], [becomes(path(what), { ...inode, kind, mode: wish })]))
    }
    if (parent.kind === 'directory') mode(directory, parent, 'directory', '0700')
    const after = textOf(wished)
    if (at.kind === 'file' && after === before) mode(file, at, 'file', '0600')
    else {
      const told = [...(added.length > 0 ? [`let ${added.join(', ')} log in as ${p.user}`] : []), ...(gone.length > 0 ? [`let ${gone.join(', ')} no longer log in as ${p.user}`] : [])]
      const content = contentOf(after)
      changes.push(
        change(
          told.length > 0 ? told.join('; ') : `write ${file}`,
          [run(['sh', '-c', WRITE, 'sh', file, content.digest], { ...as, stdin: content })],
          [
            ...(parent.kind === 'absent' ? [becomes(path(directory), { ...mine, kind: 'directory' as const })] : []),
            becomes(path(file), { ...mine, kind: 'file', mode: '0600', size: content.size }),
            ...contentEffects(file, content),
          ],
        ),
      )
    }
    return changes
  },
  state: (_, { now }) => now,
})

const homeOf = (p: { user: string; home?: string | undefined }) => p.home ?? (p.user === 'root' ? '/root' : `/home/${p.user}`)
const keysFile = (p: { user: string; home?: string | undefined }) => `${homeOf(p)}/.ssh/authorized_keys`

const KEY = /^(?:(?:"(?:\\.|[^"\\])*"|[^\s"])+\s+)?(?<type>(?:ssh|ecdsa|sk)-[\w@.-]+)\s+(?<blob>[A-Za-z0-9+/]+=*)(?:\s+(?<comment>.*))?$/

/** The type stands in the blob once more: a key that was cut or mangled on the way shows. */
function isKey(text: string): boolean {
  const { type = '', blob = '' } = KEY.exec(text)?.groups ?? {}
  const bytes = Buffer.from(blob, 'base64')
  return bytes.length > 24 && bytes.readUInt32BE(0) === type.length && bytes.subarray(4, 4 + type.length).toString() === type
}

function read(text: string): { id: string; name: string } | undefined {
  const { type, blob, comment } = KEY.exec(text.trim())?.groups ?? {}
  return type === undefined || blob === undefined ? undefined : { id: `${type} ${blob}`, name: comment ? visible(comment.slice(0, 60), 'line') : `a key ending in ${blob.slice(-8)}` }
}

function merge(rows: readonly Row[], keys: readonly string[], exclusive: boolean): { wished: Row[]; added: string[]; gone: string[] } {
  const eol = eolOf(rows)
  const ours = new Map(keys.map((text) => [read(text)?.id ?? text, text]))
  const there = new Set(rows.flatMap(({ text }) => read(text)?.id ?? []))
  const isOurs = ({ text }: Row) => ours.has(read(text)?.id ?? '')
  const kept = rows.filter((row) => !exclusive || isOurs(row)).map((row) => ({ ...row, text: ours.get(read(row.text)?.id ?? '') ?? row.text }))
  const fresh = [...ours].filter(([id]) => !there.has(id))
  return {
    wished: [...kept, ...fresh.map(([, text]) => ({ text, eol }))],
    added: fresh.map(([, text]) => read(text)?.name ?? ''),
    gone: exclusive ? rows.filter((row) => !isOurs(row)).flatMap(({ text }) => read(text)?.name ?? []) : [],
  }
}

/** In the user's own directory, as the user; five digits, for a home may hand its setgid bit on. What did not arrive whole does not replace what lets people in. */
const WRITE = `
umask 077
t=\${1%/*}/.hostwright.keys.$$
{ [ -d "\${1%/*}" ] || { mkdir -p -- "\${1%/*}" && chmod -- 00700 "\${1%/*}"; }; } && cat >"$t" || { rm -f -- "$t"; exit 1; }
sum=$(sha256sum <"$t")
[ "\${sum%% *}" = "$2" ] && mv -fT -- "$t" "$1" && exit
rm -f -- "$t"; echo "the keys were not replaced" >&2; exit 1`
