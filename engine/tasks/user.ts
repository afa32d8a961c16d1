import { z } from 'zod'
import { group, idOf, user as userFact, type GroupState, type UserState } from '../facts/accounts.ts'
import { each } from '../facts/each.ts'
import { becomes, given, type Effect } from '../facts/fact.ts'
import { passwordDigest } from '../facts/password-digest.ts'
import { path } from '../facts/path.ts'
import { contentOf, sha256 } from '../values/content.ts'
import { RemotePath } from '../values/schema.ts'
import { Secret } from '../values/secret.ts'
import { change, refuse, run, type Change } from './change.ts'
import { AccountId, AccountName, NOT_KNOWN_YET } from './group.ts'
import { fresh } from './ownership.ts'
import { defineTask } from './task.ts'

/**
 * A user of the host, with a home directory. What is not given is left as it is.
 *
 * @example
 * user({ name: 'deploy', groups: ['docker'], shell: '/bin/bash' })
 * user({ name: 'backup-agent', system: true, home: '/var/lib/backup-agent', createHome: true })
 */
export const user = defineTask({
  name: 'user',
  doc: 'A user exists, with these groups, shell and home; or does not exist. A password is given as the hash that the shadow file holds, and set only when it differs.',
  params: z.strictObject({
    name: AccountName,
    uid: AccountId.optional().describe('default: as it is; the next free one for a new user'),
    group: AccountName.optional().describe('the primary group, which must exist. Default: as it is; one named like the user for a new user'),
    groups: z.array(AccountName).default([]).describe('supplementary groups, which must exist'),
    append: z.boolean().default(true).describe('false: the user is in no other groups than these'),
    shell: RemotePath.optional().describe('default: as it is; /bin/bash for a new user, /usr/sbin/nologin for a new system user'),
    home: RemotePath.optional().describe('default: as it is; /home/NAME for a new user'),
    createHome: z.boolean().optional().describe('the home directory is made from /etc/skel (0750) when there is none. Default: true, for a system user false'),
    system: z.boolean().default(false).describe('a new user gets a number from the range of the system'),
    comment: z.string().regex(/^[^:\n\r\0]*$/, 'a comment is one line without ":"').optional(),
    password: z
      .instanceof(Secret, { error: 'a password hash is a Secret' })
      .refine((hash) => /^[$!*][^:\s]*$/.test(hash.reveal()), 'give the hash, as `mkpasswd --method=yescrypt` prints it, not the password; or "!" for none')
      .meta({ title: 'Secret' })
      .optional()
      .describe('the hash, as `mkpasswd --method=yescrypt` prints it; "!" for none'),
    state: z.enum(['present', 'absent']).default('present'),
    removeHome: z.boolean().default(false).describe('with state absent: the home directory and the mail go too'),
  }).refine((p) => p.state === 'present' || p.name !== 'root', 'root is not removed'),
  title: (p) => p.name,
  facts: (p) => {
    const own = {
      now: userFact(p.name),
      holder: p.uid === undefined ? given<UserState>({ kind: 'absent' }) : userFact(String(p.uid)),
      team: group(p.group ?? p.name),
      password: p.password === undefined ? given<string | undefined>(undefined) : passwordDigest(p.name),
      home: path(p.home ?? `/home/${p.name}`),
    }
    return Object.assign(own, each(p.groups, group))
  },
  plan(p, now) {
    const was = now.now
    if (p.state === 'absent') return was.kind === 'absent' ? [] : [removal(p, was, now.team)]
    const missing = [...(p.group !== undefined && now.team.kind === 'absent' ? [p.group] : []), ...p.groups.filter((name) => now[`each ${name}`]?.kind !== 'present')]
    if (missing.length > 0) return refuse(`there is no group ${missing.map((name) => `"${name}"`).join(', ')}`, `create it first: group({ name: '${missing[0] ?? ''}' })`)
    if (p.uid !== undefined && now.holder.kind === 'present' && !(was.kind === 'present' && was.uid === p.uid)) return refuse(`another user has the number ${p.uid}`, `see which: getent passwd ${p.uid}`)

    const primary = p.group ?? (was.kind === 'present' ? was.group : p.name)
    const before: Present = was.kind === 'present' ? was : blank(p, now.team)
    const joined = p.groups.filter((name) => name !== primary)
    const after: Present = {
      kind: 'present',
      uid: p.uid ?? before.uid,
      gid: p.group !== undefined && now.team.kind === 'present' ? now.team.gid : before.gid,
      comment: p.comment ?? before.comment,
      home: p.home ?? before.home,
      shell: p.shell ?? before.shell,
      group: primary,
      groups: [...new Set([...(p.append ? before.groups : []), ...joined])].sort(),
    }
    const becomesUser = (more: readonly Effect[] = []): Effect[] => [
      becomes(userFact(p.name), after),
      ...(p.uid === undefined ? [] : [becomes(userFact(String(p.uid)), after)]),
      ...memberships(p.name, before.groups, after.groups, (name) => now[`each ${name}`]),
      ...more,
    ]

    const changes: Change[] = []
    if (was.kind === 'absent') changes.push(creation(p, now.team, after, becomesUser))
    else {
      const { told, words } = modification(was, after)
      // With another number or primary group the home and what is in it change hands.
      if (told.length > 0) changes.push(change(`change the user ${p.name}: ${told.join(', ')}`, [run(['usermod', ...words, p.name])], becomesUser(), was.uid === after.uid && was.group === after.group ? {} : { touches: ['path', 'strays'] }))
    }
    if (p.createHome ?? !p.system) {
      // Only for the home that was asked about: another one, of a user who was there before, is left alone.
      const asked = p.home ?? `/home/${p.name}`
      if (after.home === asked && now.home.kind === 'absent') changes.push(homecoming(p.name, after))
    }
    const hash = p.password?.reveal()
    if (hash !== undefined && now.password !== sha256(hash))
      changes.push(change(`set the password of ${p.name}`, [run(['chpasswd', '-e'], { stdin: contentOf(new Secret(`${p.name}:${hash}\n`)) })], [becomes(passwordDigest(p.name), sha256(hash))]))
    return changes
  },
  state: (_, { now }) => now,
})

