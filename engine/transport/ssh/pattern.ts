/** OpenSSH's wildcards: `*` stands for any run of characters, `?` for one. Nothing else is special. Takes |pattern| × |text| steps at most. */
export function wildcard(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resumeAt = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p
      p += 1
      resumeAt = t
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1
      t += 1
    } else if (star >= 0) {
      p = star + 1
      resumeAt += 1
      t = resumeAt
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p += 1
  return p === pattern.length
}

/** A list with `!exceptions`: some pattern matches, and no exception does. An exception alone matches nothing. */
export function matchesList(patterns: readonly string[], text: string): boolean {
  const matches = (pattern: string): boolean => wildcard(pattern, text)
  if (patterns.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1)))) return false
  return patterns.some((pattern) => !pattern.startsWith('!') && matches(pattern))
}
