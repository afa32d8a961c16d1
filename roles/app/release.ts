import type { facts, rollout, RunAbout } from '../../engine/index.ts'
import type { AppParams } from './params.ts'
import { upstreams } from './site.ts'

/** What `deploy` records of a version; one that comes back brings it along. */
const OF_THE_VERSION: readonly string[] = ['version', 'secrets', 'directory', 'replicas', 'probe']

/** What `deploy` records of how versions take over. It is the operator's, and stays when an older version comes back. */
const OF_THE_APP: readonly string[] = ['address', 'port', 'caddy', 'strategy', 'wait', 'drain', 'observe', 'keep']

type Rollout = Parameters<typeof rollout>[0]

/** For `rollout`: how a version takes over, as the params say. `switched`: Caddy reads its upstreams from files. */
export function takeOver(p: AppParams, switched: boolean): Pick<Rollout, 'strategy' | 'wait' | 'drain' | 'observe' | 'keep' | 'upstream'> {
  return {
    strategy: p.strategy, wait: `${p.wait}s`, drain: `${p.drain}s`, observe: `${p.observe}s`, keep: p.keep,
    ...(switched && { upstream: upstreams.of({ name: p.name, port: p.port, caddy: p.caddy, probe: probeOf(p) }) }),
  }
}

/** What a rollback has to know, besides files and image: lines of the release record. */
export function recordOf(p: AppParams, directory: string, switched: boolean, address: string): Record<string, string> {
  return {
    version: p.version, secrets: Object.keys(p.secrets).join(','), directory, replicas: String(p.replicas),
    address, strategy: p.strategy, wait: `${p.wait}s`, drain: `${p.drain}s`, observe: `${p.observe}s`, keep: String(p.keep),
    caddy: p.caddy,
    ...(switched && { port: String(p.port), probe: probeOf(p) }),
  }
}

/** What the secret store calls the versions of the app's secrets, where it has versions. */
export const versionsOf = ({ secrets }: AppParams): Record<string, string> => Object.fromEntries(Object.entries(secrets).flatMap(([key, { version }]) => (version === undefined ? [] : [[key, version]])))

const probeOf = (p: AppParams): string => (p.health_command === undefined ? p.health_path : '')

/**
 * For `rollout`: an earlier release in the place of the one that runs. It takes over in the way that was deployed last: Caddy's site is that of
 * the current release, and so are the settings of the operator. What an old record does not say is left to the defaults of `rollout`.
 */
export function comeBack(name: string, current: facts.Release, target: facts.Release, by: RunAbout): Rollout {
  const was = (key: string) => target.about.get(key) ?? ''
  const is = (key: string) => current.about.get(key) ?? ''
  const span = (key: 'wait' | 'drain' | 'observe') => (/^\d+(?:\.\d+)?s$/.test(is(key)) ? { [key]: is(key) } : {})
  const [port, keep, strategy] = [Number(is('port')), Number(is('keep')), is('strategy')]
  return {
    directory: was('directory'),
    service: name,
    restore: target.id,
    replicas: Number(was('replicas')) || 1,
    ...((strategy === 'switch' || strategy === 'docker-rollout') && { strategy }),
    ...span('wait'), ...span('drain'), ...span('observe'),
    ...(Number.isInteger(keep) && keep >= 2 && keep <= 100 && { keep }),
    ...(port > 0 && { upstream: upstreams.of({ name, port, caddy: is('caddy'), probe: was('probe') }) }),
    versions: Object.fromEntries(target.versions),
    about: { ...only(OF_THE_VERSION, target), ...only(OF_THE_APP, current), ...by, from: target.id },
  }
}

const only = (keys: readonly string[], { about }: facts.Release): Record<string, string> => Object.fromEntries([...about].filter(([key]) => keys.includes(key)))
