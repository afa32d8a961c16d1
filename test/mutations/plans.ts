/** What keeps a run true: check mode, what is told, exit codes. */
import type { Mutation } from './mutation.ts'

const tally = 'engine/report/tally.ts'

export const ofPlans: readonly Mutation[] = [
  { name: 'check mode does it', file: 'engine/host/converge.ts', find: "if (mode === 'check' || changing.length === 0)", replace: 'if (changing.length === 0)', tests: ['host/batch', 'host/fidelity > on this machine'] },
  { name: 'check mode runs commands', file: 'engine/host/act-once.ts', find: "if (mode === 'check' && !(looksOnly && model.isAsSeen))", replace: 'if (!(looksOnly && model.isAsSeen) && looksOnly)', tests: ['host/batch'] },
  { name: 'what was done is not looked at again', file: 'engine/host/converge.ts', find: "if (again.kind === 'changes' && again.changes.length === 0) continue", replace: "if (again.kind === 'changes') continue", tests: ['host/faults > what does not stay as it was made'] },
  { name: 'a host that moves twice is not given up', file: 'engine/host/converge.ts', find: 'this.#restarts++ >= RESTARTS)', replace: 'this.#restarts++ >= 9)', tests: ['host/faults > they do it again'] },
  { name: 'a run with an unknown outcome ends with 0', file: tally, find: "[7, mode === 'apply' && totals.unknown > 0]", replace: '[7, false]', tests: ['report/tally > exit '] },
  { name: 'a run with a failed task ends with 0', file: tally, find: '[2, totals.failed > 0 || this.#stopped]', replace: '[2, this.#stopped]', tests: ['report/tally > exit '] },
  { name: 'a host that was not reached spoils nothing', file: tally, find: "[4, tallies.some((host) => host.away === 'unreachable')]", replace: '[4, false]', tests: ['report/tally > exit '] },
]
