import type { Step } from '../tasks/change.ts'

/** What to do about what a host said, where its words tell: nothing to add where they do not. */

/** Rights that are missing are, most often, those of root. Of a disk that is full dash says no more than "I/O error". */
export function saidHint(said: string): { readonly hint?: string } {
  if (/permission denied/i.test(said)) return { hint: 'if the user of the connection is not root: --become, or ansible_become: true in the inventory' }
  if (/no space left on device|disk quota exceeded|printf: I\/O error/i.test(said)) return { hint: 'a disk is full, most likely: `df -h` and, where that has room, `df -i` on the host show which' }
  return {}
}

/** A line of shell that was given as a program's name. */
export function shellLineHint(steps: readonly Step[], code: number | undefined): { readonly hint?: string } {
  const meant = steps.some((step) => step.kind === 'run' && step.argv.length === 1 && /[\s|&;<>$*]/.test(step.argv[0] ?? ''))
  return meant && code === 127 ? { hint: "argv is a list of words, as in ['ls', '-la']; a line of shell is script({ text: … })" } : {}
}
