import type { Reporter } from './event.ts'
import { lineFile } from './file.ts'
import { makeReporter } from './handlers.ts'
import { jsonLine } from './json.ts'

/**
 * `--events FILE`: the lines of `--output json`, appended to a file (0600) as they happen.
 *
 * @throws InputError when the file cannot be opened.
 */
export function createEventsFile(path: string): Reporter {
  const file = lineFile('--events', path)
  return makeReporter(
    (event) => file.append(jsonLine(event)),
    async () => file.close(),
  )
}
