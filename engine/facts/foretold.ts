import type { Effect, Fact, KnownFacts } from './fact.ts'
import type { PathState } from './path.ts'
import { ancestors, isBelow } from './places.ts'
import { isStray, tidied, type NumberOf, type TreeWish } from './tree-wish.ts'

/** What follows for other paths, and for what is known of whole trees, when it is foretold what will stand at a path. */

export const ABSENT: PathState = { kind: 'absent' }

const MADE = { kind: 'directory', mode: '0755', uid: 0, gid: 0, size: 0 } as const

/** `path(at)` will be this: its parents are made, or all that is below it goes along; and what is known of trees around it moves on. */
export function pathRipple(at: string, value: PathState, known: KnownFacts): Effect[] {
  return [...(value.kind === 'absent' ? gone(at, known) : parents(at, known)), ...inStrays(at, value, known)]
}

/** What a path that is read now will be by then. */
export function pathBeneath(at: string, observed: PathState, known: KnownFacts): PathState {
  const stands = isShadowed(at, known) ? ABSENT : observed
  if (isAbsent(stands)) return holdsForetold(at, known) ? madeOnTheWay(at, known) : ABSENT
  const tidy = strayFacts(known).filter(({ fact, wish, value }) => isBelow(wish[0], at) && known.isPredicted(fact) && value.paths.length === 0)
  return tidy.reduce((state, { wish }) => tidied(wish, state, numbersIn(known)), stands)
}

/** Every tree (facts/tree.ts) that a path lies in, as it will be. */
export function inTrees(at: string, known: KnownFacts, edit: (tree: Map<unknown, unknown>) => void): Effect[] {
  return known.ofKind('tree').flatMap((fact) => {
    const tree = known.value(fact)
    if (!(tree instanceof Map) || typeof fact.arg !== 'string' || !(at === fact.arg || isBelow(fact.arg, at))) return []
    const edited = new Map<unknown, unknown>(tree)
    edit(edited)
    return [{ fact, value: edited }]
  })
}

/** A directory above it will have been removed: whatever stands below it now will not be there, even where the directory is made again. */
export function isShadowed(at: string, known: KnownFacts): boolean {
  return ancestors(at).some((each) => known.wasGone(`path(${each})`))
}

/** What a file holds now will not be there: it, or a directory above it, will have been removed, or something else will stand in its place. */
export function isReplaced(at: string, known: KnownFacts): boolean {
  const fact = known.find(`path(${at})`)
  const state = fact && known.isPredicted(fact) ? known.value(fact) : undefined
  return isShadowed(at, known) || known.wasGone(`path(${at})`) || (isState(state) && state.kind !== 'file')
}

export function isAbsent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'absent'
}

/** What is known to differ below a directory. */
export interface Strays {
  /** The first few. */
  readonly paths: readonly string[]
  readonly more: boolean
}

/** What differs below a directory, once a path below it is this. */
function strayedBy(wish: TreeWish, at: string, state: PathState, { paths, more }: Strays, known: KnownFacts): Strays {
  const others = paths.filter((each) => each !== at && !(state.kind === 'absent' && isBelow(at, each)))
  return { paths: isStray(wish, state, numbersIn(known)) ? [...others, at] : others, more }
}

/** The paths below a directory that are known, as they are when nothing strays there any more. */
export function straysRipple(wish: TreeWish, value: Strays, known: KnownFacts): Effect[] {
  if (value.paths.length > 0) return []
  return pathFacts(known).flatMap(({ fact, at, state }) => (isBelow(wish[0], at) && isStray(wish, state, numbersIn(known)) ? [{ fact, value: tidied(wish, state, numbersIn(known)) }] : []))
}

/** What strays now, with all that is foretold. */
export function straysBeneath(wish: TreeWish, observed: Strays, known: KnownFacts): Strays {
  const [root] = wish
  const start: Strays = isShadowed(`${root}/below`, known) ? { paths: [], more: false } : { ...observed, paths: observed.paths.filter((each) => !isShadowed(each, known)) }
  return pathFacts(known)
    .filter(({ fact, at }) => isBelow(root, at) && known.isPredicted(fact))
    .reduce((strays, { at, state }) => strayedBy(wish, at, state, strays, known), start)
}

