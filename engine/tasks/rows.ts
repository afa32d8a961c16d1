/** A line of a file and how it ends: what is not touched keeps its own ending, also the missing one at the end of the file. */
export interface Row {
  readonly text: string
  readonly eol: '\n' | '\r\n' | ''
}

/** A text as lines, each with its own ending. */
export function rowsOf(text: string): Row[] {
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((raw) => {
    const eol = raw.endsWith('\r\n') ? '\r\n' : raw.endsWith('\n') ? '\n' : ''
    return { text: raw.slice(0, raw.length - eol.length), eol }
  })
}

/** How new lines of this file end: as its first one does. */
export const eolOf = (rows: readonly Row[]): '\n' | '\r\n' => (rows[0]?.eol === '\r\n' ? '\r\n' : '\n')

/** Puts rows in at an index; a last line without an ending gets one when something follows it. */
export function inserted(rows: readonly Row[], at: number, added: readonly Row[]): Row[] {
  return [...rows.slice(0, at), ...added, ...rows.slice(at)]
}

export function textOf(rows: readonly Row[]): string {
  const eol = eolOf(rows)
  return rows.map((row, index) => row.text + (row.eol === '' && index < rows.length - 1 ? eol : row.eol)).join('')
}

/** Where a line or a block goes when it is not there yet. */
export interface Place {
  readonly insertAfter?: RegExp | undefined
  readonly insertBefore?: RegExp | undefined
  readonly firstMatch: boolean
}

/** The index to insert at: beside the last (or first) match, else at the end. Undefined: the place that was named is not there. */
export function placeIn(rows: readonly Row[], { insertAfter, insertBefore, firstMatch }: Place): number | undefined {
  const beside = insertAfter ?? insertBefore
  if (beside === undefined) return rows.length
  if (beside.source === '^') return insertBefore ? 0 : undefined
  const matches = ({ text }: Row) => beside.test(text)
  const at = firstMatch ? rows.findIndex(matches) : rows.findLastIndex(matches)
  return at === -1 ? undefined : insertAfter ? at + 1 : at
}
