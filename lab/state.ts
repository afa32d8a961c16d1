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

/** Replaces the state in one step, so that a reader never sees half of it. Hosts are written in the order of their numbers. */
export function writeState({ hosts }: State): void {
  const ordered = Object.fromEntries(Object.entries(hosts).sort(([, a], [, b]) => a.number - b.number))
  mkdirSync(labFolder, { recursive: true })
  writeFileSync(`${file}.new`, `${JSON.stringify({ hosts: ordered }, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}
