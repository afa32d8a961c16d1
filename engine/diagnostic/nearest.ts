/**
 * The name a person probably meant, or undefined when nothing is close.
 *
 * @example nearest('postgers', ['postgres', 'redis']) === 'postgres'
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < least) [best, least] = [candidate, distance]
  }
  return best
}

/** Edits (insert, delete, replace, swap of neighbours) from one to the other. */
function editDistance(a: string, b: string): number {
  let older: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let value = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) value = Math.min(value, (older[j - 2] ?? 0) + 1)
      current.push(value)
    }
    ;[older, previous] = [previous, current]
  }
  return previous[b.length] ?? 0
}

/** The hint for an unknown name: the nearest one, or all there are when they are few. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates]
  const close = nearest(name, all)
  if (close !== undefined) return `did you mean "${close}"?`
  return all.length > 0 && all.length <= 12 ? `there is: ${all.sort().join(', ')}` : undefined
}
