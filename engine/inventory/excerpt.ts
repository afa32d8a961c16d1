// What an error shows of a line that a person wrote: the stretch that it is about and the keys that lead to it.
// What else stands there may be a secret that nobody has called one yet, under a key that nobody knows.

/** The same columns as in the line, so that a squiggle fits beneath. `start` counts from 0. */
export function excerpt(line: string, start: number, length: number): string {
  const end = Math.min(line.length, start + length)
  return leading(line.slice(0, start)) + stretch(line.slice(start, end)) + following(line.slice(end))
}

/** Nothing but keys with what opens after them: `postgres:`, `{"a":{"b":`, `[{`, `name=`, and the tag of a reference. */
const LEADS = /^(?:-|!secrets?|(?:[[{"']*[\w.-]+["']?:)*(?:[[{"']*[\w.-]+["']?=)?[[{"']*)$/

/** Of what stands before the stretch, the keys that it stands under; an ellipsis for the rest. */
function leading(text: string): string {
  let from = text.length
  while (from > 0) {
    const blanks = text.slice(0, from).trimEnd().length
    if (blanks === 0) return text
    const word = text.slice(0, blanks).search(/[^\s,]+$/)
    if (word === -1 || !LEADS.test(text.slice(word, blanks))) return `${'…'.padStart(blanks)}${text.slice(blanks)}`
    from = word
  }
  return text
}

/** A map or a list, of which only the beginning is shown. `{{` is a template of another tool. */
const HOLDS = /^(?:[[{](?!\{)(?=.*[^\s\]}])|["']?[\w.-]+["']?\s*:\s)/

function stretch(text: string): string {
  const holds = HOLDS.exec(text)?.[0]
  return holds === undefined ? text : `${holds}…`
}

/** Says where a secret is, not what it is. */
const REFERENCE = /^!secrets?\s+["']?[\w./#-]+["']?[\s\]})]*$/

function following(text: string): string {
  if (/^[\s\]})"',]*$/.test(text)) return text
  const separator = /^["']?\s*[:=]\s*/.exec(text)?.[0] ?? ''
  const rest = text.slice(separator.length)
  return rest === '' || REFERENCE.test(rest) ? text : `${separator}…`
}
