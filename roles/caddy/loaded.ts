import { z } from 'zod'
import { becomes, change, defineFact, defineTask, refuse, run, type Fact, type KnownFacts } from '../../engine/index.ts'
import { RELOAD } from './project.ts'

/** What Caddy runs with, and what its files say, both as JSON of Caddy's own making; or it runs, and does not tell. */
type Loaded = { readonly running: unknown; readonly written: unknown } | 'silent'

const LOADED: Loaded = { running: 'what is written', written: 'what is written' }

/** What is foretold of a project, as far as it is of account here. */
const Project = z.object({ containers: z.array(z.object({ name: z.string(), directory: z.string() })) })

const caddyConfig: (container: string) => Fact<Loaded | undefined> = defineFact<string, Loaded | undefined>({
  name: 'caddyConfig',
  blank: undefined,
  read: () => `
[ -n "$(docker ps -q --filter name='^caddy$' 2>/dev/null)" ] || exit 0
docker exec caddy sh -c 'wget -q -O - http://127.0.0.1:2019/config/ || exit; echo; echo ==; caddy adapt --config /etc/caddy/Caddyfile --adapter caddyfile 2>/dev/null; exit 0' || echo 'no answer'`,
  parse: (output) => {
    if (output.length === 0) return undefined
    const [running = '', written] = output.toString().split('\n==\n')
    return written === undefined ? 'silent' : { running: json(running), written: json(written) }
  },
  // What is read are the files as they are. Once they are as foretold, its project has had Caddy take them in: then it has loaded what is written, and tells so.
  beneath: (container, observed, known) => {
    const projects = known.ofKind('composeProject').flatMap((fact) => {
      const own = Project.safeParse(known.value(fact)).data?.containers.find(({ name }) => name === container)
      return own === undefined ? [] : [{ directory: own.directory, isForetold: known.isPredicted(fact) }]
    })
    const isLoaded = projects.some(({ directory, isForetold }) => isForetold || willChange(directory, known))
    return observed === undefined || !isLoaded ? observed : LOADED
  },
})

/** A file that Caddy reads will be another. */
function willChange(directory: string, known: KnownFacts): boolean {
  const isRead = (at: unknown) => typeof at === 'string' && (at === `${directory}/Caddyfile` || at.startsWith(`${directory}/sites/`))
  return ['path', 'digest', 'text'].some((kind) => known.ofKind(kind).some((fact) => isRead(fact.arg) && known.isPredicted(fact)))
}

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
  plan(_, { now }) {
    // Whoever does not tell must not pass for one that has everything loaded.
    if (now === 'silent') return refuse('Caddy runs, and does not tell what it has loaded: its admin endpoint (127.0.0.1:2019 in the container) does not answer')
    if (now === undefined || canonical(now.running) === canonical(now.written)) return []
    return [change('reload caddy: it runs with another configuration than its files say', [run(['docker', 'exec', 'caddy', ...RELOAD], { timeout: 60 })], [becomes(caddyConfig('caddy'), { running: now.written, written: now.written })])]
  },
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