/** What `mkdir -p` makes of a missing parent: setgid hands itself on, with the group. */
function madeOnTheWay(at: string, known: KnownFacts): PathState {
  const above = ancestors(at).flatMap((each) => {
    const fact = known.find(`path(${each})`)
    const state = fact && known.value(fact)
    return isState(state) && state.kind !== 'absent' ? [state] : []
  })[0]
  return above?.kind === 'directory' && (Number.parseInt(above.mode, 8) & 0o2000) !== 0 ? { ...MADE, mode: '2755', gid: above.gid } : MADE
}

/** `mkdir -p` makes the parents too. */
function parents(at: string, known: KnownFacts): Effect[] {
  return ancestors(at).flatMap((each) => {
    const fact = known.find(`path(${each})`)
    return fact && isAbsent(known.value(fact)) ? [{ fact, value: madeOnTheWay(each, known) }] : []
  })
}

/** What is removed takes everything beneath it along. */
function gone(at: string, known: KnownFacts): Effect[] {
  const within = (fact: Fact<unknown>) => typeof fact.arg === 'string' && (fact.arg === at || isBelow(at, fact.arg))
  const blanks = ['path', 'digest', 'text', 'tree'].flatMap((kind) =>
    known.ofKind(kind).filter((fact) => within(fact) && !(kind === 'path' && fact.arg === at)).map((fact) => ({ fact, value: fact.kind.blank })),
  )
  const fewer = inTrees(at, known, (tree) => {
    for (const each of tree.keys()) if (each === at || (typeof each === 'string' && isBelow(at, each))) tree.delete(each)
  })
  return [...blanks, ...fewer]
}

function inStrays(at: string, state: PathState, known: KnownFacts): Effect[] {
  return strayFacts(known).flatMap(({ fact, wish, value }) => {
    if (wish[0] === at && state.kind === 'absent') return [{ fact, value: fact.kind.blank }]
    return isBelow(wish[0], at) || isBelow(at, wish[0]) ? [{ fact, value: strayedBy(wish, at, state, value, known) }] : []
  })
}

/** Something is foretold to stand below it. */
function holdsForetold(at: string, known: KnownFacts): boolean {
  return pathFacts(known).some(({ fact, at: other, state }) => isBelow(at, other) && known.isPredicted(fact) && !isAbsent(state))
}

interface PathKnown {
  readonly fact: Fact<unknown>
  readonly at: string
  readonly state: PathState
}

function pathFacts(known: KnownFacts): PathKnown[] {
  return known.ofKind('path').flatMap((fact) => {
    const state = known.value(fact)
    return isState(state) ? [{ fact, at: String(fact.arg), state }] : []
  })
}

function strayFacts(known: KnownFacts): { readonly fact: Fact<unknown>; readonly wish: TreeWish; readonly value: Strays }[] {
  return known.ofKind('strays').flatMap((fact) => {
    const { arg } = fact
    const value = known.value(fact)
    return isWish(arg) && isStrays(value) ? [{ fact, wish: arg, value }] : []
  })
}

/** The numbers of accounts, from what is known of them. */
const numbersIn = (known: KnownFacts): NumberOf => (kind, name) => {
  const fact = known.find(`${kind}(${name})`)
  const state = fact && known.value(fact)
  if (!isAccount(state)) return undefined
  return kind === 'user' ? state.uid : state.gid
}

// The model holds values as unknown; the name of the kind says what they are, unless they could not be read.
const isState = (value: unknown): value is PathState => typeof value === 'object' && value !== null && 'kind' in value
const isStrays = (value: unknown): value is Strays => typeof value === 'object' && value !== null && 'paths' in value
const isAccount = (value: unknown): value is { readonly uid?: number; readonly gid: number } => typeof value === 'object' && value !== null && 'gid' in value
const isWish = (arg: unknown): arg is TreeWish => Array.isArray(arg) && arg.length === 5
