import { z } from 'zod'
import { Line, RemotePath } from '../values/schema.ts'
import { refuse, type Refusal } from './change.ts'
import { editable, rewrite, rewriteFacts, Rewriting } from './rewrite.ts'
import { eolOf, placeIn, Placement, rowsOf, textOf, type Row } from './rows.ts'
import { defineTask } from './task.ts'

/**
 * Some lines of a file that others write too, between two marker lines by which they are found again. An empty block takes them out.
 *
 * @example
 * block({ path: '/etc/hosts', name: 'cluster', block: '10.0.0.1 db1\n10.0.0.2 db2\n' })
 * block({ path: '/etc/nginx/nginx.conf', block: 'include sites/*;', marker: '# {mark} sites', insertBefore: /^}/ })
 */
export const block = defineTask({
  name: 'block',
  doc: 'A file holds these lines between two markers, once; an empty block removes them with their markers. The file is replaced atomically.',
  params: z
    .strictObject({
      path: RemotePath,
      block: z.string().refine((text) => !text.includes('\0'), 'a text file holds no NUL').default('').describe('the lines between the markers; empty: none, and no markers'),
      name: z.string().regex(/^[\w.-]+( [\w.-]+)*$/, 'a name is words of letters, digits, ".", "_" and "-"').optional().describe('tells several blocks of one file apart'),
      marker: Line.optional().describe('the marker line: {mark} becomes BEGIN and END, {name} the name. Default: "# {mark} hostwright", with the name after it'),
      state: z.enum(['present', 'absent']).default('present'),
      ...Placement,
      ...Rewriting,
    })
    .refine((p) => p.marker === undefined || p.marker.includes('{mark}'), 'the `marker` must hold {mark}: without it the block is not found again, and every run would add one')
    .refine((p) => p.name === undefined || p.marker === undefined || p.marker.includes('{name}'), 'a `marker` beside a `name` must hold {name}: otherwise two blocks would be taken for one')
    .refine((p) => p.insertAfter === undefined || p.insertBefore === undefined, 'give `insertAfter` or `insertBefore`, not both')
    .refine((p) => !contentRows(p.block).some((each) => markers(p).includes(each)), 'the `block` holds its own marker line'),
  title: (p) => (p.name === undefined ? p.path : `${p.path}: ${p.name}`),
  facts: (p) => rewriteFacts(p.path),
  plan(p, now) {
    const wished = p.state === 'absent' ? [] : contentRows(p.block)
    if (wished.length === 0 && now.now.kind === 'absent') return []
    const before = editable(p, now)
    if (typeof before !== 'string') return before
    const rows = rowsOf(before)
    const [begin, end] = markers(p)
    const found = find(rows, begin, end, p.path)
    if (found !== undefined && 'refused' in found) return found

    const eol = eolOf(rows)
    const ours: Row[] = wished.length === 0 ? [] : [begin, ...wished, end].map((text) => ({ text, eol }))
    const what = p.name === undefined ? 'the block' : `the block "${p.name}"`
    if (found) {
      const same = ours.length === found.count && ours.every(({ text }, index) => rows[found.at + index]?.text === text)
      const after = same ? before : textOf(rows.toSpliced(found.at, found.count, ...ours))
      return rewrite(p, now, before, after, ours.length === 0 ? `remove ${what} from ${p.path}` : `write ${what} in ${p.path}`)
    }
    if (ours.length === 0) return rewrite(p, now, before, before, '')
    const at = placeIn(rows, p, p.path)
    if (typeof at !== 'number') return at
    return rewrite(p, now, before, textOf(rows.toSpliced(at, 0, ...ours)), `add ${what} to ${p.path}`)
  },
  state: (_, { now }) => now,
})

function markers(p: { readonly marker?: string | undefined; readonly name?: string | undefined }): [begin: string, end: string] {
  const marker = p.marker ?? (p.name === undefined ? '# {mark} hostwright' : '# {mark} hostwright {name}')
  const fill = (mark: string) => marker.replaceAll('{mark}', mark).replaceAll('{name}', p.name ?? '')
  return [fill('BEGIN'), fill('END')]
}

/** The block as lines; how they end is the file's matter. */
const contentRows = (text: string) => (text.trim() === '' ? [] : rowsOf(text).map((row) => row.text))

/** Where the block stands with its markers. One that begins and does not end must not be guessed at. */
function find(rows: readonly Row[], begin: string, end: string, file: string): { readonly at: number; readonly count: number } | Refusal | undefined {
  const places = (marker: string) => rows.flatMap(({ text }, index) => (text === marker ? [index] : []))
  const [begins, ends] = [places(begin), places(end)]
  const [at] = begins
  const [last] = ends
  if (at === undefined && last === undefined) return undefined
  const hint = `put the two marker lines right by hand: "${begin}" and "${end}"`
  if (begins.length > 1 || ends.length > 1) return refuse(`${file} holds the block more than once`, hint)
  if (at === undefined || last === undefined || last < at) return refuse(`${file} holds one of the block's two markers only, or the wrong way round`, hint)
  return { at, count: last - at + 1 }
}
