import type { SafeguardStatus, Stamped } from '../event.ts'
import { handle, type EventOf, type Handlers } from '../handlers.ts'
import { LOCKED } from '../host-tally.ts'
import { width } from './columns.ts'
import { failureBlock, labelled } from './failure.ts'
import { planLines } from './plan.ts'
import { makePaint, type Ink, type Paint } from './paint.ts'
import { recapTable } from './recap.ts'
import { hostColumn, taskLines, taskName, type Style } from './task.ts'
import { slowest } from './timings.ts'
import { verdict } from './verdict.ts'
import { count, duration, list } from './words.ts'

interface Options {
  readonly color: boolean
  readonly verbosity: number
  readonly diff: boolean
  readonly timings: boolean
  columns(): number
  readonly changes: Style['changes']
}

/** What people read of each event: whole lines, or nothing. Quiet by default: changes, failures, notes and the recap. */
export function createText(options: Options): (event: Stamped) => string {
  const texts = createTexts(options)
  let blank = true
  return (event) => {
    const text = handle(texts, event)
    if (text === '') return ''
    // Blocks stand apart by one empty line, also from each other.
    const apart = blank ? text.replace(/^\n+/, '') : text
    blank = text.endsWith('\n\n')
    return apart
  }
}

/** It remembers what the later lines need: the mode, the longest name, which tasks ended unknown, how long each took. */
function createTexts(options: Options): Handlers<string> {
  const paint = makePaint(options.color)
  const { verbosity } = options
  const unknown = new Set<string>()
  const tasks: EventOf<'task'>[] = []
  let style: Style = { paint, verbosity, diff: options.diff, changes: options.changes, mode: 'apply', hostWidth: 0, columns: 80 }

  const host = (name: string, text: string): string => text.split('\n').map((line) => `${hostColumn(name, style)}${line}`).join('\n')
  const from = (least: number, ...text: readonly string[]): string => (verbosity >= least ? lines(...text) : '')

  return {
    run(event) {
      style = { ...style, mode: event.mode, hostWidth: Math.max(0, ...event.hosts.map(width)), columns: options.columns() }
      return lines(...heading(event, style), '')
    },
    warning: (event) => lines(`${paint.yellow('warning:')} ${event.message}`),
    connected: (event) =>
      from(1, host(event.host, paint.dim(verbosity >= 2 ? `connected to ${event.target} in ${duration(event.ms)}` : 'connected'))),
    unreachable: (event) =>
      lines(`${paint.bold(paint.red(event.reason === LOCKED ? 'LOCKED' : 'UNREACHABLE'))}  ${paint.bold(event.host)}  ${event.message}`, ...labelled('next', event.hint, paint.cyan, paint)),
    play: (event) => from(1, '', `${paint.bold(`play ${event.play}`)} on ${list(event.hosts)}`),
    role: (event) => from(1, host(event.host, paint.dim(`role ${event.role}`))),
    // What is under way is for the spinner; what was done is told by its task.
    change: () => '',
    output: (event) => from(1, host(event.host, event.text.replace(/\n$/, '').split('\n').map((line) => paint.dim(`│ ${line}`)).join('\n'))),
    task(event) {
      if (event.status === 'unknown') unknown.add(key(event))
      tasks.push(event)
      return lines(...taskLines(event, { ...style, columns: options.columns() }))
    },
    failure(event) {
      // Not a cause: the host was stopped because of others.
      if (event.reason === 'stopped') return lines(host(event.host, `${taskName(event)}   ${paint.yellow(`stopped: ${event.message}`)}`))
      return lines(...failureBlock(event, unknown.has(key(event)) ? 'unknown' : 'failed', paint))
    },
    rescued: (event) => lines(host(event.host, `${taskName(event)}   ${paint.green('rescued: the host goes on')}`)),
    note: (event) => lines(host(event.host, event.text.split('\n').map((line) => `${paint.cyan(`${event.role}:`)} ${line}`).join('\n'))),
    safeguard: (event) => lines(host(event.host, `${taskName({ role: event.role, task: event.safeguard })}   ${GUARD_INKS[event.status](paint)(`${event.status}: ${event.message}`)}`)),
    'host-done': (event) => from(1, host(event.host, paint.dim(`${event.ok ? 'through with' : 'out of'} play ${event.play}`))),
    'play-stopped': (event) =>
      lines(`${paint.bold(paint.red('STOPPED'))}  play ${event.play}: ${event.message}${event.notStarted.length > 0 ? `; not started: ${list(event.notStarted)}` : ''}`),
    plan: (event) => lines(...planLines(event, paint)),
    interrupted: (event) =>
      lines(`${paint.bold(paint.yellow('INTERRUPTED'))}  ${event.signal}: what runs is brought to its end, nothing new is started; once more stops at once`),
    bug: (event) =>
      lines(
        '',
        `${paint.bold(paint.red('BUG'))}  the engine itself is at fault: ${event.message}`,
        ...labelled('stack', event.stack, paint.dim, paint),
        ...labelled('next', 'please report this, with the command and the lines above', paint.cyan, paint),
        '',
      ),
    recap: (event) =>
      lines(
        '',
        ...(event.mode === 'check' ? [check(style, 'was')] : []),
        ...recapTable(event, verbosity, paint),
        '',
        ...verdict(event).map((line) => (event.exit === 0 || event.exit === 6 ? paint.green(line) : paint.bold(line))),
        ...(options.timings ? slowest(tasks) : []),
      ),
  }
}

const GUARD_INKS = {
  armed: ({ cyan }) => cyan,
  cancelled: ({ green }) => green,
  'putting-back': ({ yellow }) => yellow,
  'put-back': ({ yellow }) => yellow,
  'not-put-back': ({ red }) => red,
  unknown: ({ red }) => red,
} satisfies Record<SafeguardStatus, (paint: Paint) => Ink>

function heading(event: EventOf<'run'>, style: Style): string[] {
  const { paint, verbosity } = style
  const inventory = event.inventory.length > 0 ? `, inventory ${event.inventory.join(', ')}` : ''
  const names = event.hosts.length > 0 ? ` (${list(event.hosts)})` : ''
  return [
    `${paint.bold(event.playbook)} on ${count(event.hosts.length, 'host')}${names}${inventory}`,
    ...(verbosity >= 1 ? [paint.dim(`hostwright ${event.version}`)] : []),
    ...(event.mode === 'check' ? [check(style, 'will be')] : []),
  ]
}

const check = ({ paint }: Style, tense: 'will be' | 'was'): string => paint.bold(paint.yellow(`CHECK: nothing ${tense} changed`))

const key = (event: { host: string; role: string; task: string }): string => [event.host, event.role, event.task].join('\n')

const lines = (...text: readonly string[]): string => text.map((line) => `${line}\n`).join('')
