import type { Recap, Reporter } from './event.ts'
import { wholeFile } from './file.ts'
import { handle, makeReporter, type EventOf, type Handlers } from './handlers.ts'
import type { HostEvent } from './html/host.ts'
import { hostTask, page, type Run } from './html/page.ts'

/**
 * `--report FILE.html`: the run as one page, written when it is over.
 *
 * @throws InputError at once, when the file could not be written there.
 */
export function createHtmlFile(path: string): Reporter {
  const file = wholeFile('--report', path)
  const troubles: Run['troubles'][number][] = []
  const hosts = new Map<string, HostEvent[]>()
  const unknown = new Set<string>()
  let run: EventOf<'run'> | undefined
  let recap: Recap | undefined

  const trouble = (event: Run['troubles'][number]): void => void troubles.push(event)
  const told = (event: HostEvent): void => {
    const events = hosts.get(event.host) ?? []
    hosts.set(event.host, events)
    events.push(event)
  }
  const ignore = (): void => {}

  const collect = {
    run(event) {
      run = event
      for (const host of event.hosts) hosts.set(host, [])
    },
    warning: trouble,
    connected: ignore,
    unreachable(event) {
      trouble(event)
      told(event)
    },
    play: ignore,
    role: ignore,
    change: ignore,
    // The last lines of what failed are in its failure; all of it would drown the page.
    output: ignore,
    task(event) {
      if (event.status === 'unknown') unknown.add(hostTask(event))
      told(event)
    },
    failure(event) {
      // Who was stopped because of others is no cause.
      if (event.reason !== 'stopped') trouble(event)
      told(event)
    },
    rescued(event) {
      const at = troubles.findLastIndex((each) => each.type === 'failure' && hostTask(each) === hostTask(event))
      if (at >= 0) troubles.splice(at, 1)
      told(event)
    },
    note: told,
    safeguard: told,
    'host-done': ignore,
    'play-stopped': trouble,
    plan: (event) => (event.status.startsWith('not') ? trouble(event) : undefined),
    interrupted: trouble,
    bug: trouble,
    recap: (event) => void (recap = event),
  } satisfies Handlers

  return makeReporter(
    (event) => handle(collect, event),
    async () => {
      if (run !== undefined) file.write(page({ run, recap, troubles, unknown, hosts }))
    },
  )
}
