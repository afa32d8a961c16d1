import { group, user, type UserState } from '../../engine/facts/accounts.ts'
import { given, type Given } from './plan.ts'

/** Accounts, for rows of a plan table. */
export const aGroup = (name: string, gid: number, members: readonly string[] = []): Given => given(group(name), { kind: 'present', gid, members })

export const aUser = (name: string, more: Partial<Extract<UserState, { kind: 'present' }>> = {}): Given =>
  given(user(name), { kind: 'present', uid: 1500, gid: 1500, comment: '', home: `/home/${name}`, shell: '/bin/bash', group: name, groups: [], ...more })
