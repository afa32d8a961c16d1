import { group, idOf, isNumber, user, type GroupState, type UserState } from '../facts/accounts.ts'
import { given, type Fact } from '../facts/fact.ts'
import type { Inode, PathState } from '../facts/path.ts'
import { refuse, type Refusal } from './change.ts'

/** Owner and group as tasks take them: names or numbers, each may be left alone. */
export interface Ownership {
  readonly owner?: string | undefined
  readonly group?: string | undefined
}

/** What is known of the two. */
interface Accounts {
  readonly owner: UserState
  readonly team: GroupState
}

/** The facts that tell whether the accounts exist; a number needs no account. */
export function accountFacts({ owner, group: team }: Ownership): { owner: Fact<UserState>; team: Fact<GroupState> } {
  return {
    owner: owner === undefined || isNumber(owner) ? given<UserState>({ kind: 'absent' }) : user(owner),
    team: team === undefined || isNumber(team) ? given<GroupState>({ kind: 'absent' }) : group(team),
  }
}

export function refuseUnknown(wished: Ownership, now: Accounts): Refusal | undefined {
  const hint = 'create it first: user({ … }) or group({ … })'
  if (wished.owner !== undefined && !isNumber(wished.owner) && now.owner.kind === 'absent') return refuse(`there is no user "${wished.owner}"`, hint)
  if (wished.group !== undefined && !isNumber(wished.group) && now.team.kind === 'absent') return refuse(`there is no group "${wished.group}"`, hint)
  return undefined
}

/** "owner:group" for `chown` when what is there differs, undefined when it is as wished. */
export function ownerWish(wished: Ownership, accounts: Accounts, now: Inode): string | undefined {
  const after = owned(wished, accounts, now)
  const owner = after.uid === now.uid ? undefined : wished.owner
  const team = after.gid === now.gid ? undefined : wished.group
  return owner === undefined && team === undefined ? undefined : `${owner ?? ''}${team === undefined ? '' : `:${team}`}`
}

/** The inode as it will be. */
export function owned({ owner, group: team }: Ownership, accounts: Accounts, before: Inode): Inode {
  return {
    ...before,
    uid: owner === undefined ? before.uid : idOf(owner, accounts.owner.kind === 'present' ? accounts.owner.uid : undefined),
    gid: team === undefined ? before.gid : idOf(team, accounts.team.kind === 'present' ? accounts.team.gid : undefined),
  }
}

/** What something new in this directory looks like before anyone chowned it: setgid hands the directory's group on. */
export const freshIn = (parent: PathState, mode: string, size = 0): Inode => (isSetgid(parent) ? { ...fresh(mode, size), gid: parent.gid } : fresh(mode, size))

/** The same of a new directory, below the nearest that is there: setgid is handed on as well, through whatever `mkdir -p` makes on the way. */
export const freshDirectoryIn = (above: PathState | undefined, mode: string): Inode =>
  above !== undefined && isSetgid(above) ? freshIn(above, (Number.parseInt(mode, 8) | SETGID).toString(8).padStart(4, '0')) : fresh(mode)

const SETGID = 0o2000
const isSetgid = (at: PathState): at is PathState & { kind: 'directory' } => at.kind === 'directory' && (Number.parseInt(at.mode, 8) & SETGID) !== 0

/** With four digits, chmod of GNU leaves the setuid and setgid bits of a directory as they are; with five it does not. */
export const exact = (mode: string): string => `0${mode}`

/** What something new looks like before anyone chowned it. */
export const fresh = (mode: string, size = 0): Inode => ({ mode, size, uid: 0, gid: 0 })
