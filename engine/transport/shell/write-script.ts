import type { WriteStep } from '../../tasks/change.ts'
import type { Content } from '../../values/content.ts'
import { quote, quoteAll } from '../../values/quote.ts'
import type { Act } from '../link.ts'
import type { Sent } from './sent.ts'

/** Content up to this size travels in the script itself; more (or bytes that no shell word holds) follows as a blob. */
const INLINE = 64 * 1024

export function inlineText(content: Content): string | undefined {
  return content.text !== undefined && content.size <= INLINE ? content.text : undefined
}

/** The script of a write. Content that is not inline is put among what is sent. */
export function writeScript(step: WriteStep, sent: Sent, prepared?: Prepared): string {
  if (prepared) return `hw_t=\${${prepared.position}}; hw_put ${prepared.position} ${quoteAll([step.path, step.content.digest, step.mode, ...(step.owner === undefined ? [] : [step.owner])])}`
  const inline = inlineText(step.content)
  if (inline !== undefined) return wholeWay(step, [`printf %s ${quote(inline)} >"$hw_t"`, `hw_arrived ${step.content.digest}`])
  return wholeWay(step, sent.pour(step))
}

function wholeWay(step: WriteStep, fill: readonly string[]): string {
  const target = quote(step.path)
  const mode = quote(step.mode)
  const before: string[] = []
  if (step.owner !== undefined) before.push(`hw_owner ${quote(step.owner)}`)
  if (step.validate) before.push(`chmod -- ${mode} "$hw_t"`, `{ timeout -k 10 60 ${validation(step.validate)} </dev/null || ${refused(step.validate)}; }`)
  if (step.backup) before.push(`hw_keep ${target}`)
  return `{ ${recipe(target, [...fill, ...before], mode)}; }`
}

/** FAULTS §3's recipe, of words of sh: exclusive temp beside the target, content and digest; what is to be done `before` it goes live (owner, check); mode, sync, rename, sync. */
const recipe = (target: string, before: readonly string[], mode: string): string => [`hw_open ${target}`, ...before, `hw_live ${target} ${mode}`].join(' && ')

function validation(argv: readonly string[]): string {
  return argv.map((word) => word.split('%s').map((part) => (part === '' ? '' : quote(part))).join('"$hw_t"')).join(' ')
}

/** Said last, below what the command says. A program that stands in it as a word is not what anybody wants to read there. */
const refused = (argv: readonly string[]): string => `{ hw_v=$?; echo ${quote(`the new content is refused by ${argv.map(inShort).join(' ')}: nothing was replaced`)} >&2; (exit $hw_v); }`

const inShort = (word: string): string => (word.includes('\n') || word.length > 100 ? '…' : quote(word.replaceAll('%s', 'FILE')))

/** A write that is made ready together with those beside it. */
export interface Prepared {
  /** Its place among them, from 1: the temporary file is that argument, its content what the function hw_f of that number says. */
  readonly position: number
  /** With the first: makes all of them ready. */
  readonly script?: string
  /** The last of them: here the names of all are brought to the disk, and only then they count as done. */
  readonly isLast: boolean
}

/** An argument list has a limit, and what is made ready takes room on the disk. */
const MOST = 100

/**
 * Small files that an act writes one after the other are made ready together: the new contents of all beside their targets, one digest, one chmod a
 * mode, one sync; then each goes live in its turn, as ever, and one more sync brings the names of all to the disk. One process a file instead of five.
 * Where anything goes wrong with that, or the host is unusual, what was made ready is dropped, and each file goes the whole way by itself and says itself
 * what is wrong. By the place of their change.
 */
export function preparedWrites(act: Act): ReadonlyMap<string, Prepared> {
  const prepared = new Map<string, Prepared>()
  let group: { readonly place: string; readonly step: WriteStep }[] = []
  const close = () => {
    const script = group.length > 1 ? prepareScript(group.map(({ step }) => step)) : undefined
    if (script !== undefined) for (const [index, { place }] of group.entries()) prepared.set(place, { position: index + 1, ...(index === 0 && { script }), isLast: index === group.length - 1 })
    group = []
  }
  for (const [t, { changes }] of act.tasks.entries())
    for (const [c, { steps }] of changes.entries()) {
      const [step, ...more] = steps
      if (step?.kind !== 'write' || more.length > 0 || !isPlain(step)) close()
      else if (group.push({ place: placeOf(t, c), step }) === MOST) close()
    }
  close()
  return prepared
}

/** A change of an act, as a key. */
export const placeOf = (task: number, change: number): string => `${task} ${change}`

/** Nothing else is to be done for it, and `sha256sum` tells its name as it is. */
const isPlain = (step: WriteStep): boolean =>
  step.validate === undefined && step.backup !== true && inlineText(step.content) !== undefined && !/[\\\n\r]/.test(step.path)

/** Puts one of them in its place: its number, path, digest, mode and perhaps owner. The whole way, where they could not be made ready. */
const PUT = `hw_put() {
if [ -n "$hw_ready" ]; then hw_rename "$2"
else ${recipe('"$2"', ['"hw_f$1" >"$hw_t"', 'hw_arrived "$3"', '{ [ -z "$5" ] || hw_owner "$5"; }'], '"$4"')}
fi
}`

/** Leaves the temporary files in "$@", and hw_ready set; or, when it could not, neither. */
function prepareScript(group: readonly WriteStep[]): string {
  const contents = group.map(({ content }, index) => `hw_f${index + 1}() { printf %s ${quote(inlineText(content) ?? '')}; }`)
  const fill = group.map(({ path }, index) => `hw_open ${quote(path)} && set -- "$@" "$hw_t" && hw_f${index + 1} >"$hw_t"`)
  const sums = group.map(({ content }, index) => `${content.digest}  \${${index + 1}}`)
  const parts = [
    '[ ! -e /sys/fs/selinux/enforce ]',
    ...fill,
    `[ "$(sha256sum -- "$@")" = "${sums.join('\n')}" ]`,
    // The owner first: chown clears setuid and setgid.
    ...together('chown', group.map(({ owner }) => owner)),
    ...together('chmod', group.map(({ mode }) => mode)),
    'sync "$@"',
    'hw_ready=1',
  ]
  const directories = [...new Set(group.map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)))]
  return `${contents.join('\n')}
${PUT}
hw_names() { hw_named ${quoteAll(directories)}; }
set --; hw_ready=
{ ${parts.join(' && ')}; } 2>/dev/null || { [ $# -eq 0 ] || rm -f -- "$@"; set --; }
hw_t=`
}

/** One command for all that are to get the same. */
function together(command: string, wishes: readonly (string | undefined)[]): string[] {
  return [...new Set(wishes)].flatMap((wish) => {
    const files = wishes.flatMap((each, index) => (each === wish ? [`"\${${index + 1}}"`] : []))
    return wish === undefined ? [] : [`${command} -- ${quote(wish)} ${files.join(' ')}`]
  })
}
