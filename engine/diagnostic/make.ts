import type { Diagnostic, Place } from './diagnostic.ts'

/** A diagnostic of which the place or the hint may be unknown. */
export function diagnostic(message: string, at: Place | undefined, hint?: string): Diagnostic {
  return { message, ...(at === undefined ? {} : { at }), ...(hint === undefined ? {} : { hint }) }
}

/** The same place without the value that stands there: for who cannot know that it is no secret. The key before it stays, and so does a place that is a key. */
export function covered(at: Place): Place {
  const { text = '', length = 1, ...place } = at
  if (/^["']?\s*[:=]/.test(text.slice(at.column - 1 + length))) return at
  const before = text.slice(0, at.column - 1)
  return before.trim() === '' ? place : { ...place, length: 1, text: `${before}…` }
}

/** The same place with nothing of its line: what could not be read may be anything, and so a secret. */
export const unshown = ({ file, line, column }: Place): Place => ({ file, line, column })
