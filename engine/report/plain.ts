import type { Reporter } from './event.ts'
import { makeReporter } from './handlers.ts'
import type { Out } from './sink.ts'
import { createText } from './text/text.ts'

/** What the reports for people let be chosen. */
export interface TextOptions {
  readonly out: Out
  readonly color: boolean
  /** 0: changes, failures, notes, the recap. 1: every task, and what commands say. 2: times and targets. 3: bytes. */
  readonly verbosity: 0 | 1 | 2 | 3
  /** Show diffs. */
  readonly diff: boolean
  /** List the slowest tasks at the end. */
  readonly timings: boolean
}

/**
 * For logs, pipes and CI: no ANSI, whatever `color` says, no spinner, and each line of a task names its host and task, so that
 * `grep` finds it.
 */
export function createPlainReporter(options: TextOptions): Reporter {
  const { out } = options
  const text = createText({ ...options, color: false, columns: () => out.columns, changes: 'each-named' })
  return makeReporter(
    (event) => out.write(text(event)),
    () => out.flush(),
  )
}
