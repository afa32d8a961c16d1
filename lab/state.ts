import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { labFolder } from './paths.ts'

/** A shell that can stand at /bin/sh of a host. */
export const Shell = z.enum(['dash', 'bash', 'busybox'])
export type Shell = z.output<typeof Shell>

const HostState = z.strictObject({ number: z.int(), address: z.string(), sh: Shell })
const State = z.strictObject({ hosts: z.record(z.string(), HostState) })

/** A host that is up, as the last `up` or `reset` left it. */
export type HostState = z.output<typeof HostState>
export type State = z.output<typeof State>

const file = `${labFolder}/state.json`

/** The hosts that are up, by name; none where there is no lab. */
export function readState(): State {
  return existsSync(file) ? State.parse(JSON.parse(readFileSync(file, 'utf8'))) : { hosts: {} }
}

/** Replaces the state in one step, so that a reader never sees half of it. */
export function writeState(state: State): void {
  mkdirSync(labFolder, { recursive: true })
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}
