/** Something the lab met that its user can act on: the message says what and why. The cli prints it without a stack. */
export class LabError extends Error {
  override readonly name = 'LabError'
}
