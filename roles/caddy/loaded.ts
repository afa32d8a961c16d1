import { z } from 'zod'
import { becomes, change, defineFact, defineTask, run, Unreadable, type Fact } from '../../engine/index.ts'
import { RELOAD } from './project.ts'

/** What Caddy runs with, and what its files say, both as JSON of Caddy's own making. */
interface Loaded {
  readonly running: unknown
  readonly written: unknown
}

const caddyConfig: (container: string) => Fact<Loaded | undefined> = defineFact<string, Loaded | undefined>({
  name: 'caddyConfig',
  blank: undefined,
  read: () => `
[ -n "$(docker ps -q --filter name='^caddy$' 2>/dev/null)" ] || exit 0
docker exec caddy sh -c 'wget -q -O - http://127.0.0.1:2019/config/ || exit; echo; echo ==; caddy adapt --config /etc/caddy/Caddyfile --adapter caddyfile 2>/dev/null; exit 0' || echo 'no answer'`,
  parse: (output) => {
    if (output.length === 0) return undefined
    const [running = '', written] = output.toString().split('\n==\n')
    // Whoever does not tell must not pass for one that has everything loaded.
    return written === undefined ? new Unreadable('Caddy runs, and does not tell what it has loaded: its admin endpoint (127.0.0.1:2019 in the container) does not answer') : { running: json(running), written: json(written) }
  },
})

/**
 * What Caddy has loaded is what its files say. Otherwise (somebody loaded something else by hand, or a run was cut off between the file and the
 * reload) it is reloaded, and looked at again.
 */
export const caddyLoaded = defineTask({
  name: 'caddy-loaded',
  doc: 'The configuration that Caddy runs with is the one in its files; it is reloaded when not.',
  params: z.strictObject({}),
  title: () => 'what is written',
  facts: () => ({ now: caddyConfig('caddy') }),
  plan: (_, { now }) =>
    now === undefined || canonical(now.running) === canonical(now.written)
      ? []
      : [change('reload caddy: it runs with another configuration than its files say', [run(['docker', 'exec', 'caddy', ...RELOAD], { timeout: 60 })], [becomes(caddyConfig('caddy'), { running: now.written, written: now.written })])],
})

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return { unreadable: text.slice(0, 200) }
  }
}

/** The same text for the same value, whatever the order of its keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  )
}
