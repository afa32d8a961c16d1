import { err, ok, type Result } from '../values/result.ts'

/** A word of an INI line. Columns count from 1. */
export interface Word {
  readonly text: string
  readonly column: number
  readonly length: number
  /** Offset in `text` at which the first quote opened: what follows it is a string, whatever it looks like. */
  readonly quotedFrom: number | undefined
}

/**
 * Splits a line at blanks, with the quoting of a shell: '…', "…" and backslashes.
 * A "#" at the beginning of a word starts a comment.
 */
export function splitWords(line: string): Result<readonly Word[], { readonly message: string; readonly column: number }> {
  const words: Word[] = []
  let at = 0
  while (at < line.length) {
    if (/\s/.test(line.charAt(at))) {
      at++
      continue
    }
    if (line.charAt(at) === '#') break
    const start = at
    let text = ''
    let quotedFrom: number | undefined
    let quote = ''
    for (; at < line.length; at++) {
      const char = line.charAt(at)
      if (quote === '' && /\s/.test(char)) break
      if (char === '\\' && (quote === '' || (quote === '"' && /["\\]/.test(line.charAt(at + 1))))) text += line.charAt(++at)
      else if (char === quote) quote = ''
      else if (quote === '' && (char === '"' || char === "'")) {
        quote = char
        quotedFrom ??= text.length
      } else text += char
    }
    if (quote !== '') return err({ message: `a quote (${quote}) is opened and not closed`, column: start + 1 })
    words.push({ text, column: start + 1, length: at - start, quotedFrom })
  }
  return ok(words)
}
