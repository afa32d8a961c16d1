import type { Action, ActionResult } from '../actions/action.ts'
import { Unreadable } from '../facts/fact.ts'
import type { TaskStatus } from '../report/event.ts'
import type { HostContext } from './context.ts'
import { HostLost, NotAsPlanned, Stopped, TaskFailed, type Failure } from './failure.ts'
import { ensureAlive, learn } from './learn.ts'
import { saidHint, shellLineHint } from './failure-hints.ts'
import { liveOutput } from './live-output.ts'
import { placeOf } from './origin.ts'
import type { Work } from './ledger.ts'
import { lastLines, NOT_AS_PLANNED } from './outcomes.ts'

/**
 * Runs an action on one host: look at its guard, run, read the result. It is never repeated by itself: when the line breaks while it
 * runs, what it did is not known.
 */
export async function actOnce<R>(context: HostContext, role: string, action: Action<R>): Promise<ActionResult<R>> {
  context.checkStopped()
  const { host, emit, model, mode } = context
  const started = performance.now()
  const told = (status: TaskStatus, changes: readonly string[], why?: string) =>
    emit({ type: 'task', host, role, task: action.title, status, changes, ms: Math.round(performance.now() - started), ...(why !== undefined && { why }) })
  const failed = (about: Pick<Failure, 'reason' | 'message'> & Partial<Failure>): Failure => {
    const place = placeOf(action.origin)
    const failure: Failure = { host, role, task: action.title, ...(place && { place }), ...about }
    told('failed', [])
    emit({ type: 'failure', ...failure })
    return failure
  }
  const fail = (about: Parameters<typeof failed>[0]): never => {
    throw new TaskFailed(failed(about))
  }

  const values = await guardValues(context, action)
  if (typeof values === 'string') {
    if (action.changes.length > 0) context.ledger?.settled(host, workOf(context, role, action, values))
    told('unknown', action.changes, values)
    model.doubt(action.touches === 'nothing' ? [] : action.touches, `${action.title} may or may not run`)
    return { ran: false, changed: false, why: values }
  }
  for (const value of values.values()) if (value instanceof Unreadable) fail({ reason: 'cannot-look', message: value.message, ...saidHint(value.message) })
  const skip = action.skip(values)
  if (skip !== undefined) {
    told('skipped', [], skip)
    return { ran: false, changed: false, why: skip }
  }
  const looksOnly = action.changes.length === 0
  if (mode === 'check' && !(looksOnly && model.isAsSeen)) {
    const why = looksOnly ? 'what it looks at would be changed before' : 'an action: what it does cannot be foretold'
    if (!looksOnly) context.ledger?.settled(host, workOf(context, role, action, why))
    told('unknown', action.changes, why)
    if (action.touches !== 'nothing') model.doubt(action.touches, `${action.title} would have run before`)
    return { ran: false, changed: !looksOnly, why: 'check mode' }
  }

  const work = workOf(context, role, action)
  const objection = looksOnly ? undefined : context.ledger?.objection(host, [work])
  if (objection) throw new NotAsPlanned(failed({ reason: 'not-as-planned', message: objection.message, ...NOT_AS_PLANNED }))
  if (!looksOnly && context.confirm && !(await context.confirm(host, [{ task: action.title, changes: action.changes }]))) throw new Stopped('not confirmed')
  for (const change of action.changes) emit({ type: 'change', host, role, task: action.title, change })
  await ensureAlive(context)
  const live = liveOutput((task, stream, text) => emit({ type: 'output', host, task, stream, text }))
  const change = { summary: action.title, steps: action.steps, effects: [], touches: [] }
  context.ahead?.acts()
  const acted = await context.link.act(
    { tasks: [{ title: action.title, changes: [change], guards: [] }], facts: [] },
    { output: (_t, _c, stream, bytes) => live.hear(action.title, stream, bytes) },
  )
  live.end()
  if (action.touches === 'everything') model.forget('everything')
  else if (action.touches !== 'nothing') model.forgetFacts(action.touches)

  switch (acted.kind) {
    case 'done': {
      const output = acted.outputs[0]?.[0]
      const result = action.result(output ?? { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) })
      if (!result.ok) return fail({ reason: 'command', message: result.message, ...(result.hint !== undefined && { hint: result.hint }), ...(output && { output: lastLines(output.stderr, output.stdout) }) })
      const changed = result.changed ?? !looksOnly
      if (!looksOnly) context.ledger?.settled(host, work)
      told(changed ? 'changed' : 'ok', changed ? action.changes : [])
      return { ran: true, changed, value: result.value }
    }
    case 'failed': {
      const { failure } = acted
      const output = lastLines(failure.stderr, failure.stdout)
      return fail({
        reason: failure.timedOut ? 'timeout' : 'command',
        message: failure.timedOut ? 'it did not end in time and was stopped' : `it ended with status ${failure.code}`,
        output,
        ...saidHint(output),
        ...shellLineHint(action.steps, failure.code),
      })
    }
    case 'drifted':
    case 'lost': {
      const error = acted.kind === 'lost' ? acted.error : { reason: 'lost', message: 'the host did not run it' }
      told('unknown', action.changes, error.message)
      const place = placeOf(action.origin)
      emit({
        type: 'failure', host, role, task: action.title, reason: 'lost', message: `the line was lost while it ran: ${error.message}`, ...(place && { place }),
        stands: 'not known: it may have run, in part or not at all',
        hint: 'see on the host what it did before you run again: an action is never repeated by itself',
      })
      throw new HostLost(host, error)
    }
  }
}

/** An action as the ledger hears of it: one change, whatever it may come to. */
function workOf({ model }: HostContext, role: string, action: Action, unknown?: string): Work {
  const seen = Object.values(action.facts).flatMap((fact) => {
    const known = model.get(fact)
    return known?.certainty === 'observed' ? [{ fact, value: known.value }] : []
  })
  const changes = [{ summary: action.changes.join('; '), steps: action.steps, effects: [], touches: [] }]
  const doubt = model.doubtAbout(action)
  return { role, task: action.title, changes, seen, ...(unknown !== undefined && { unknown }), ...(doubt !== undefined && { doubt }) }
}

/** The facts of its guard, or the reason why they cannot be known. */
async function guardValues(context: HostContext, action: Action): Promise<Map<string, unknown> | string> {
  const { model } = context
  const facts = Object.values(action.facts)
  await learn(context, facts)
  const values = new Map<string, unknown>()
  for (const fact of facts) {
    const known = model.get(fact)
    if (known?.certainty === 'unknown') return known.why
    values.set(fact.key, known?.value)
  }
  return values
}
