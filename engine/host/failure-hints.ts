import type { Step } from '../tasks/change.ts'

/** What to do about what a host said, where its words tell: nothing to add where they do not. */

/** Rights that are missing are, most often, those of root. */
export function rightsHint(said: string): { readonly hint?: string } {
  return /permission denied/i.test(said) ? { hint: 'if the user of the connection is not root: --become, or ansible_become: true in the inventory' } : {}
}

/** A line of shell that was given as a program's name. */
export function shellLineHint(steps: readonly Step[], code: number | undefined): { readonly hint?: string } {
  const meant = steps.some((step) => step.kind === 'run' && step.argv.length === 1 && /[\s|&;<>$*]/.test(step.argv[0] ?? ''))
  return meant && code === 127 ? { hint: "argv is a list of words, as in ['ls', '-la']; a line of shell is script({ text: … })" } : {}
}
