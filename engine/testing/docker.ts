import { dockerEngine, type RunningEngine } from '../facts/docker-engine.ts'
import { dockerNetworkNames } from '../facts/docker-network.ts'
import { given, type Given } from './given.ts'

const RUNS: RunningEngine = { kind: 'running', version: '26.1.5', compose: '2.26.1', liveRestore: true, loggingDriver: 'json-file', swarm: false, configIsOlder: true, atBoot: true }

/** An engine that runs, with live restore; `more` says otherwise. */
export const engine = (more: Partial<RunningEngine> = {}): Given => given(dockerEngine(), { ...RUNS, ...more })

/** The networks that Docker has. */
export const networks = (...names: string[]): Given => given(dockerNetworkNames(), new Set(names))
