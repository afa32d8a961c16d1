import type { ReadAhead } from '../host/ahead.ts'
import type { HostContext } from '../host/context.ts'
import type { RunAbout } from '../host/host.ts'
import type { Ledger } from '../host/ledger.ts'
import type { Emit, Mode } from '../report/event.ts'
import type { OpenLink, UserOf } from './fleet.ts'
import type { Serial } from './playbook.ts'
import type { Stop } from './stop.ts'
import type { TagChoice } from './tags.ts'

/** How plays are run: what flags and tests decide. */
export interface RunOptions {
  readonly mode: Mode
  readonly diff: boolean
  /** Hosts at a time. */
  readonly forks: number
  /** Stronger than the plays'. */
  readonly serial?: Serial
  readonly maxFail?: number | `${number}%`
  readonly become?: boolean
  readonly tags: TagChoice
  readonly open: OpenLink
  /** Default: two plays of which one becomes and the other does not have two lines. */
  readonly userOf?: UserOf
  readonly emit: Emit
  readonly stop: Stop
  /** Says no until the task comes where a run is to begin (`--start-at`). */
  readonly gate?: (host: string, title: string, role: string) => boolean
  /** Asked before anything is changed (`--step`); false stops the host there. */
  readonly confirm?: HostContext['confirm']
  /** Keeps book of what is done, and can forbid it: where a plan is made or kept to. */
  readonly ledger?: Ledger
  /** Who is at work; asked by roles that record it. Default: nobody is named. */
  readonly about?: () => Promise<RunAbout>
  /** What to read before it is asked for; it learns what is. Default: nothing. */
  readonly ahead?: ReadAhead
  /** Only the names of tasks are wanted: see {@link HostContext}. */
  readonly listing?: boolean
  /** How long a role may be at something of its own without asking anything of a host. Default: an hour. */
  readonly patienceMs?: number
  /** For the listing, which wants to see the tags that tasks have. */
  readonly onTags?: (tags: readonly string[]) => void
}
