import type { RunOutcome } from '../playbook/run.ts'
import { combine } from '../report/combine.ts'
import type { Emit, Mode, Reporter } from '../report/event.ts'
import type { Out } from '../report/sink.ts'
import { Tally } from '../report/tally.ts'
import type { Typed } from './flags.ts'
import type { Options } from './options.ts'

type Traffic = RunOutcome['traffic']

/** The readers of a run's events, as the flags ask for them, and the arithmetic of its end. */
export interface Report {
  readonly emit: Emit
  /** Stands aside while somebody is asked something on the terminal. */
  readonly pause: <T>(work: () => Promise<T>) => Promise<T>
  /** Tells the recap, writes everything out, and gives the exit code. What hosts cost is summed, where they were gone to more than once. */
  finish(last: RunOutcome, before?: RunOutcome): Promise<number>
}

export async function startReport(typed: Typed, options: Options, { out, mode }: { readonly out: Out; readonly mode: Mode }): Promise<Report> {
  const started = performance.now()
  const reporter = combine(await reporters(typed, options, out))
  const tally = new Tally()
  const emit: Emit = (event) => {
    tally.add(event)
    reporter.report({ ...event, at: new Date().toISOString() })
  }
  return {
    emit,
    pause: (work) => work(),
    finish: async (last, before) => {
      const recap = tally.recap(mode, Math.round(performance.now() - started), { detailedExitcode: typed.has('detailed-exitcode'), traffic: sum([before?.traffic, last.traffic]), unfinished: last.unfinished })
      reporter.report({ ...recap, at: new Date().toISOString() })
      try {
        await reporter.end()
        return recap.exit
      } catch (error) {
        // What was done is done; that its report could not be written is a failure of its own.
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
        return recap.exit === 0 || recap.exit === 6 ? 2 : recap.exit
      }
    },
  }
}

function sum(all: readonly (Traffic | undefined)[]): Traffic {
  const total = new Map<string, { roundTrips: number; bytesSent: number }>()
  for (const [host, { roundTrips, bytesSent }] of all.flatMap((each) => [...(each ?? [])])) {
    const before = total.get(host) ?? { roundTrips: 0, bytesSent: 0 }
    total.set(host, { roundTrips: before.roundTrips + roundTrips, bytesSent: before.bytesSent + bytesSent })
  }
  return total
}

/** Each loaded only when it is asked for. */
async function reporters(typed: Typed, options: Options, out: Out): Promise<Reporter[]> {
  const level = typed.count('verbose')
  const text = {
    out,
    color: options.output === 'tty' && !typed.has('no-color') && process.env['NO_COLOR'] === undefined,
    verbosity: level === 0 ? 0 : level === 1 ? 1 : level === 2 ? 2 : 3,
    diff: typed.has('diff'),
    timings: typed.has('timings'),
  } as const
  const found: Reporter[] = []
  if (options.output === 'json') found.push((await import('../report/json.ts')).createJsonReporter({ out }))
  else if (options.output === 'plain') found.push((await import('../report/plain.ts')).createPlainReporter(text))
  else found.push((await import('../report/tty.ts')).createTtyReporter({ ...text, spinner: !typed.has('step') }))
  const [html, junit, events] = [typed.one('report'), typed.one('junit'), typed.one('events')]
  if (html !== undefined) found.push((await import('../report/html.ts')).createHtmlFile(html))
  if (junit !== undefined) found.push((await import('../report/junit.ts')).createJunitFile(junit))
  if (events !== undefined) found.push((await import('../report/events-file.ts')).createEventsFile(events))
  return found
}
