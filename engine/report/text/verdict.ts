import type { HostRecap, Recap } from '../event.ts'
import { LOCKED } from '../host-tally.ts'
import { count, list, sentence, share } from './words.ts'

type Named = readonly [name: string, host: HostRecap]

/** What the result means, in sentences, the worst first; the last says what to do next, where there is something to do. */
export function verdict(recap: Recap): string[] {
  const check = recap.mode === 'check'
  const hosts = Object.entries(recap.hosts)
  const of = (chosen: readonly Named[]): string => share(chosen.length, hosts.length, 'host')
  const where = (test: (host: HostRecap) => boolean): Named[] => hosts.filter(([, host]) => test(host))

  const unknown = where((host) => host.unknown > 0)
  const failed = where((host) => host.failed > 0)
  const locked = where(isLocked)
  const unreachable = where((host) => host.unreachable > 0 && !isLocked(host))
  const unfinished = where((host) => host.unreachable + host.failed === 0 && (host.notReached === true || (host.stoppedAt !== undefined && host.unknown === 0)))
  const changed = where((host) => host.changed > 0)
  const doubtful = unknown.length > 0

  const troubles: string[] = []
  if (recap.exit === 1) troubles.push('The engine itself is at fault (see BUG): do not rely on the rest.')
  if (recap.exit === 130) troubles.push('Interrupted.')
  if (doubtful && !check) troubles.push(`On ${of(unknown)} it is not known whether ${count(recap.unknown, 'task')} took effect: ${named(unknown)}.`)
  if (failed.length > 0) troubles.push(`${of(failed)} ${check ? 'would fail' : 'failed'}: ${named(failed)}.`)
  if (unreachable.length > 0) troubles.push(`${of(unreachable)} could not be reached: ${named(unreachable)}.`)
  if (locked.length > 0) troubles.push(`${of(locked)} ${locked.length === 1 ? 'was' : 'were'} left alone, for another run is at work there: ${list(locked.map(([name]) => name))}.`)
  if (recap.plan === 'not-as-planned') troubles.push('It is not as planned: nothing was changed.')
  if (recap.plan === 'not-looked-at') troubles.push('The plan was not applied: nothing was changed.')
  if (unfinished.length > 0) troubles.push(`${of(unfinished)} did not come to the end: ${named(unfinished)}.`)

  const done: string[] = []
  if (hosts.length === 0) done.push('No host took part.')
  else if (changed.length > 0) done.push(`${of(changed)} ${check ? 'would change' : 'changed'}.`)
  else if (troubles.length === 0) done.push(check ? (doubtful ? 'Nothing is known to change.' : `Nothing would change on ${of(hosts)}.`) : `Nothing to change on ${of(hosts)}.`)
  if (check && doubtful) done.push(`On ${of(unknown)} it is not known beforehand whether ${count(recap.unknown, 'task')} would change anything.`)

  const next = (): string[] => {
    if (recap.plan === 'not-as-planned') return ['See what is otherwise; if there is still something to do, make a new plan: --check --save-plan FILE.']
    if (recap.plan === 'not-looked-at') return ['Mend the cause, then apply the plan again.']
    if (check && troubles.length > 0) return ['Nothing was changed. Mend the cause, then check again.']
    if (check) return changed.length > 0 || doubtful ? ['Nothing was changed. Run without --check to do it.'] : []
    if (doubtful) return ['Look there first; a new run finds out what stands and does the rest. With --resume it takes only the hosts that are not done.']
    if (failed.length > 0 || unreachable.length > 0) {
      const without = failed.length === 0 && unfinished.length > 0 && unfinished.length <= 8 ? [`Or go on without who cannot be reached: --limit ${unfinished.map(([name]) => name).join(',')}.`] : []
      return ['Mend the cause, then run again with --resume to go on with those.', ...without]
    }
    if (locked.length > 0) return ['Run again with --lock-wait SECONDS to wait for the other run.']
    return troubles.length > 0 ? ['Run again with --resume to go on with the hosts that are not done.'] : []
  }
  return [...troubles, ...done].map(sentence).concat(next())
}

const isLocked = (host: HostRecap): boolean => host.unreachable > 0 && host.stoppedAt === LOCKED

function named(hosts: readonly Named[]): string {
  return list(hosts.map(([name, host]) => (host.stoppedAt === undefined ? name : `${name} (${host.stoppedAt})`)))
}
