import type { Fact } from './fact.ts'
import type { PathState } from './path.ts'

/**
 * What an act can compare at little cost, right before it changes something: kind, mode and owner of what stands at a path, where a link leads, the digest of
 * a file. Of what is absent there is no digest to compare: that there is still nothing, `path` tells.
 */
export function isGuarded(fact: Fact<unknown>, value: unknown): boolean {
  if (fact.kind.name === 'digest') return value === undefined || (typeof value === 'string' && !String(fact.arg).includes('\\'))
  return fact.kind.name === 'path' && isPathState(value) && value.kind !== 'other'
}

/** The model holds values as unknown; the kind's name says that this one came from `path`. */
export function isPathState(value: unknown): value is PathState {
  return typeof value === 'object' && value !== null && 'kind' in value
}
