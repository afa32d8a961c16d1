import { Busy } from './busy.ts'
import type { Reporter } from './event.ts'
import { wholeFile } from './file.ts'
import { handle, makeReporter, type EventOf, type Handlers } from './handlers.ts'
import { html, type Markup } from './markup.ts'
import { taskName } from './text/task.ts'

/** What is no task, and no success: a host that did not come to its end, a run that did not. */
type Unfinished = 'unreachable' | 'stopped' | 'not-reached' | EventOf<'plan'>['status']

/** A host and a task: what CI systems call a test case. */
interface Case {
  readonly host: string
  readonly role: string
  readonly task: string
  /** What it adds to the time of its host. */
  readonly ms: number
  readonly status: EventOf<'task'>['status'] | Unfinished
  readonly says: string
  failure?: EventOf<'failure'>
  rescued?: boolean
}

/** The suite of what belongs to no host. */
const RUN = 'run'

/**
 * `--junit FILE.xml`: a suite for each host, a case for each task. What failed is a failure, what is not known or could not be
 * reached an error, and so is a host that did not come to its end; what was skipped (or, in check mode, cannot be told beforehand) is skipped. A run whose
 * exit code says that it is not done has a failure or an error in any case.
 *
 * @throws InputError at once, when the file could not be written there.
 */
export function createJunitFile(path: string): Reporter {
  const file = wholeFile('--junit', path)
  const cases: Case[] = []
  const busy = new Busy()
  const whyLeft = new Map<string, string>()
  let whyStopped: string | undefined
  let run: EventOf<'run'> | undefined
  let recap: EventOf<'recap'> | undefined
  const ignore = (): void => {}
  const unfinished = (host: string, task: string, status: Unfinished, says: string): void => void cases.push({ host, role: '', task, ms: 0, status, says })

  const collect = {
    run: (event) => void (run = event),
    warning: ignore,
    connected: ignore,
    unreachable: ({ host, message, reason }) => unfinished(host, 'connect', 'unreachable', `${reason}: ${message}`),
    play: ignore,
    role: ignore,
    change: ignore,
    output: ignore,
    task: ({ at, host, role, task, ms, status, changes, why }) =>
      void cases.push({ host, role, task, ms: busy.add(host, at, ms), status, says: [...changes, ...(why === undefined ? [] : [why])].join('\n') }),
    failure(event) {
      // No task failed: the host did not come to its end, because of others or because somebody said so.
      if (event.reason === 'stopped') return void cases.push({ ...event, ms: 0, status: 'stopped', says: `stopped: ${event.message}` })
      const known = cases.findLast((each) => isSame(each, event))
      if (known) known.failure = event
      else cases.push({ ...event, ms: 0, status: 'failed', says: '', failure: event })
    },
    rescued(event) {
      const known = cases.findLast((each) => isSame(each, event) && each.status === 'failed' && !each.rescued)
      if (known) known.rescued = true
    },
    note: ignore,
    safeguard: ignore,
    'host-done': ignore,
    'play-stopped'({ play, message, notStarted }) {
      for (const host of notStarted) if (!whyLeft.has(host)) whyLeft.set(host, `the play ${play} was given up: ${message}`)
    },
    plan({ status, message, differences }) {
      for (const { host, role, task, message } of differences)
        cases.push({ host, role, task, ms: 0, status: 'failed', says: '', failure: { type: 'failure', at: '', host, role, task, reason: 'not-as-planned', message } })
      if (!status.startsWith('not')) return
      whyStopped ??= message
      unfinished(RUN, 'plan', status, message)
    },
    interrupted({ signal }) {
      whyStopped ??= `interrupted by ${signal}`
      unfinished(RUN, 'interrupted', 'stopped', `interrupted by ${signal}`)
    },
    bug: (event) => void cases.push({ host: 'engine', role: '', task: 'bug', ms: 0, status: 'failed', says: `${event.message}\n${event.stack}` }),
    recap(event) {
      recap = event
      const check = event.mode === 'check'
      const isBad = (each: Case): boolean => ['failure', 'error'].includes(verdictOf(each, check))
      const told = new Set(cases.filter(isBad).map(({ host }) => host))
      for (const [host, { stoppedAt, notReached }] of Object.entries(event.hosts)) {
        const why = whyLeft.get(host) ?? whyStopped
        if (told.has(host)) continue
        if (stoppedAt !== undefined) unfinished(host, 'stopped', 'stopped', `${why ?? 'it did not come to its end'}; stopped at ${stoppedAt}`)
        // A plan that does not hold is applied nowhere, not on hosts either where all was well.
        else if (notReached || (event.plan !== undefined && !check)) unfinished(host, 'not reached', 'not-reached', why ?? 'its turn never came')
      }
      const isDone = event.exit === 0 || (check && event.exit === 6)
      if (!isDone && !cases.some(isBad)) unfinished(RUN, 'exit code', 'stopped', `the exit code is ${event.exit}`)
    },
  } satisfies Handlers

  return makeReporter(
    (event) => handle(collect, event),
    async () => file.write(document(run, cases, recap)),
  )
}