type Present = Extract<UserState, { kind: 'present' }>
interface Wish {
  readonly name: string
  readonly uid?: number | undefined
  readonly group?: string | undefined
  readonly system: boolean
  readonly shell?: string | undefined
  readonly removeHome: boolean
}

/** What a new user is unless told otherwise: said to `useradd` in full, so that what is foretold does not hang on its configuration. */
const blank = (p: Wish, own: GroupState): Present => ({
  kind: 'present',
  uid: NOT_KNOWN_YET,
  gid: own.kind === 'present' ? own.gid : NOT_KNOWN_YET,
  comment: '',
  home: `/home/${p.name}`,
  shell: p.system ? '/usr/sbin/nologin' : '/bin/bash',
  group: p.name,
  groups: [],
})

function creation(p: Wish, own: GroupState, after: Present, effects: (more: readonly Effect[]) => Effect[]): Change {
  const words = [
    ...(p.system ? ['-r'] : []),
    ...(p.uid === undefined ? [] : ['-u', String(p.uid)]),
    ...(own.kind === 'present' ? ['-g', after.group] : ['-U']),
    ...(after.groups.length === 0 ? [] : ['-G', after.groups.join(',')]),
    ...(after.comment === '' ? [] : ['-c', after.comment]),
  ]
  const newGroup = own.kind === 'present' ? [] : [becomes(group(p.name), { kind: 'present', gid: after.gid, members: [] })]
  return change(`create the user ${p.name}`, [run(['useradd', '-M', '-d', after.home, '-s', after.shell, ...words, p.name])], effects([...newGroup, becomes(passwordDigest(p.name), LOCKED)]))
}

/** What `usermod` is told, and what a person is. */
function modification(was: Present, after: Present): { told: string[]; words: string[] } {
  const left = was.groups.filter((name) => !after.groups.includes(name))
  const joined = after.groups.filter((name) => !was.groups.includes(name))
  const all: [changed: boolean, told: string, words: string[]][] = [
    [was.uid !== after.uid, `number ${after.uid}`, ['-u', String(after.uid)]],
    [was.group !== after.group, `primary group ${after.group}`, ['-g', after.group]],
    [joined.length + left.length > 0, [...joined.map((name) => `joins ${name}`), ...left.map((name) => `leaves ${name}`)].join(', '), ['-G', after.groups.join(',')]],
    [was.comment !== after.comment, 'comment', ['-c', after.comment]],
    [was.shell !== after.shell, `shell ${after.shell}`, ['-s', after.shell]],
    [was.home !== after.home, `home ${after.home}`, ['-d', after.home]],
  ]
  const changed = all.filter(([differs]) => differs)
  return { told: changed.map(([, told]) => told), words: changed.flatMap(([, , words]) => words) }
}

function memberships(name: string, before: readonly string[], after: readonly string[], known: (group: string) => GroupState | undefined): Effect[] {
  return [...new Set([...before, ...after])].flatMap((team) => {
    const state = known(team)
    if (state?.kind !== 'present') return []
    const members = state.members.filter((each) => each !== name)
    return [becomes(group(team), { ...state, members: after.includes(team) ? [...members, name] : members })]
  })
}

function homecoming(name: string, { home, uid, gid, group: team }: Present): Change {
  const inode = { ...fresh('0750'), uid: idOf(name, uid), gid: idOf(team, gid) }
  return change(`create ${home}`, [run(['sh', '-c', HOME, 'sh', home, `${name}:`])], [becomes(path(home), { ...inode, kind: 'directory' })])
}

const HOME = `
mkdir -p -- "\${1%/*}/" || exit
if [ -d /etc/skel ]; then cp -R -- /etc/skel "$1"; else mkdir -- "$1"; fi || exit
chmod 0750 -- "$1" && chown -R -h -- "$2" "$1"`

function removal(p: Wish, was: Present, team: GroupState): Change {
  // userdel takes the group of the user's own name along when nobody else is in it.
  const alone = was.group === p.name && team.kind === 'present' && team.gid === was.gid && team.members.every((each) => each === p.name)
  const effects = [
    becomes(userFact(p.name), { kind: 'absent' }),
    becomes(passwordDigest(p.name), undefined),
    ...(alone ? [becomes(group(p.name), { kind: 'absent' })] : []),
    ...(p.removeHome ? [becomes(path(was.home), { kind: 'absent' })] : []),
  ]
  const summary = `remove the user ${p.name}${p.removeHome ? ` and ${was.home}` : ''}`
  return change(summary, [run(['userdel', ...(p.removeHome ? ['-r'] : []), p.name])], effects, { touches: ['user', 'group', 'path'] })
}

/** What the shadow file holds for a user without a password: `!`. */
const LOCKED = sha256('!')
