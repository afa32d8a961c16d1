import { idOf, type Id } from './accounts.ts'
import type { PathState } from './path.ts'

/** What everything below a directory should look like; an empty string leaves that alone. */
export type TreeWish = readonly [root: string, owner: string, group: string, directoryMode: string, fileMode: string]

/** The number of an account, as far as it is known. */
export type NumberOf = (kind: 'user' | 'group', name: string) => number | undefined

/** It differs from the wish. */
export function isStray(wish: TreeWish, state: PathState, numberOf: NumberOf): boolean {
  if (state.kind === 'absent') return false
  const { uid, gid, mode } = wished(wish, state, numberOf)
  return uid !== state.uid || gid !== state.gid || mode !== state.mode
}

/** What it is when the wish has been fulfilled. */
export function tidied(wish: TreeWish, state: PathState, numberOf: NumberOf): PathState {
  return state.kind === 'absent' ? state : { ...state, ...wished(wish, state, numberOf) }
}

function wished([, owner, group, directoryMode, fileMode]: TreeWish, state: Exclude<PathState, { kind: 'absent' }>, numberOf: NumberOf): { uid: Id; gid: Id; mode: string } {
  const mode = state.kind === 'directory' ? directoryMode : state.kind === 'file' ? fileMode : ''
  return {
    uid: owner === '' ? state.uid : idOf(owner, numberOf('user', owner)),
    gid: group === '' ? state.gid : idOf(group, numberOf('group', group)),
    mode: mode === '' ? state.mode : mode,
  }
}
