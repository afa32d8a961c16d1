import { z } from 'zod'
import type { Place } from '../diagnostic/diagnostic.ts'
import type { Host } from '../host/host.ts'
import { placeOf } from '../host/origin.ts'
import type { Role, RoleUse } from './role.ts'

/** Roles on hosts, and how wide and how brave. */
export interface Play {
  readonly name: string
  /** A pattern, as `--limit` takes it: "all", "web:&prod", "all:!db1". */
  readonly hosts: string
  /** In this order on each host; hosts do not wait for one another. */
  readonly roles: readonly RoleUse[]
  /** Code of the play itself, after the roles. */
  readonly run?: (host: Host) => Promise<void>
  /** At most this many hosts at once, and the next only when these are through: a number, "30%", or a list of them (1, then "10%", then the rest). */
  readonly serial?: Serial | readonly Serial[]
  /** Give the play up when this many of its hosts have failed or cannot be reached: a number or "30%". Reached, not exceeded. */
  readonly maxFail?: number | `${number}%`
  /** The first failure ends the play for all. The same as `maxFail: 1`. */
  readonly anyErrorFatal?: boolean
  /** Work as root by sudo. Default: as the inventory says (`ansible_become`). */
  readonly become?: boolean
  readonly tags?: readonly string[]
  /** That `hosts` matches none is no mistake: for what holds for the rest, "all:!search". Default: false. */
  readonly allowEmpty?: boolean
}

export type Serial = number | `${number}%`

/** What an operator runs: typed params and plays. */
export interface Playbook<P extends z.ZodObject = z.ZodObject> {
  readonly kind: 'playbook'
  readonly name: string
  readonly doc: string
  readonly params: P
  /** Every role there is, so that a misspelt variable in the inventory is told from one for another playbook. */
  readonly roles: readonly Pick<Role, 'name' | 'params'>[]
  plays(params: z.output<P>): readonly Play[]
  subject?(params: z.output<P>): string
}

/** The playbooks of this process, and where each was defined. */
export const definitions: { readonly name: string; readonly at: Place | undefined }[] = []

/**
 * Defines a playbook. End its file with `await main(import.meta, playbook)`: run directly it runs, imported it does not.
 *
 * @example
 * ```ts
 * export default definePlaybook({
 *   name: 'hello',
 *   doc: 'Greets whoever logs in.',
 *   params: z.strictObject({ text: z.string().default('hello') }),
 *   plays: (p) => [{ name: 'greet', hosts: 'all', roles: [use(motd, { text: p.text })] }],
 * })
 * ```
 */
export function definePlaybook<P extends z.ZodObject>(definition: {
  readonly name: string
  readonly doc: string
  readonly params: P
  readonly roles?: readonly Pick<Role, 'name' | 'params'>[]
  plays(params: z.output<P>): readonly Play[]
  /** Which of many things a run is about, such as the name of an app: what is kept from run to run (`--resume`, what is read ahead) is kept for each. */
  subject?(params: z.output<P>): string
}): Playbook<P> {
  definitions.push({ name: definition.name, at: placeOf(new Error()) })
  return { kind: 'playbook', roles: [], ...definition }
}
