import type { Reporter } from './event.ts'
import { wholeFile } from './file.ts'
import { handle, makeReporter, type EventOf, type Handlers } from './handlers.ts'
import { html, type Markup } from './markup.ts'
import { taskName } from './text/task.ts'

/** A host and a task: what CI systems call a test case. */
interface Case {
  readonly host: string
  readonly role: string
  readonly task: string
  readonly ms: number
  readonly status: EventOf<'task'>['status'] | 'unreachable'
  readonly says: string
  failure?: EventOf<'failure'>
  rescued?: boolean
}

/**
 * `--junit FILE.xml`: a suite for each host, a case for each task. What failed is a failure, what is not known or could not be
 * reached an error, what was skipped (or, in check mode, cannot be told beforehand) skipped.
 *
 * @throws InputError at once, when the file could not be written there.
 */
export function createJunitFile(path: string): Reporter {
  const file = wholeFile('--junit', path)
  const cases: Case[] = []
  let run: EventOf<'run'> | undefined
  const ignore = (): void => {}
  const of = (event: { host: string; role: string; task: string }): Case | undefined =>
    cases.findLast((each) => each.host === event.host && each.role === event.role && each.task === event.task)

  const collect = {
    run: (event) => void (run = event),
    warning: ignore,
    connected: ignore,
    unreachable: ({ host, message, reason }) => void cases.push({ host, role: '', task: 'connect', ms: 0, status: 'unreachable', says: `${reason}: ${message}` }),
    play: ignore,
    role: ignore,
    change: ignore,
    output: ignore,
    task: ({ host, role, task, ms, status, changes, why }) => void cases.push({ host, role, task, ms, status, says: [...changes, ...(why === undefined ? [] : [why])].join('\n') }),
    failure(event) {
      const known = of(event)
      if (known) known.failure = event
      // Not a failure of its own: it was stopped because of other hosts.
      else if (event.reason === 'stopped') cases.push({ ...event, ms: 0, status: 'skipped', says: `stopped: ${event.message}` })
      else cases.push({ ...event, ms: 0, status: 'failed', says: '', failure: event })
    },
    rescued(event) {
      const known = of(event)
      if (known) known.rescued = true
    },
    note: ignore,
    safeguard: ignore,
    'host-done': ignore,
    'play-stopped': ignore,
    plan({ differences }) {
      for (const { host, role, task, message } of differences)
        cases.push({ host, role, task, ms: 0, status: 'failed', says: '', failure: { type: 'failure', at: '', host, role, task, reason: 'not-as-planned', message } })
    },
    interrupted: ignore,
    bug: (event) => void cases.push({ host: 'engine', role: '', task: 'bug', ms: 0, status: 'failed', says: `${event.message}\n${event.stack}` }),
    recap: ignore,
  } satisfies Handlers

  return makeReporter(
    (event) => handle(collect, event),
    async () => file.write(document(run, cases)),
  )
}

function document(run: EventOf<'run'> | undefined, cases: readonly Case[]): string {
  const check = run?.mode === 'check'
  const hosts = [...new Set([...(run?.hosts ?? []), ...cases.map(({ host }) => host)])]
  const suites = hosts.map((host) => suite(host, run, cases.filter((each) => each.host === host), check))
  return html`<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${run?.playbook ?? ''}${check ? ' (check)' : ''}" ${totals(cases, check)}>\n${suites}</testsuites>\n`.text
}

function suite(host: string, run: EventOf<'run'> | undefined, cases: readonly Case[], check: boolean): Markup {
  return html`<testsuite name="${host}" hostname="${host}" timestamp="${run?.at ?? ''}" ${totals(cases, check)}>\n${cases.map(
    (each) => html`<testcase classname="${host}${each.role && `.${each.role}`}" name="${taskName(each)}" time="${seconds(each.ms)}">${result(each, check)}</testcase>\n`,
  )}</testsuite>\n`
}

type Verdict = 'passed' | 'failure' | 'error' | 'skipped'

function verdictOf({ status, rescued }: Case, check: boolean): Verdict {
  if (rescued) return 'passed'
  if (status === 'failed') return 'failure'
  if (status === 'unreachable') return 'error'
  if (status === 'unknown') return check ? 'skipped' : 'error'
  return status === 'skipped' ? 'skipped' : 'passed'
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

function totals(cases: readonly Case[], check: boolean): Markup {
  const n = (verdict: Verdict): number => cases.filter((each) => verdictOf(each, check) === verdict).length
  const ms = cases.reduce((sum, each) => sum + each.ms, 0)
  return html`tests="${cases.length}" failures="${n('failure')}" errors="${n('error')}" skipped="${n('skipped')}" time="${seconds(ms)}"`
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

/** An attribute is one line; a parser would make spaces of the others anyway. */
const line = (text: string): string => text.replace(/\s*\n\s*/g, ' ')
