/**
 * A problem with something a person wrote: an inventory, a variables file, a flag, a playbook's params.
 * Diagnostics are collected, never thrown one by one: a person wants to see all of them at once.
 */
export interface Diagnostic {
  /** One sentence: what is wrong. */
  readonly message: string
  /** Where, when it is a place in a file (or in a flag's text). */
  readonly at?: Place
  /** What to do about it: the nearest name, the right form, the command to run. */
  readonly hint?: string
  /** Nothing stands there. That may follow from something else that could not be read. */
  readonly missing?: true
  /** It is a key that nobody knows. */
  readonly unknown?: true
}

/** A stretch of a source text. Lines and columns count from 1; `length` is in characters and stays on the line. */
export interface Place {
  /** As the user would name it: relative to where they stand, or the flag: `-e`. */
  readonly file: string
  readonly line: number
  readonly column: number
  readonly length?: number
  /** The text of that line, so that it can be printed with a squiggle beneath. */
  readonly text?: string
}

/**
 * Bad input, found before any host was contacted (exit 3). The only error of ours that is thrown on purpose outside of tasks:
 * it crosses module load, where there is nobody to return a value to.
 */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((each) => each.message).join('; '))
    this.diagnostics = diagnostics
  }
}
