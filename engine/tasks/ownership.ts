import { group, user, type GroupState, type UserState } from '../facts/accounts.ts'
import { given, type Fact } from '../facts/fact.ts'
import type { Inode, PathState } from '../facts/path.ts'
import { refuse, type Refusal } from './change.ts'

/** Owner and group as tasks take them: names or numbers, each may be left alone. */
export interface Ownership {
  readonly owner?: string | undefined
  readonly group?: string | undefined
}

const isNumber = (name: string) => /^\d+$/.test(name)

/** The facts that tell whether the accounts exist; a number needs no account. */
export function accountFacts({ owner, group: team }: Ownership): { owner: Fact<UserState>; team: Fact<GroupState> } {
  return {
    owner: owner === undefined || isNumber(owner) ? given<UserState>({ kind: 'absent' }) : user(owner),
    team: team === undefined || isNumber(team) ? given<GroupState>({ kind: 'absent' }) : group(team),
  }
}

export function refuseUnknown(wished: Ownership, now: { owner: UserState; team: GroupState }): Refusal | undefined {
  const hint = 'create it first: user({ … }) or group({ … })'
  if (wished.owner !== undefined && !isNumber(wished.owner) && now.owner.kind === 'absent') return refuse(`there is no user "${wished.owner}"`, hint)
  if (wished.group !== undefined && !isNumber(wished.group) && now.team.kind === 'absent') return refuse(`there is no group "${wished.group}"`, hint)
  return undefined
}

/** "owner:group" for `chown` when what is there differs, undefined when it is as wished. */
export function ownerWish(wished: Ownership, now: Inode): string | undefined {
  const owner = wished.owner !== undefined && wished.owner !== (isNumber(wished.owner) ? String(now.uid) : now.owner) ? wished.owner : undefined
  const team = wished.group !== undefined && wished.group !== (isNumber(wished.group) ? String(now.gid) : now.group) ? wished.group : undefined
  return owner === undefined && team === undefined ? undefined : `${owner ?? ''}${team === undefined ? '' : `:${team}`}`
}

/** The inode as it will be. Ids that only the host knows are those of its accounts. */
export function owned(wished: Ownership, now: { owner: UserState; team: GroupState }, before: Inode): Inode {
  const { owner = before.owner, group: team = before.group } = wished
  return {
    ...before,
    owner,
    group: team,
    uid: isNumber(owner) ? Number(owner) : owner === before.owner ? before.uid : now.owner.kind === 'present' ? now.owner.uid : before.uid,
    gid: isNumber(team) ? Number(team) : team === before.group ? before.gid : now.team.kind === 'present' ? now.team.gid : before.gid,
  }
}

/** Who owns this, in words for `chown`: numbers, and names where the number of an account is only foretold. */
export const idsOf = ({ uid, gid, owner, group: team }: Inode): string => `${uid < 0 ? owner : uid}:${gid < 0 ? team : gid}`

/** What something new in this directory looks like before anyone chowned it: setgid hands the directory's group on. */
export const freshIn = (parent: PathState, mode: string, size = 0): Inode =>
  parent.kind === 'directory' && (Number.parseInt(parent.mode, 8) & 0o2000) !== 0 ? { ...fresh(mode, size), gid: parent.gid, group: parent.group } : fresh(mode, size)

/** What something new looks like before anyone chowned it. */
export const fresh = (mode: string, size = 0): Inode => ({ mode, size, uid: 0, gid: 0, owner: 'root', group: 'root' })