function document(run: EventOf<'run'> | undefined, cases: readonly Case[], recap: EventOf<'recap'> | undefined): string {
  const check = run?.mode === 'check'
  const hosts = [...new Set([...(run?.hosts ?? []), ...cases.map(({ host }) => host)])]
  const suites = hosts.map((host) => suite(host, run, cases.filter((each) => each.host === host), check))
  return html`<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${run?.playbook ?? ''}${check ? ' (check)' : ''}" ${totals(cases, check, recap?.ms)}>\n${suites}</testsuites>\n`.text
}

function suite(host: string, run: EventOf<'run'> | undefined, cases: readonly Case[], check: boolean): Markup {
  return html`<testsuite name="${host}" hostname="${host}" timestamp="${run?.at ?? ''}" ${totals(cases, check)}>\n${cases.map(
    (each) => html`<testcase classname="${host}${each.role && `.${each.role}`}" name="${taskName(each)}" time="${seconds(each.ms)}">${result(each, check)}</testcase>\n`,
  )}</testsuite>\n`
}

type Verdict = 'passed' | 'failure' | 'error' | 'skipped'

function verdictOf({ status, rescued }: Case, check: boolean): Verdict {
  switch (status) {
    case 'ok':
    case 'changed':
      return 'passed'
    case 'skipped':
      return 'skipped'
    case 'failed':
      return rescued ? 'passed' : 'failure'
    case 'unknown':
      return check ? 'skipped' : 'error'
    default:
      return 'error'
  }
}

function result(each: Case, check: boolean): Markup {
  const { failure, says, status } = each
  const message = failure?.message ?? says.split('\n')[0] ?? ''
  const where = failure?.place && `at ${failure.place.file}:${failure.place.line}:${failure.place.column}`
  const detail = [says, failure?.message, where, failure?.output, failure?.stands, failure?.hint].filter((text) => text !== undefined && text !== '').join('\n')
  switch (verdictOf(each, check)) {
    case 'failure':
      return html`<failure type="${failure?.reason ?? status}" message="${line(message)}">${detail}</failure>`
    case 'error':
      return html`<error type="${failure?.reason ?? status}" message="${line(message)}">${detail}</error>`
    case 'skipped':
      return html`<skipped message="${line(status === 'unknown' ? `not known before the run ${message}`.trim() : message)}"/>`
    case 'passed':
      return detail === '' ? html`` : html`<system-out>${each.rescued ? `rescued: ${detail}` : detail}</system-out>`
  }
}

/** @param ms how long it took; by default as long as its cases one after the other. A run works on many hosts at a time. */
function totals(cases: readonly Case[], check: boolean, ms = cases.reduce((sum, each) => sum + each.ms, 0)): Markup {
  const n = (verdict: Verdict): number => cases.filter((each) => verdictOf(each, check) === verdict).length
  return html`tests="${cases.length}" failures="${n('failure')}" errors="${n('error')}" skipped="${n('skipped')}" time="${seconds(ms)}"`
}

type Named = Pick<Case, 'host' | 'role' | 'task'>
const isSame = (a: Named, b: Named): boolean => a.host === b.host && a.role === b.role && a.task === b.task

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

/** An attribute is one line; a parser would make spaces of the others anyway. */
const line = (text: string): string => text.replace(/\s*\n\s*/g, ' ')
