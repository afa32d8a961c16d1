import { z } from 'zod'
import { group as groupFact, type GroupState } from '../facts/accounts.ts'
import { becomes, given } from '../facts/fact.ts'
import { change, refuse, run } from './change.ts'
import { defineTask } from './task.ts'

/** A name for a new account: what `useradd` and `groupadd` of Debian take, and no number. */
export const AccountName = z
  .string()
  .regex(/^[a-z_][a-z0-9_-]{0,30}[a-z0-9_$-]?$/, 'an account is named with lower-case letters, digits, "_" and "-", starting with a letter')
  .describe('name of the account')

/** A number for an account. */
export const AccountId = z.int().min(0).max(4294967294)

/**
 * A group.
 *
 * @example group({ name: 'deploy', gid: 1500 })
 */
export const group = defineTask({
  name: 'group',
  doc: 'A group exists, with this number if one is given; or does not exist. Files keep the number they have when a group gets another.',
  params: z.strictObject({
    name: AccountName,
    gid: AccountId.optional().describe('default: as it is; the next free one for a new group'),
    system: z.boolean().default(false).describe('a new group gets a number from the range of the system'),
    state: z.enum(['present', 'absent']).default('present'),
  }),
  title: (p) => p.name,
  facts: (p) => ({ now: groupFact(p.name), holder: p.gid === undefined ? given<GroupState>({ kind: 'absent' }) : groupFact(String(p.gid)) }),
  plan(p, { now, holder }) {
    const there = now.kind === 'present'
    if (p.state === 'absent') return there ? [change(`remove the group ${p.name}`, [run(['groupdel', p.name])], [becomes(groupFact(p.name), { kind: 'absent' })], { touches: ['user'] })] : []
    if (there && (p.gid === undefined || p.gid === now.gid)) return []
    if (p.gid !== undefined && holder.kind === 'present') return refuse(`another group has the number ${p.gid}`, `see which: getent group ${p.gid}`)
    const after: GroupState = { kind: 'present', gid: p.gid ?? NOT_KNOWN_YET, members: there ? now.members : [] }
    const effects = [becomes(groupFact(p.name), after), ...(p.gid === undefined ? [] : [becomes(groupFact(String(p.gid)), after)])]
    const id = p.gid === undefined ? [] : ['-g', String(p.gid)]
    if (there) return [change(`give the group ${p.name} the number ${after.gid}`, [run(['groupmod', ...id, p.name])], effects, { touches: ['user'] })]
    return [change(`create the group ${p.name}`, [run(['groupadd', ...(p.system ? ['-r'] : []), ...id, p.name])], effects)]
  },
  state: (_, { now }) => now,
})

/** The number of an account that is foretold: the host gives it out. Nothing compares it. */
export const NOT_KNOWN_YET = -1
