import type { Diagnostic } from '../../diagnostic/diagnostic.ts'

/**
 * Why a command ends before its work is done: mistakes in what was typed, a store that does not answer, a host that cannot be looked at. Thrown
 * by the commands, caught in one place, which prints it and ends with this exit code.
 */
export class GaveUp extends Error {
  override readonly name = 'GaveUp'
  readonly exit: number
  readonly problems: readonly Diagnostic[]

  /** @param exit as everywhere: 2 it failed, 3 bad input and nothing contacted. */
  constructor(exit: number, problems: readonly Diagnostic[]) {
    super(problems.map(({ message }) => message).join('; '))
    this.exit = exit
    this.problems = problems
  }
}
