import type { PathState } from './path.ts'

/** What everything below a directory should look like; an empty string leaves that alone. */
export type TreeWish = readonly [root: string, owner: string, group: string, directoryMode: string, fileMode: string]

const isOf = (wished: string, name: string, id: number) => wished === '' || wished === name || wished === String(id)

/** It differs from the wish. */
export function isStray([, owner, group, directoryMode, fileMode]: TreeWish, state: PathState): boolean {
  if (state.kind === 'absent') return false
  const mode = state.kind === 'directory' ? directoryMode : state.kind === 'file' ? fileMode : ''
  return !isOf(owner, state.owner, state.uid) || !isOf(group, state.group, state.gid) || (mode !== '' && mode !== state.mode)
}

/** What it is when the wish has been fulfilled. The number of an account that is given by name is not known then: -1. */
export function tidied(wish: TreeWish, state: PathState): PathState {
  if (state.kind === 'absent' || !isStray(wish, state)) return state
  const [, owner, group, directoryMode, fileMode] = wish
  const mode = (state.kind === 'directory' ? directoryMode : state.kind === 'file' ? fileMode : '') || state.mode
  const given = (wished: string, name: string, id: number) => (isOf(wished, name, id) ? { name, id } : { name: wished, id: /^\d+$/.test(wished) ? Number(wished) : -1 })
  const [user, team] = [given(owner, state.owner, state.uid), given(group, state.group, state.gid)]
  return { ...state, mode, owner: user.name, uid: user.id, group: team.name, gid: team.id }
}
