import { z } from 'zod'
import { refuse, type Refusal } from './change.ts'

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

/** The lines as a text again; a last line without an ending gets one when something was put after it. */
export function textOf(rows: readonly Row[]): string {
  const eol = eolOf(rows)
  return rows.map((row, index) => row.text + (row.eol === '' && index < rows.length - 1 ? eol : row.eol)).join('')
}

/** A regular expression, tried on one line at a time. */
export const Pattern = z
  .union([z.string().min(1), z.instanceof(RegExp).meta({ title: 'RegExp' })], 'a pattern is a regular expression: /^Port / or "^Port "')
  .transform((value, context) => {
    try {
      // `g` and `y` would make a test remember where it stopped.
      return typeof value === 'string' ? new RegExp(value) : new RegExp(value.source, value.flags.replace(/[gy]/g, ''))
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
      return z.NEVER
    }
  })

/** Where a line or a block goes when it is not there yet. */
export const Placement = {
  insertAfter: Pattern.optional().describe('goes after the last line that matches; refused when none does. Default: the end of the file'),
  insertBefore: z.union([z.literal('BOF'), Pattern]).optional().describe('goes before the last line that matches, or at the beginning of the file: BOF'),
  firstMatch: z.boolean().default(false).describe('insertAfter and insertBefore mean the first line that matches'),
}

export interface Place {
  readonly insertAfter?: RegExp | undefined
  readonly insertBefore?: RegExp | 'BOF' | undefined
  readonly firstMatch: boolean
}

/** Where to insert, or that the place that was named is not there: to put it somewhere else would be another wish. */
export function placeIn(rows: readonly Row[], { insertAfter, insertBefore, firstMatch }: Place, file: string): number | Refusal {
  const beside = insertAfter ?? insertBefore
  if (beside === undefined) return rows.length
  if (beside === 'BOF') return 0
  const matches = ({ text }: Row) => beside.test(text)
  const at = firstMatch ? rows.findIndex(matches) : rows.findLastIndex(matches)
  if (at === -1) return refuse(`no line of ${file} matches ${String(beside)}`, `correct ${insertAfter ? 'insertAfter' : 'insertBefore'}, or leave it out: then it goes to the end`)
  return insertAfter ? at + 1 : at
}
