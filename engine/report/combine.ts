import type { Reporter } from './event.ts'

/**
 * Several reporters as one. They do not get in each other's way: when one fails, the others go on to their end.
 * `end` rejects with an AggregateError of all that failed, one message a line.
 */
export function combine(reporters: readonly Reporter[]): Reporter {
  return {
    report(event) {
      for (const reporter of reporters) reporter.report(event)
    },
    async end() {
      const ends = await Promise.allSettled(reporters.map((reporter) => reporter.end()))
      const faults = ends.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
      if (faults.length > 0) throw new AggregateError(faults, faults.map((fault) => (fault instanceof Error ? fault.message : String(fault))).join('\n'))
    },
  }
}
