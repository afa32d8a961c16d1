import type { Reporter, Stamped } from './event.ts'
import { makeReporter } from './handlers.ts'
import type { Out } from './sink.ts'

/** `--output json`: one JSON object a line, as docs/events.md has them; the recap is the last. */
export function createJsonReporter({ out }: { readonly out: Out }): Reporter {
  return makeReporter(
    (event) => out.write(jsonLine(event)),
    () => out.flush(),
  )
}

/** An event as a line: `type` and `at` first, for the eye. */
export function jsonLine(event: Stamped): string {
  const { type, at, ...rest } = event
  return `${JSON.stringify({ type, at, ...rest })}\n`
}
