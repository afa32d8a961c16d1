/**
 * The one place that quotes for a POSIX shell (dash, busybox ash, bash, mksh).
 * Single quotes hold every byte but the single quote itself and NUL; NUL cannot stand in a shell word at all.
 *
 * @example quote("it's") === "'it'\\''s'"
 * @throws Error on NUL: callers carry such bytes as content, never as a word.
 */
export function quote(word: string): string {
  if (word.includes('\0')) throw new Error('a NUL byte cannot be part of a shell word')
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** An argv as one shell command line. */
export function quoteAll(argv: readonly string[]): string {
  return argv.map(quote).join(' ')
}
