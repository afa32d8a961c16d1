import { setTimeout as sleep } from 'node:timers/promises'
import { isSafeguardState, safeguardState } from '../../facts/safeguard.ts'
import type { Change } from '../../tasks/change.ts'
import type { Act, Link } from '../../transport/link.ts'
import type { HostContext } from '../context.ts'
import { forget, longest, putBackNow } from './program.ts'
import type { Safeguard } from './safeguard.ts'

/** An armed safeguard. */
export interface Armed {
  readonly safeguard: Safeguard
  readonly id: string
  /** When the host fires by itself, in our own time: milliseconds of `performance.now()`. */
  readonly due: number
}

/** How it ended, as far as it was seen. */
export type PutBack =
  | { readonly kind: 'back'; readonly at: string; readonly over: 'the old line' | 'a new connection' }
  | { readonly kind: 'not-back'; readonly why: string; readonly log: string }
  | { readonly kind: 'unknown'; readonly why: string }

/** Milliseconds between two tries to reach a host that puts back by itself: a ban must not come of it. */
const PACE = 5000

/**
 * Has everything put back, and looks whether it is: at once over the line that we have; where that is dead the host does it by itself, and is
 * asked over a new one. Ends when the host has had the time for it twice over.
 */
export async function putBack(context: HostContext, armed: Armed): Promise<PutBack> {
  const seen = context.link.alive ? await overLine(context.link, armed, 'the old line') : undefined
  if (seen) return seen
  await sleep(Math.max(0, armed.due - performance.now()))
  const end = performance.now() + longest(armed.safeguard) * 1000
  for (;;) {
    const opened = await context.beside()
    const found = opened.ok ? await overLine(opened.link, armed, 'a new connection') : undefined
    if (opened.ok) await opened.link.close()
    if (found) return found
    if (performance.now() > end) return { kind: 'unknown', why: opened.ok ? 'each new connection breaks' : opened.error.message }
    await sleep(PACE)
  }
}

/** Undefined when the line broke. */
async function overLine(link: Link, { safeguard, id }: Armed, over: 'the old line' | 'a new connection'): Promise<PutBack | undefined> {
  const acted = await link.act(actOf(safeguard.title, putBackNow(safeguard, id)))
  const fact = safeguardState(id)
  const looked = acted.kind === 'lost' ? acted : await link.look([fact])
  if (looked.kind === 'lost') return undefined
  const state = looked.values.get(fact.key)
  if (!isSafeguardState(state)) return { kind: 'not-back', why: 'what became of it cannot be read', log: '' }
  switch (state.kind) {
    case 'over':
      if (!state.ok) return { kind: 'not-back', why: `it went wrong at ${state.at}`, log: state.log }
      // Told now. What stays behind when this fails is taken away by the next run.
      await link.act(actOf(safeguard.title, forget(id)))
      return { kind: 'back', at: state.at, over }
    case 'armed':
    case 'fired':
      return { kind: 'not-back', why: 'it did not come to its end in time', log: '' }
    case 'none':
      return { kind: 'not-back', why: 'nothing is left of the snapshot', log: '' }
  }
}

/** One change as the whole of a turn. */
export const actOf = (title: string, change: Change): Act => ({ tasks: [{ title, changes: [change], guards: [] }], facts: [] })
