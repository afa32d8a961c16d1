import type { ComposeContainer, ProjectState } from '../facts/compose-project.ts'
import type { ProjectRecord } from '../facts/compose-record.ts'
import type { Tree } from '../facts/tree.ts'
import type { WishedService } from './compose-wish.ts'

/** What must be done about a service, and the sentence that says so. */
export interface Verdict {
  readonly service: string
  readonly summary: string
  /**
   * up: Compose brings it to what its file says. recreate: Compose would not see what changed, so it is told to. restart: it runs, and not well.
   * wait: it is on its way.
   */
  readonly how: 'up' | 'recreate' | 'restart' | 'wait'
}

/** What must be done about a service; undefined when it runs as its files say. */
export function verdictOf(service: WishedService, now: ProjectState, project: { readonly directory: string; readonly file: string }): Verdict | undefined {
  const own = now.containers.filter((each) => each.service === service.name && !isLeftOver(each))
  const verdict = (how: Verdict['how'], summary: string): Verdict => ({ service: service.name, how, summary })
  if (own.length === 0) return verdict('up', `start ${service.name}`)

  const missing = isDone(service, own) ? undefined : service.networks.find((network) => own.some(({ networks }) => !networks.includes(network)))
  // Of account only with files in it that matter: what is left out of `configs` is.
  const files = [...service.mounted.keys(), ...(service.reloads?.keys() ?? [])]
  const lost = own.flatMap(({ lostMounts }) => lostMounts).find((directory) => files.some((at) => at.startsWith(`${directory}/`)))
  const again = missing !== undefined || lost !== undefined ? 'recreate' : 'up'
  const recorded = now.record?.services.get(service.name)
  if (recorded) {
    const mounted = changedFiles(service.mounted, recorded.mounted)
    const others = [...changedFiles(service.read, recorded.read), ...mounted].map((at) => nameOf(at, project.directory))
    const changed = [...(recorded.digest === service.digest ? [] : [project.file]), ...others]
    if (changed.length > 0) return verdict(mounted.length > 0 ? 'recreate' : again, `recreate ${service.name}: ${listed(changed)} changed`)
  }
  const renewed = own.find(({ imageId, imageNow }) => imageNow !== '' && imageNow !== imageId)
  if (renewed) return verdict(again, `recreate ${service.name}: ${renewed.image} is another image now`)
  // Taken off it by hand: Compose compares what a container was made from, and not where it is.
  if (missing !== undefined) return verdict('recreate', `recreate ${service.name}: it is not on the network ${missing}`)
  // Somebody put another directory in its place (out of a backup, say): the container holds on to the old one, and Compose does not look.
  if (lost !== undefined) return verdict('recreate', `recreate ${service.name}: it sees another directory than ${lost} is now`)
  if (!recorded || !areRecorded(own, now.record)) return unrecorded(service, verdict)
  return health(service, own, verdict)
}

const areRecorded = (own: readonly ComposeContainer[], record: ProjectRecord | undefined) => own.every(({ id }) => record?.containers.has(id) === true)

/**
 * Containers that somebody else started, or an up that did not end well. Compose keeps track of what it reads itself: for those it has the
 * last word. Mounted files it does not look at, so their containers are made anew.
 */
function unrecorded({ name, mounted }: WishedService, verdict: (how: Verdict['how'], summary: string) => Verdict): Verdict {
  const files = [...new Set([...mounted.keys()].map((at) => at.slice(at.lastIndexOf('/') + 1)))]
  if (files.length > 0) return verdict('recreate', `recreate ${name}: which ${listed(files)} it was started with is not recorded`)
  return verdict('up', `adopt ${name}: what it was started from is not recorded`)
}

function health(service: WishedService, own: readonly ComposeContainer[], verdict: (how: Verdict['how'], summary: string) => Verdict): Verdict | undefined {
  const { name, replicas } = service
  if (isDone(service, own)) return undefined
  const resting = own.find(({ state }) => state === 'created' || state === 'exited' || state === 'dead')
  if (resting) return verdict('up', `start ${name}: it ${resting.state === 'created' ? 'was never started' : `is ${resting.state}`}`)
  const ailing = own.find(({ state, health: is }) => state !== 'running' || is === 'unhealthy')
  if (ailing) return verdict('restart', `restart ${name}: it is ${ailing.state === 'running' ? ailing.health : ailing.state}`)
  if (replicas !== undefined && own.length !== replicas) return verdict('up', `scale ${name} from ${own.length} to ${replicas}`)
  return own.some(({ health: is }) => is === 'starting') ? verdict('wait', `wait for ${name}: it is starting`) : undefined
}

/** A one-shot that has ended as it should. */
const isDone = ({ isOneShot }: WishedService, own: readonly ComposeContainer[]) => isOneShot && own.every(({ state, exitCode }) => state === 'exited' && exitCode === 0)

/** What a service that reloads has not loaded yet; [] when all is loaded, undefined when that is not known. */
export function notLoaded({ name, reloads }: WishedService, { containers, record }: ProjectState): string[] | undefined {
  const loaded = record?.services.get(name)?.loaded
  if (loaded === undefined || !areRecorded(containers.filter((each) => each.service === name), record)) return undefined
  return changedFiles(reloads ?? new Map(), loaded)
}

/** Files that are not what they were; new ones and those that are gone too. */
function changedFiles(wished: Tree, recorded: Tree): string[] {
  return [...[...wished].filter(([at, sum]) => recorded.get(at) !== sum).map(([at]) => at), ...[...recorded.keys()].filter((at) => !wished.has(at))]
}

/** A container that an interrupted recreation left: made under a name in front of the real one, never started. */
export const isLeftOver = ({ name, state }: ComposeContainer): boolean => (/^[0-9a-f]{12}_/.test(name) && state !== 'running') || state === 'dead' || state === 'removing'

export const nameOf = (at: string, directory: string): string => (at.startsWith(`${directory}/`) ? at.slice(directory.length + 1) : at)

/** "a", "a and b", "a, b and 3 more". */
export function listed(names: readonly string[]): string {
  if (names.length <= 2) return names.join(' and ')
  return names.length === 3 ? `${names[0]}, ${names[1]} and ${names[2]}` : `${names[0]}, ${names[1]} and ${names.length - 2} more`
}
