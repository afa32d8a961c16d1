/** What keeps a run true: check mode, plans that are kept, what is told, exit codes. */
import type { Mutation } from './mutation.ts'

const tally = 'engine/report/tally.ts'

export const ofPlans: readonly Mutation[] = [
  { name: 'check mode does it', file: 'engine/host/converge.ts', find: "if (mode === 'check' || changing.length === 0)", replace: 'if (changing.length === 0)', tests: ['host/batch', 'host/fidelity > on this machine'] },
  { name: 'check mode runs commands', file: 'engine/host/act-once.ts', find: "if (mode === 'check' && !(looksOnly && model.isAsSeen))", replace: 'if (!(looksOnly && model.isAsSeen) && looksOnly)', tests: ['host/batch'] },
  { name: 'what was done is not looked at again', file: 'engine/host/converge.ts', find: "if (again.kind === 'changes' && again.changes.length === 0) continue", replace: "if (again.kind === 'changes') continue", tests: ['host/faults > what does not stay as it was made'] },
  { name: 'a host that moves twice is not given up', file: 'engine/host/converge.ts', find: 'this.#restarts++ >= RESTARTS)', replace: 'this.#restarts++ >= 9)', tests: ['host/faults > they do it again'] },
  { name: 'a plan is applied to hosts that have moved', file: 'engine/cli/plan/apply.ts', find: 'return found.length === 0\n', replace: 'return true\n', tests: ['plan/fleet > one host of two moved'] },
  { name: 'a task does what was not planned', file: 'engine/host/converge.ts', find: 'if (objected) this.#outcomes.refuse(objected.task, objection.message)', replace: '', tests: ['plan/bound', 'plan/fleet > what moves between'] },
  { name: 'an action does what was not planned', file: 'engine/host/act-once.ts', find: 'if (objection) throw new NotAsPlanned', replace: 'if (!work) throw new NotAsPlanned', tests: ['plan/bound > the same once more', 'plan/bound > an action is unknown'] },
  { name: 'a plan does not know what would be sent', file: 'engine/plan/entry.ts', find: "digest(['steps', steps.map(stepAsSent)])", replace: "digest(['steps'])", tests: ['plan/bound > nothing of a batch'] },
  { name: 'a plan does not know what was seen', file: 'engine/plan/entry.ts', find: "digest(['seen', fact.key, settled(value)])", replace: "digest(['seen', fact.key])", tests: ['plan/drift > another thing stands'] },
  { name: 'a plan tells a digest of a secret that can be guessed', file: 'engine/plan/digest.ts', find: "createHmac('sha256', Buffer.from(key, 'hex'))", replace: "createHash('sha256')", tests: ['plan/bound > a plan tells nothing'] },
  { name: 'a plan that somebody changed is applied', file: 'engine/cli/plan/planning.ts', find: 'isUntouched(plan, key) ? strangers(plan.made, run) : [changed(file)]', replace: 'strangers(plan.made, run)', tests: ['cli/plan-file > refused with its place: ', 'cli/plan-file > whatever byte'] },
  { name: 'a plan is applied with other params', file: 'engine/cli/plan/made.ts', find: 'if (was?.digest === is?.digest) continue', replace: 'if (was?.digest !== is) continue', tests: ['cli/plan-file > everything that is otherwise'] },
  { name: 'a run with an unknown outcome ends with 0', file: tally, find: "[7, mode === 'apply' && totals.unknown > 0]", replace: '[7, false]', tests: ['report/tally > exit '] },
  { name: 'a run with a failed task ends with 0', file: tally, find: '[2, totals.failed > 0 || this.#plan', replace: '[2, this.#plan', tests: ['report/tally > exit '] },
  { name: 'a host that was not reached spoils nothing', file: tally, find: "[4, tallies.some((host) => host.away === 'unreachable')]", replace: '[4, false]', tests: ['report/tally > exit '] },
]
