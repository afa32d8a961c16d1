import type { Diagnostic, Place } from './diagnostic.ts'

/** A diagnostic of which the place or the hint may be unknown. */
export function diagnostic(message: string, at: Place | undefined, hint?: string): Diagnostic {
  return { message, ...(at === undefined ? {} : { at }), ...(hint === undefined ? {} : { hint }) }
}
