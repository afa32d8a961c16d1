import { digits } from '../figures/numbers.ts'
import { markdownTable } from '../figures/table.ts'
import type { EngineResult, PeersResult } from './result.ts'

/** One thing that was wished of the figures, and whether they say so. Undefined: an engine that it takes is missing. */
export interface Goal {
  readonly wish: string
  readonly found: number | undefined
  readonly met: boolean | undefined
}

/** What the project has set itself, as far as this bench can tell. The start of Node and tsx is counted apart where both sides have one. */
export function goalsOf({ engines }: Pick<PeersResult, 'engines'>): Goal[] {
  const of = (name: string): EngineResult | undefined => {
    const engine = engines[name]
    return engine === undefined || 'missing' in engine ? undefined : engine
  }
  const [ours, script, connect] = [of('hostwright'), of('script'), of('connect')]
  const most = (wish: string, found: number | undefined, limit: number): Goal => ({ wish: `${wish} ≤ ${limit}`, found, met: found === undefined ? undefined : found <= limit })
  const least = (wish: string, found: number | undefined, limit: number): Goal => ({ wish: `${wish} ≥ ${limit}`, found, met: found === undefined ? undefined : found >= limit })
  const ratio = (one: number | undefined, other: number | undefined) => (one === undefined || other === undefined ? undefined : one / other)
  return [
    most('start of Node, tsx and hostwright, s', ratio(ours?.again.start, 1000), 0.6),
    most('again : connect only, start apart', ratio(ours?.again.work, connect?.again.work), 1.25),
    most('fresh : the script by hand, start apart', ratio(ours?.fresh?.work, script?.fresh?.work), 1.3),
    least('Ansible : hostwright, again, whole', of('ansible')?.timesHostwright?.again, 200),
    least('Ansible + Mitogen : hostwright, again, whole', of('mitogen')?.timesHostwright?.again, 20),
    least('pyinfra : hostwright, again, whole', of('pyinfra')?.timesHostwright?.again, 8),
  ]
}

export const goalsTable = (goals: readonly Goal[]): string =>
  markdownTable(['wished', 'found', ''], goals.map(({ wish, found, met }) => [wish, found === undefined ? '–' : digits(found), met === undefined ? 'not measured' : met ? 'met' : 'not met']))
