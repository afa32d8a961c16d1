import { Unreadable, type Fact } from '../facts/fact.ts'
import type { HostContext } from './context.ts'
import { HostLost } from './failure.ts'

/**
 * Reads those of these facts that the model does not hold, in one turn, or in none where they were read ahead. A look changes nothing, so one that was lost is simply asked again
 * over a new line, once.
 *
 * @throws HostLost when the host cannot be reached any more.
 */
export async function learn(context: HostContext, facts: Iterable<Fact<unknown>>): Promise<void> {
  const { model } = context
  const missing = new Map([...facts].filter((fact) => model.get(fact) === undefined).map((fact) => [fact.key, fact]))
  if (missing.size === 0) return
  const known = await context.ahead?.take([...missing.values()])
  for (const [key, fact] of missing) {
    const value = known?.get(key)
    if (!known?.has(key) || value instanceof Unreadable) continue
    model.observe(fact, value)
    missing.delete(key)
  }
  if (missing.size === 0) return
  let looked = await context.link.look([...missing.values()])
  if (looked.kind === 'lost' && (await findAgain(context))) looked = await context.link.look([...missing.values()])
  if (looked.kind === 'lost') throw new HostLost(context.host, looked.error)
  for (const fact of missing.values()) model.observe(fact, looked.values.get(fact.key))
}

/** A line that broke while nothing was asked of it is opened again before something is: nothing was sent, so nothing is unknown. */
export async function ensureAlive(context: HostContext): Promise<void> {
  if (!context.link.alive) await findAgain(context)
}

/** False when the host cannot be reached again. */
export async function findAgain(context: HostContext): Promise<boolean> {
  const link = await context.reconnect()
  if (link) context.link = link
  return link !== undefined
}
