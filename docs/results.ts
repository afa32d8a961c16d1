import type { Action } from '../engine/actions/action.ts'
import type { CommandOutput } from '../engine/actions/command.ts'
import type * as actions from '../engine/actions/index.ts'
import type { Waited } from '../engine/actions/wait-for.ts'
import type { GroupState, UserState } from '../engine/facts/accounts.ts'
import type { EngineState } from '../engine/facts/docker-engine.ts'
import type { ImageState } from '../engine/facts/docker-image.ts'
import type { NetworkState } from '../engine/facts/docker-network.ts'
import type { ComposeContainer } from '../engine/facts/compose-project.ts'
import type { PackageState } from '../engine/facts/packages.ts'
import type { PathState } from '../engine/facts/path.ts'
import type { ServiceState } from '../engine/facts/service.ts'
import type { ComposeProjectResult } from '../engine/tasks/compose-project.ts'
import type * as tasks from '../engine/tasks/index.ts'
import type { Task } from '../engine/tasks/task.ts'

/** The types that results have, by the words that the pages write for them. */
interface Written {
  CommandOutput: CommandOutput
  ComposeProjectResult: ComposeProjectResult
  EngineState: EngineState
  GroupState: GroupState
  ImageState: ImageState
  NetworkState: NetworkState
  PathState: PathState
  ServiceState: ServiceState
  UserState: UserState
  Waited: Waited
  undefined: undefined
  '{ containers: readonly ComposeContainer[] }': { containers: readonly ComposeContainer[] }
  'Record<string, PackageState>': { [name: string]: PackageState }
}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type WordFor<T> = { [W in keyof Written]: Equal<Written[W], T> extends true ? W : never }[keyof Written]
type Results<M, Made> = { readonly [K in keyof M]: M[K] extends (...args: never[]) => Made ? (M[K] extends (...args: never[]) => Action<infer R> | Task<infer R> ? WordFor<R> : never) : never }

/** What the value of each action is: the compiler holds it against the action. */
export const values: Results<typeof actions, Action> = { command: 'CommandOutput', composeExec: 'CommandOutput', script: 'CommandOutput', waitFor: 'Waited' }

/** What `state` is in the result of each task. */
export const states: Results<typeof tasks, Task> = {
  absent: 'undefined', authorizedKeys: 'PathState', block: 'PathState', composeProject: 'ComposeProjectResult', created: 'PathState', cron: 'PathState', directory: 'PathState',
  dockerEngine: 'EngineState', dockerImage: 'ImageState', dockerLogin: 'undefined', dockerNetwork: 'NetworkState', download: 'PathState', file: 'PathState', group: 'GroupState',
  line: 'PathState', link: 'PathState', packages: 'Record<string, PackageState>', rollout: '{ containers: readonly ComposeContainer[] }', service: 'ServiceState', tree: 'undefined', user: 'UserState',
}
