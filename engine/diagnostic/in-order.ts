import type { Diagnostic } from './diagnostic.ts'

/** Nobody reads more of them at once. */
const MOST_SHOWN = 200

/** For printing: file by file, from top to bottom, and each only once, for what applies to many hosts is found many times. */
export function inOrder(errors: readonly Diagnostic[]): Diagnostic[] {
  const unique = new Map(errors.map((each) => [JSON.stringify([each.message, each.at?.file, each.at?.line, each.at?.column]), each]))
  const files = [...new Set(errors.map((each) => each.at?.file))]
  const rank = ({ at }: Diagnostic): number => files.indexOf(at?.file)
  const sorted = [...unique.values()].sort((a, b) => rank(a) - rank(b) || (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0))
  return sorted.length <= MOST_SHOWN ? sorted : [...sorted.slice(0, MOST_SHOWN), { message: `and ${sorted.length - MOST_SHOWN} problems more` }]
}
