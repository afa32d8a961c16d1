/** One part of a pattern: `web`, `&prod`, `!db`. */
export interface Term {
  readonly sign: '' | '&' | '!'
  /** Without the sign. */
  readonly text: string
  /** Where it stands in the pattern; counts from 1, the sign included. */
  readonly column: number
  readonly length: number
}

/** Splits a pattern at commas or, when there is none, at colons. Neither separates within brackets: `web[0:2]`, `~web(1|2)`, `~n{1,2}`. */
export function splitPattern(pattern: string): Term[] {
  const hasComma = endOfTerm(pattern, 0, ',') < pattern.length
  return split(pattern, hasComma ? ',' : ':')
}

function split(pattern: string, separator: string): Term[] {
  const terms: Term[] = []
  let start = 0
  while (start <= pattern.length) {
    const end = endOfTerm(pattern, start, separator)
    const whole = pattern.slice(start, end)
    const text = whole.trim()
    const sign = text.startsWith('&') ? '&' : text.startsWith('!') ? '!' : ''
    if (text !== '') terms.push({ sign, text: text.slice(sign.length).trim(), column: start + whole.length - whole.trimStart().length + 1, length: text.length })
    start = end + 1
  }
  return terms
}

function endOfTerm(pattern: string, start: number, separator: string): number {
  const isRegExp = /^\s*[&!]?\s*~/.test(pattern.slice(start, start + 20))
  const [opening, closing] = isRegExp ? ['([{', ')]}'] : ['[', ']']
  let depth = 0
  for (let at = start; at < pattern.length; at++) {
    const char = pattern.charAt(at)
    if (isRegExp && char === '\\') at++
    else if (opening.includes(char)) depth++
    else if (closing.includes(char)) depth = Math.max(0, depth - 1)
    else if (char === separator && depth === 0) return at
  }
  return pattern.length
}
