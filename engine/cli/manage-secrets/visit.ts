import { basename } from 'node:path'
import type { Host } from '../../host/host.ts'
import { runPlays, type RunOutcome } from '../../playbook/run.ts'
import { Stop } from '../../playbook/stop.ts'
import type { Emit, Event, Mode } from '../../report/event.ts'
import { makeSink } from '../../report/sink.ts'
import { Tally } from '../../report/tally.ts'
import { createText } from '../../report/text/text.ts'
import { VERSION } from '../version.ts'
import { lineUser, linkOpener } from '../links.ts'
import { startReport } from '../reporting.ts'
import { onSignals } from '../signals.ts'
import { GaveUp } from './gave-up.ts'
import type { Target, Work } from './work.ts'

type Visit = (host: Host, target: Target) => Promise<void>

/** Looks at hosts without a word and without their lock. @throws GaveUp when one of them could not be looked at: that is told as in every run. */
export async function look(work: Work, targets: readonly Target[], visit: Visit): Promise<void> {
  const tally = new Tally()
  const complaints = makeSink(process.stderr)
  const text = createText({ color: false, verbosity: 0, diff: false, timings: false, changes: 'each-named', columns: () => 80 })
  const told: readonly Event['type'][] = ['unreachable', 'failure', 'warning', 'interrupted', 'bug']
  const emit: Emit = (event) => {
    tally.add(event)
    if (told.includes(event.type)) complaints.write(text({ ...event, at: new Date().toISOString() }))
  }
  const outcome = await run(work, targets, 'check', emit, visit)
  const { exit } = tally.recap('check', 0, { detailedExitcode: false, ...outcome })
  await complaints.flush()
  if (exit !== 0) throw new GaveUp(exit, [])
}

/** Works on hosts as a playbook does, with its report and its lock. @returns the exit code. */
export async function workOn(work: Work, targets: readonly Target[], visit: Visit): Promise<number> {
  const mode: Mode = work.typed.has('check') ? 'check' : 'apply'
  const report = await startReport(work.typed, work.options, { out: work.out, mode })
  report.emit({ type: 'run', playbook: 'manage-secrets', mode, inventory: work.typed.all('inventory').map((each) => basename(each)), hosts: targets.map(({ host }) => host.name), version: VERSION })
  return report.finish(await run(work, targets, mode, report.emit, visit))
}

async function run({ inventory, options, line, typed }: Work, targets: readonly Target[], mode: Mode, emit: Emit, visit: Visit): Promise<RunOutcome> {
  const stop = new Stop()
  const release = onSignals((signal) => {
    stop.request(`interrupted by ${signal}`)
    emit({ type: 'interrupted', signal })
  }, 'A file that was being written is the old one or the new one; run it again to find out which.')
  const byName = new Map(targets.map((target) => [target.host.name, target]))
  const play = {
    name: 'manage-secrets', hosts: 'all', roles: [],
    run: async (host: Host) => {
      const target = byName.get(host.name)
      if (target) await visit(host, target)
    },
  }
  try {
    return await runPlays([{ play, hosts: targets.map(({ host }) => ({ host, roles: [] })) }], inventory, {
      mode, emit, stop, diff: false, forks: options.forks, tags: { tags: [], skip: [] }, ...(typed.has('become') && { become: true }), userOf: lineUser(options), open: linkOpener(options, { mode, command: line }),
    })
  } finally {
    release()
  }
}
