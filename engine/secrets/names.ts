/**
 * What keeps a text from being the name of a secret, or undefined. Names become file names, words of commands and paths of a parameter store:
 * what would mean something else there is refused before any store sees it.
 *
 * @example secretNameProblem('../x') // 'a name has no part "." or ".."'
 */
export function secretNameProblem(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (name.startsWith('/')) return 'it begins with "/": the prefix of the store is put before it'
  if (!/^[A-Za-z0-9_.\-/]+$/.test(name)) return 'a name has letters, digits, "_", ".", "-" and "/"'
  if (name.startsWith('-')) return 'it begins with "-"'
  const parts = name.split('/')
  if (parts.some((part) => part === '')) return 'it has an empty part'
  if (parts.some((part) => part === '.' || part === '..')) return 'a name has no part "." or ".."'
  return name.length > MOST || parts.length > DEEPEST ? `it is longer than ${MOST} characters or deeper than ${DEEPEST} parts` : undefined
}

/** As SSM has it, less some room for the prefix. */
const MOST = 900
const DEEPEST = 12
