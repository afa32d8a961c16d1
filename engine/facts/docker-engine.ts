import { defineFact, Unseen, type Fact } from './fact.ts'
import { isRecord, jsonLines, member, textOf } from './json.ts'

/** The Docker engine of a host. */
export type EngineState =
  /** Neither does a daemon answer, nor is there one to start. */
  | { readonly kind: 'absent' }
  /** There is a `dockerd`, and it does not answer. */
  | { readonly kind: 'stopped'; readonly message: string; readonly compose: string | undefined }
  /** It runs, and does not let this user in. */
  | { readonly kind: 'forbidden'; readonly message: string }
  | RunningEngine

export interface RunningEngine {
  readonly kind: 'running'
  /** "26.1.5"; '' when it is foretold. */
  readonly version: string
  /** Version of the Compose plugin; undefined when there is none, '' when it is foretold. */
  readonly compose: string | undefined
  readonly liveRestore: boolean
  readonly loggingDriver: string
  /** It is part of a swarm, which excludes live restore. */
  readonly swarm: boolean
  /** The daemon started after daemon.json was last written, or there is none: what stands there is what it runs with. */
  readonly configIsOlder: boolean
  /** What starts it when the host starts: undefined where neither systemd nor init.d knows of it (somebody starts it in a way of his own). */
  readonly atBoot: boolean | undefined
}

const ABSENT: EngineState = { kind: 'absent' }

/** `dockerEngine()`: whether Docker is there, runs and lets us in, and with what. One `docker info`. */
export const dockerEngine = (): Fact<EngineState> => engineFact([])

const engineFact: (arg: readonly string[]) => Fact<EngineState> = defineFact<readonly string[], EngineState>({
  name: 'dockerEngine',
  blank: ABSENT,
  read: () => `
command -v dockerd >/dev/null && echo hw:dockerd
[ -e /etc/docker/daemon.json ] && [ -z "$(find /var/run/docker.pid -newer /etc/docker/daemon.json 2>/dev/null)" ] && echo hw:newer-config
if [ -d /run/systemd/system ]; then echo "hw:boot $(systemctl is-enabled docker.service 2>/dev/null)"
elif [ -e /etc/init.d/docker ]; then set -- /etc/rc2.d/S*docker; [ -e "$1" ] && echo 'hw:boot enabled' || echo 'hw:boot disabled'; fi
command -v docker >/dev/null && docker info --format '{{json .}}' 2>&1`,
  parse: (output) => {
    const { values, rest } = jsonLines(output)
    const info = values.find(isRecord)
    const said = [...rest.filter((line) => !line.startsWith('hw:')), ...serverErrors(info)].join(' ')
    const compose = info === undefined ? undefined : composeVersion(info)
    if (info !== undefined && textOf(info, 'ServerVersion') !== '') {
      const boot = rest.find((line) => line.startsWith('hw:boot '))?.slice('hw:boot '.length)
      return {
        kind: 'running',
        version: textOf(info, 'ServerVersion'),
        compose,
        liveRestore: member(info, 'LiveRestoreEnabled') === true,
        loggingDriver: textOf(info, 'LoggingDriver'),
        swarm: ['active', 'pending', 'locked'].includes(textOf(info, 'Swarm', 'LocalNodeState')),
        configIsOlder: !rest.includes('hw:newer-config'),
        atBoot: boot === undefined || boot === '' ? undefined : boot !== 'disabled',
      }
    }
    if (/permission denied/i.test(said)) return { kind: 'forbidden', message: said }
    return rest.includes('hw:dockerd') ? { kind: 'stopped', message: said, compose } : ABSENT
  },
})

function composeVersion(info: unknown): string | undefined {
  const plugins = member(info, 'ClientInfo', 'Plugins')
  const compose = Array.isArray(plugins) ? plugins.find((each) => textOf(each, 'Name') === 'compose' && textOf(each, 'Err') === '') : undefined
  return compose === undefined ? undefined : textOf(compose, 'Version').replace(/^v/, '')
}

function serverErrors(info: unknown): string[] {
  const errors = member(info, 'ServerErrors')
  return Array.isArray(errors) ? errors.map(String) : []
}

/** Why Docker cannot be asked for anything, and what to do; undefined when it can. */
export function noEngine(engine: EngineState): { readonly message: string; readonly hint: string } | undefined {
  switch (engine.kind) {
    case 'running':
      return undefined
    case 'absent':
      return { message: 'Docker is not installed', hint: 'the playbook infra installs it; a role does with dockerEngine({ … })' }
    case 'stopped':
      return { message: `the Docker daemon does not answer: ${engine.message}`, hint: 'the playbook infra starts it, a role does with dockerEngine({ … }); why it does not run: journalctl -u docker' }
    case 'forbidden':
      return { message: `the Docker daemon does not let this user in: ${engine.message}`, hint: 'connect as root, or become root: -b' }
  }
}

/** Why Compose cannot be used; undefined when it can. 2.17 is the oldest that waits with a limit. */
export function noCompose(engine: EngineState): { readonly message: string; readonly hint: string } | undefined {
  if (engine.kind !== 'running' || (engine.compose !== undefined && isAtLeast(engine.compose, '2.17'))) return undefined
  const message = engine.compose === undefined ? 'Docker has no Compose plugin' : `the Compose plugin is ${engine.compose}; 2.17 is the oldest that can wait`
  return { message, hint: 'dockerEngine({ composePlugin: … }) brings one' }
}

/** What a fact is when the docker command complains that there is no daemon to ask: not known before there is one. */
export function unseenWithoutDaemon(lines: readonly string[]): Unseen | undefined {
  const line = lines.find(saysNoDaemon)
  return line === undefined ? undefined : new Unseen(`it cannot be seen before the Docker daemon answers: ${line}`)
}

const saysNoDaemon = (line: string): boolean => /daemon running\?|permission denied|docker: not found|failed to connect to the docker API/i.test(line)

/** True when a version is at least this one: "2.17" ≤ "2.26.1-4". A foretold one ('') is new enough. */
export function isAtLeast(version: string, least: string): boolean {
  if (version === '') return true
  const [have, want] = [version, least].map((each) => each.split(/[.+~-]/).map(Number))
  for (const [index, part] of (want ?? []).entries()) if ((have?.[index] ?? 0) !== part) return (have?.[index] ?? 0) > part
  return true
}
