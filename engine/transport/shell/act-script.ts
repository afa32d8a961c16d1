import type { Content } from '../../values/content.ts'
import { quote, quoteAll } from '../../values/quote.ts'
import { unreachable } from '../../values/unreachable.ts'
import type { RunStep, Step } from '../../tasks/change.ts'
import type { Act } from '../link.ts'
import { directoriesTogether } from './directories-script.ts'
import { guardScript } from './guard-script.ts'
import { lookScript } from './look-script.ts'
import { Sent } from './sent.ts'
import { inlineText, placeOf, preparedWrites, writeScript, type Prepared } from './write-script.ts'

export interface Program {
  readonly script: string
  readonly blobs: readonly Content[]
  /** Milliseconds that it may take: what its commands may, and time for the rest. */
  readonly deadline: number
}

/**
 * Where files go live together, their changes are done, and said to be, when their names are on the disk: `hw_went` notes one, `hw_settle` does that. The
 * words without such files are the resident program's.
 */
const TOGETHER = `hw_due=
hw_settle() {
[ -n "$hw_due" ] || return 0
set -- $hw_due; hw_due=
hw_e=$(hw_names 2>&1) && { printf "$hw_n did %s %s 0\\n" "$@"; return; }
printf '%s do %s %s\\n%s\\n' "$hw_n" "$1" "$2" "$hw_e" >&2; hw_mark fail $1 $2 0 1; return 1
}
hw_went() { if [ -n "$hw_ready" ]; then hw_due="$hw_due $1 $2"; else hw_mark did $1 $2 0; fi; }`

/**
 * An act as one program. It says `do T C` before each change and `did T C` after it; `fail T C S CODE` or `drift T` when it stops,
 * and then nothing more is done; at the end it reads the facts again.
 */
export function actProgram(act: Act, { unpacks = false, patience = 120_000 }: { readonly unpacks?: boolean; readonly patience?: number } = {}): Program {
  const sent = new Sent(unpacks)
  const prepared = preparedWrites(act)
  const directories = directoriesTogether(act.tasks)
  const lines: string[] = [...(prepared.size > 0 ? [TOGETHER] : []), 'hw_go() {', 'true']
  let seconds = patience / 1000
  for (const [t, task] of act.tasks.entries()) {
    const made = directories.get(t)
    if (made?.before !== undefined) lines.push(made.before)
    const guard = guardScript(task.guards)
    if (guard !== '') lines.push(`${made?.unless ?? ''}{ ${guard}; } || hw_drifted ${t} || { hw_drop "$@"; return 1; }`)
    for (const [c, change] of task.changes.entries()) {
      const together = prepared.get(placeOf(t, c))
      if (together?.script !== undefined) lines.push(together.script)
      lines.push(`hw_both do ${t} ${c}`)
      for (const [s, step] of change.steps.entries()) {
        lines.push(stepScript(step, sent, together))
        lines.push(`hw_ok ${t} ${c} ${s} '${step.kind === 'run' ? (step.okCodes ?? [0]).join('|') : '0'}' || { hw_drop "$@"; return 1; }`)
        seconds += step.kind === 'run' ? step.timeout + 15 : 5
      }
      lines.push(together ? `hw_went ${t} ${c}${together.isLast ? '; hw_settle || { hw_drop "$@"; return 1; }' : ''}` : `hw_mark did ${t} ${c} $hw_s`)
    }
    if (made?.after !== undefined) lines.push(made.after)
  }
  lines.push('}', ...sent.pourScript, 'hw_go && {', ...sent.sums, lookScript(act.facts), 'true', '}')
  const { blobs } = sent
  const size = blobs.reduce((sum, blob) => sum + blob.size, 0)
  return { script: lines.join('\n'), blobs, deadline: (seconds + size / 50_000) * 1000 }
}

function stepScript(step: Step, sent: Sent, together: Prepared | undefined): string {
  switch (step.kind) {
    case 'run':
      return runScript(step, sent)
    case 'write':
      return writeScript(step, sent, together)
    default:
      return unreachable(step)
  }
}

/**
 * A command with nothing to read but what it is given; in its own process group and with a deadline unless it is a short one. `exec`
 * makes sure that it is a program: no builtin or function of the shell, whatever it is called.
 */
function runScript(step: RunStep, sent: Sent): string {
  const words = [
    ...(step.timeout > 0 ? ['timeout', '-k', '10', String(Math.ceil(step.timeout))] : []),
    ...(step.user === undefined ? [] : ['runuser', '-u', step.user, '--']),
    ...(step.env ? ['env', ...Object.entries(step.env).map(([name, value]) => `${name}=${value}`)] : []),
    ...step.argv,
  ]
  const placed = `( ${homeOf(step)}${step.directory === undefined ? '' : `cd ${quote(step.directory)} && `}exec ${quoteAll(words)}${step.daemon ? ' 9>&-' : ''} )`
  if (step.stdin === undefined) return `${placed} </dev/null`
  const inline = inlineText(step.stdin)
  if (inline !== undefined) return `printf %s ${quote(inline)} | ${placed}`
  // Whatever the command leaves of its input is drained, so that the next blob is found where it begins.
  const { size, unpack } = sent.add(step.stdin)
  return `hw_take ${size} |${unpack ? ' gzip -dc |' : ''} { ${placed}; hw_s=$?; cat >/dev/null; exit $hw_s; }`
}

/** runuser leaves the environment as it is; a program that runs as somebody must not look for its settings in root's home. */
function homeOf({ user }: RunStep): string {
  return user === undefined || !/^[a-z_][a-z0-9_.-]*$/i.test(user) ? '' : `HOME=~${user} USER=${user} LOGNAME=${user}; export HOME USER LOGNAME; `
}

/** A step as a person would type it, for messages; a whole program is told by the sentence of its change. */
export function describeStep(step: Step, summary: string): string {
  if (step.kind === 'write') return `write ${step.path}`
  return step.what ?? (step.argv.some((word) => word.includes('\n')) ? summary : shortened(quoteAll(step.argv)))
}

const shortened = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text)
