import { composeProject, NOTHING_RUNS, type ComposeContainer, type ProjectState } from '../../engine/facts/compose-project.ts'
import { readRecord } from '../../engine/facts/compose-record.ts'
import { dockerEngine, type EngineState } from '../../engine/facts/docker-engine.ts'
import { digest, text } from '../../engine/facts/path.ts'
import { tree } from '../../engine/facts/tree.ts'
import { sha256 } from '../../engine/values/content.ts'
import { given, type Given } from '../../engine/testing/given.ts'

export { engine, networks } from '../../engine/testing/docker.ts'

export const engineIs = (state: EngineState): Given => given(dockerEngine(), state)

/** A running, healthy container of a service; its id is its name. */
export function container(service: string, more: Partial<ComposeContainer> = {}): ComposeContainer {
  const name = more.name ?? `shop-${service}-1`
  return { id: name, name, service, directory: '/opt/shop', state: 'running', health: 'healthy', exitCode: 0, image: 'shop:1', imageId: 'sha256:1', imageNow: 'sha256:1', networks: ['shop_default'], lostMounts: [], ...more }
}

/** The project "shop" as it runs. */
export const project = (state: Partial<ProjectState>): Given => given(composeProject('shop'), { ...NOTHING_RUNS, ...state })

export const record = (lines: string) => readRecord(lines.split('\n'))

/** Files of a directory, as the facts about it tell them. */
export function files(directory: string, contents: Readonly<Record<string, string>>): Given[] {
  const all = Object.entries(contents).map(([name, content]) => [`${directory}/${name}`, content] as const)
  return [
    given(tree(directory), new Map(all.map(([at, content]) => [at, sha256(content)]))),
    ...all.flatMap(([at, content]) => [given(text(at), { kind: 'bytes', bytes: Buffer.from(content) }), given(digest(at), sha256(content))]),
  ]
}
