import { composeProject, NOTHING_RUNS, type ComposeContainer, type ProjectState } from '../facts/compose-project.ts'
import { dockerNetworkNames } from '../facts/docker-network.ts'
import { becomes } from '../facts/fact.ts'
import { change, type Change } from './change.ts'
import type { ComposeFile } from './compose-file.ts'
import * as steps from './compose-steps.ts'
import type { Project } from './compose-steps.ts'
import { isLeftOver, listed, nameOf, notLoaded, verdictOf, type Verdict } from './compose-verdict.ts'
import type { Wish, WishedService, WishParams } from './compose-wish.ts'

export interface UpParams extends WishParams {
  /** Seconds. */
  readonly wait: number
  readonly pull: 'missing' | 'never'
  readonly removeOrphans: boolean
}

/** What a plan is made on. */
export interface Seen {
  readonly now: ProjectState
  readonly networks: ReadonlySet<string>
}

/** The changes that bring a project to what its files say. One `up` does all of it: the sentences share it. */
export function planUp(p: UpParams, project: Project, file: ComposeFile, wish: Wish, { now, networks }: Seen): Change[] {
  const verdicts = wish.services.flatMap((service) => verdictOf(service, now, project) ?? [])
  const leftOver = now.containers.filter(isLeftOver)
  const orphans = p.removeOrphans ? now.containers.filter((container) => !file.all.has(container.service) && !isLeftOver(container)) : []
  const summaries = [...leftOver.map(({ name }) => `remove the left-over container ${name}`), ...verdicts.map(({ summary }) => summary), ...orphans.map(({ name }) => `remove the orphan ${name}`)]

  const reloads = wish.services.flatMap((service) => reloadOf(p, service, verdicts, now))
  const waiting = new Set(reloads.map(({ service }) => service))
  let record = { ...wish.record, services: new Map([...wish.record.services].map(([name, each]) => [name, waiting.has(name) ? { ...each, loaded: now.record?.services.get(name)?.loaded ?? new Map() } : each])) }
  const after = foretold(wish, file, now, leftOver, orphans)
  const effect = () => [
    becomes(composeProject(project.name), { ...after, record: { ...record, containers: new Set(after.containers.map(({ id }) => id)) } }),
    becomes(dockerNetworkNames(), new Set([...networks, ...file.ownNetworks(project.name)])),
  ]

  const changes: Change[] = []
  if (summaries.length > 0) {
    const mounts = wish.services.flatMap((service) => service.mounts.filter((at) => !at.includes('$')))
    const pull = ['--pull', p.pull]
    const named = (how: Verdict['how']) => verdicts.filter((each) => each.how === how).map(({ service }) => service)
    const list = [
      steps.check(project, file.externalNetworks, mounts),
      ...(leftOver.length > 0 ? [steps.removeContainers(leftOver.map(({ id }) => id))] : []),
      ...(named('restart').length > 0 ? [steps.compose(project, ['restart', ...named('restart')], 180)] : []),
      ...(named('recreate').length > 0 ? [steps.compose(project, ['up', '-d', '--no-deps', '--force-recreate', ...pull, ...named('recreate')], 900)] : []),
      steps.up(project, [...pull, ...(orphans.length > 0 ? ['--remove-orphans'] : []), ...(p.services ?? [])], wish.services.map(({ name }) => name), p.wait, 600),
      steps.record(project, record),
    ]
    changes.push(...summaries.map((summary, index) => change(summary, index === 0 ? list : [], effect(), { touches: index === 0 ? TOUCHED : [] })))
  }
  for (const { service, summary, reload } of reloads) {
    const loaded = wish.record.services.get(service)
    if (loaded) record = { ...record, services: new Map(record.services).set(service, loaded) }
    const exec = (argv: readonly string[]) => steps.compose(project, ['exec', '-T', service, ...argv], 60)
    changes.push(change(summary, [exec(reload.argv), ...(reload.verify ? [exec(reload.verify)] : []), steps.record(project, record)], effect()))
  }
  return changes
}

/** Whether a service has to take in files: not when its containers are made anew, for then they read them anyway. */
function reloadOf(p: UpParams, service: WishedService, verdicts: readonly Verdict[], now: ProjectState) {
  const reload = p.reload.find((each) => each.service === service.name)
  const verdict = verdicts.find((each) => each.service === service.name)
  const isNew = verdict?.how === 'recreate' || !now.containers.some((each) => each.service === service.name && each.state === 'running')
  const files = notLoaded(service, now)
  if (reload === undefined || isNew || files?.length === 0) return []
  const why = files === undefined ? 'what it has loaded is not recorded' : `${listed(files.map((at) => nameOf(at, p.directory)))} changed`
  return [{ service: service.name, reload, summary: `reload ${service.name}: ${why}` }]
}

/** The project when all is done. Ids are made up: what counts is that they are those of the record. */
export function foretold(wish: Wish, file: ComposeFile, now: ProjectState, leftOver: readonly ComposeContainer[], orphans: readonly ComposeContainer[]): ProjectState {
  const wished = new Set(wish.services.map(({ name }) => name))
  const kept = now.containers.filter((each) => !wished.has(each.service) && !leftOver.includes(each) && !orphans.includes(each))
  const made = wish.services.flatMap(({ name, replicas, isOneShot, networks }) => {
    const own = now.containers.filter((each) => each.service === name && !isLeftOver(each))
    return Array.from({ length: replicas ?? Math.max(1, own.length) }, (_, index): ComposeContainer => ({
      id: own[index]?.id ?? `foretold:${name}:${index + 1}`,
      name: own[index]?.name ?? `${name}-${index + 1}`,
      service: name,
      directory: own[index]?.directory ?? '',
      state: isOneShot ? 'exited' : 'running',
      health: own[index]?.health === 'none' ? 'none' : 'healthy',
      exitCode: 0,
      image: own[index]?.image ?? '',
      imageId: own[index]?.imageNow ?? '',
      imageNow: own[index]?.imageNow ?? '',
      networks: [...new Set([...(own[index]?.networks ?? []), ...networks])].sort(),
      lostMounts: [],
    }))
  })
  return { ...now, containers: [...kept, ...made], volumes: [...new Set([...now.volumes, ...file.volumes.keys()])] }
}

/** Who uses a network or an image is another then. */
const TOUCHED = ['dockerNetwork', 'dockerImage']

export function planDown(name: string, now: ProjectState): Change[] {
  if (now.containers.length === 0 && now.record === undefined) return []
  const gone = becomes(composeProject(name), { ...NOTHING_RUNS, volumes: now.volumes })
  return [change(`take down ${name}`, steps.down(name), [gone], { touches: TOUCHED })]
}
