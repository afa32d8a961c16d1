import { z } from 'zod'
import { Line, RemotePath } from '../values/schema.ts'
import { visible } from '../values/visible.ts'
import { editable, rewrite, rewriteFacts, Rewriting } from './rewrite.ts'
import { eolOf, Pattern, placeIn, Placement, rowsOf, textOf, type Row } from './rows.ts'
import { defineTask } from './task.ts'

/**
 * One line of a file that others write too: it stands there, or no line like it does. Endings (LF, CRLF) stay as they are.
 *
 * @example
 * line({ path: '/etc/ssh/sshd_config', regexp: /^#?\s*PermitRootLogin\s/, line: 'PermitRootLogin prohibit-password', validate: ['sshd', '-t', '-f', '%s'] })
 * line({ path: '/etc/hosts', regexp: /\sold-db$/, state: 'absent' })
 */
export const line = defineTask({
  name: 'line',
  doc: 'A file holds this line, in place of the one that matches; or holds none that matches. The file is replaced atomically.',
  params: z
    .strictObject({
      path: RemotePath,
      line: Line.min(1).optional().describe('the line as it should read, without its ending'),
      regexp: Pattern.optional().describe('the line that is replaced (or with state absent, the lines that go); it must match `line` itself'),
      matches: z.enum(['last', 'all']).default('last').describe('which of several matching lines are to read so'),
      state: z.enum(['present', 'absent']).default('present'),
      ...Placement,
      ...Rewriting,
    })
    .refine((p) => p.state === 'absent' || p.line !== undefined, 'say which `line` should be there')
    .refine((p) => p.line !== undefined || p.regexp !== undefined, 'give a `line` or a `regexp`')
    .refine((p) => p.insertAfter === undefined || p.insertBefore === undefined, 'give `insertAfter` or `insertBefore`, not both')
    .refine(
      // Of what is no pattern that is said already: zod asks all the same.
      (p) => p.state === 'absent' || p.line === undefined || !(p.regexp instanceof RegExp) || p.regexp.test(p.line),
      'the `regexp` does not match the `line` itself: the line would be added again by every run',
    ),
  title: (p) => `${p.path}: ${shown(p.line ?? String(p.regexp))}`,
  facts: (p) => rewriteFacts(p.path),
  plan(p, now) {
    if (p.state === 'absent' && now.now.kind === 'absent') return []
    const before = editable(p, now)
    if (typeof before !== 'string') return before
    const rows = rowsOf(before)
    const { regexp, line: wished = '' } = p
    const isOurs = ({ text }: Row) => (regexp === undefined ? text === wished : regexp.test(text))

    if (p.state === 'absent') {
      const left = rows.filter((row) => !isOurs(row))
      const gone = rows.length - left.length
      return rewrite(p, now, before, gone === 0 ? before : textOf(left), `remove ${gone === 1 ? 'a line' : `${gone} lines`} from ${p.path}`)
    }
    const last = rows.findLastIndex(isOurs)
    if (last === -1) {
      const at = placeIn(rows, p, p.path)
      if (typeof at !== 'number') return at
      const added = rows.toSpliced(at, 0, { text: wished, eol: eolOf(rows) })
      return rewrite(p, now, before, textOf(added), `add "${shown(wished)}" to ${p.path}`)
    }
    const edited = rows.map((row, index) => (index === last || (p.matches === 'all' && isOurs(row)) ? { ...row, text: wished } : row))
    return rewrite(p, now, before, textOf(edited), `set "${shown(wished)}" in ${p.path}`)
  },
  state: (_, { now }) => now,
})

/** A line as sentences show it. */
const shown = (text: string) => visible(text.length > 80 ? `${text.slice(0, 79)}…` : text, 'line')
