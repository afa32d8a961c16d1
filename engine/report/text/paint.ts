/** Colours a text that stays on its line. */
export type Ink = (text: string) => string

export interface Paint {
  readonly bold: Ink
  readonly dim: Ink
  readonly red: Ink
  readonly green: Ink
  readonly yellow: Ink
  readonly cyan: Ink
}

/** ANSI colours by hand, or none. */
export function makePaint(color: boolean): Paint {
  const ink = (on: number, off: number): Ink => (color ? (text) => (text === '' ? '' : `\x1b[${on}m${text}\x1b[${off}m`) : (text) => text)
  return { bold: ink(1, 22), dim: ink(2, 22), red: ink(31, 39), green: ink(32, 39), yellow: ink(33, 39), cyan: ink(36, 39) }
}
