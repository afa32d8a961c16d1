import { basename } from 'node:path'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { inOrder } from '../diagnostic/in-order.ts'
import { printDiagnostic } from '../diagnostic/print.ts'
import { ReadAhead } from '../host/ahead.ts'
import { loadInventory } from '../inventory/load.ts'
import { NO_VARS, parseExtra } from '../inventory/extra.ts'
import { paramsOf } from '../playbook/params.ts'
import type { Playbook } from '../playbook/playbook.ts'
import { hostsOf, prepare, unreadVars } from '../playbook/prepare.ts'
import { runPlays } from '../playbook/run.ts'
import type { RunOptions } from '../playbook/run-options.ts'
import { Stop } from '../playbook/stop.ts'
import type { Mode } from '../report/event.ts'
import { makeSink } from '../report/sink.ts'
import { RunSecrets } from '../secrets/run-secrets.ts'
import { checkTemplates } from '../template/template.ts'
import { ok } from '../values/result.ts'
import { aboutRun } from './about.ts'
import { askBeforeChanges } from './ask.ts'
import { guessAhead, keepAsked } from './asked.ts'
import { emptySelection } from './empty-selection.ts'
import { readFlags } from './flags.ts'
import { helpText } from './help.ts'
import { keptAs } from './kept-file.ts'
import { onSignals, onUncaught } from './signals.ts'
import { checkLogins, lineUser, linkOpener } from './links.ts'
import { listHosts, listTasks } from './list.ts'
import { readOptions } from './options.ts'
import { readPlanning } from './plan/planning.ts'
import { readUnfinished, unfinishedSoFar, writeUnfinished } from './resume.ts'
import { startReport } from './reporting.ts'
import { askForSecrets, notLookedAt } from './secrets.ts'
import { VERSION } from './version.ts'

/** One command line from its words to its exit code. */
export async function runCommand(playbook: Playbook, argv: readonly string[], command: string): Promise<number> {
  const cwd = process.cwd()
  const out = makeSink(process.stdout)
  const say = async (text: string): Promise<number> => {
    out.write(text)
    await out.flush()
    return 0
  }
  const flags = readFlags(argv, paramsOf(playbook))
  const typed = flags.ok ? flags.value : flags.partial
  if (flags.ok && typed.has('help')) return say(helpText(playbook, command))
  if (flags.ok && typed.has('version')) return say(`hostwright ${VERSION}\n`)

  // Everything that can be wrong with what was typed or written is looked for before anything is said about it.
  const sources = typed.all('inventory')
  if (sources.length === 0) return refuse(flags.ok ? [{ message: 'no inventory', hint: 'name one: -i production (a folder in inventory/), -i hosts.yml, or -i web1,web2' }] : flags.error)
  const options = await readOptions(typed, { cwd, isTTY: process.stdout.isTTY && process.env['CI'] === undefined, mayAsk: flags.ok })
  const extras = [...typed.all('extra'), ...typed.params]
  const extra = parseExtra(extras, cwd)
  const loaded = await loadInventory(sources, { cwd, extra: extras })
  const given = extra.ok ? extra.value : NO_VARS
  const known = keptAs(playbook, given)
  const keeping = known ?? playbook.name
  const resumed = typed.has('resume') && known !== undefined ? await readUnfinished(cwd, known, sources) : ok(undefined)
  const limit = typed.one('limit')
  const only = resumed.ok ? resumed.value : undefined
  const inventory = loaded.ok ? loaded.value : loaded.partial
  const partial = !loaded.ok || !extra.ok
  const secrets = new RunSecrets(inventory)
  const look = () => prepare(playbook, inventory, given, { ...(limit !== undefined && { limit }), ...(only && { only }), allowEmpty: partial || typed.has('allow-empty'), partial, ...(!loaded.ok && { unread: loaded.unread }), secrets })
  const prepared = look()
  const hosts = hostsOf(prepared.ok ? prepared.value : [])
  const about = aboutRun(options.ok ? options.value.env.user : '', cwd)
  const planning = await readPlanning({ playbook, sources, typed, about, extra: given, hosts: hosts.map(({ name }) => name) }, cwd)
  const lacking = options.ok && prepared.ok ? await emptySelection(typed, { plays: prepared.value, inventory, tags: options.value.tags }) : ok(undefined)
  const problems = [flags, options, extra, loaded, prepared, resumed, planning, lacking].flatMap((each) => (each.ok ? [] : each.error))
  problems.push(...secrets.problems, ...checkTemplates())
  if (!options.ok || !prepared.ok || !planning.ok || problems.length > 0) return refuse(inOrder(problems), unreadVars(playbook, inventory, prepared.ok ? prepared.value : []))

  const { gate, tags } = options.value
  const listing = { plays: prepared.value, inventory, tags, ...(gate && { gate }) }
  if (typed.has('list-hosts')) return say(listHosts(prepared.value))
  if (typed.has('list-tasks')) return say((await listTasks(listing)).tasks)
  if (typed.has('list-tags')) return say((await listTasks(listing)).tags)
  if (typed.has('syntax-check')) return say(`${playbook.name}: inventory, variables and params are fine\n${await notLookedAt(secrets, cwd)}`)

  const complete = await askForSecrets(secrets, prepared, look, cwd)
  if (!complete.ok) return refuse(inOrder(complete.error))
  const plays = complete.value
  const checked = await checkLogins(hostsOf(plays), options.value)
  if (checked.problems.length > 0) return refuse(inOrder(checked.problems))

  const contacted = hostsOf(plays).map(({ name }) => name)
  const mode: Mode = typed.has('check') ? 'check' : 'apply'
  const stop = new Stop()
  const report = await startReport(typed, options.value, { out, mode })
  report.emit({ type: 'run', playbook: playbook.name, mode, inventory: sources.map((each) => basename(each)), hosts: contacted, version: VERSION })
  for (const unread of unreadVars(playbook, inventory, plays)) report.emit({ type: 'warning', message: printDiagnostic(unread) })
  const gone = (only ?? []).filter((name) => !inventory.hosts.has(name))
  if (gone.length > 0) report.emit({ type: 'warning', message: `not resumed, for the inventory does not have them any more: ${gone.join(', ')}` })
  for (const warning of inventory.warnings) report.emit({ type: 'warning', message: printDiagnostic(warning) })
  const release = onSignals((signal) => {
    stop.request(`interrupted by ${signal}`)
    report.emit({ type: 'interrupted', signal })
  }, mode === 'check' ? 'Nothing was changed.' : 'What was being done on hosts may go on there; a new run finds out what stands, with --resume on the hosts that are not done.')
  const endWith = (error: unknown): Promise<number> => {
    const bug = error instanceof Error ? error : new Error(String(error))
    report.emit({ type: 'bug', message: bug.message, stack: bug.stack ?? '' })
    return report.finish({ traffic: new Map(), unfinished: [] })
  }
  const uncaught = onUncaught(endWith)
  // Hosts that this run leaves out are still to be done, and those of which a part of the playbook is done now.
  const isPart = typed.has('tags') || typed.has('skip-tags') || typed.has('start-at')
  const before = only ?? (mode === 'apply' ? await unfinishedSoFar(cwd, keeping, sources) : [])
  const left = before.filter((name) => inventory.hosts.has(name) && (isPart || !contacted.includes(name)))
  const remember = async (unfinished: readonly string[]) => (mode === 'apply' ? writeUnfinished(cwd, keeping, sources, [...new Set([...unfinished, ...left])]) : undefined)
  const plan = planning.value
  try {
    const guessed = await guessAhead(cwd, keeping, sources, contacted)
    const run = (more: Partial<RunOptions>) =>
      runPlays(plays, inventory, {
        mode, stop,
        diff: typed.has('diff'),
        forks: options.value.forks,
        tags: options.value.tags,
        ...(options.value.serial !== undefined && { serial: options.value.serial }),
        ...(options.value.maxFail !== undefined && { maxFail: options.value.maxFail }),
        ...(typed.has('become') && { become: true }),
        ...(options.value.gate && { gate: options.value.gate() }),
        ...(typed.has('step') && mode === 'apply' && { confirm: askBeforeChanges(report.pause) }),
        emit: report.emit,
        userOf: lineUser(checked.options),
        about: async () => plan.about ?? about(),
        open: linkOpener(checked.options, { mode: more.mode ?? mode, command: `${command} ${typed.shown}` }),
        ...more,
      })
    const rehearsal = await plan.before?.((more) => run({ ahead: guessed, ...more }), report.emit)
    if (rehearsal?.go === false) return await report.finish(rehearsal.outcome)
    // Until it is known better: a run that is killed is one that no host has finished.
    const warning = await remember(contacted)
    if (warning !== undefined) report.emit({ type: 'warning', message: warning })
    const ahead = rehearsal ? new ReadAhead(guessed.asked) : guessed
    const outcome = await run({ ahead, ...(plan.ledger && { ledger: plan.ledger }) })
    await remember(outcome.unfinished)
    plan.after?.(outcome, report.emit)
    // A part of a playbook asks a part of the questions.
    if (!isPart) await keepAsked(cwd, keeping, sources, ahead, (host) => !outcome.unfinished.includes(host))
    return await report.finish(outcome, rehearsal?.outcome)
  } catch (error) {
    return await endWith(error)
  } finally {
    release()
    uncaught()
  }
}

/** @param warnings what is no mistake by itself, and may be why there is one. */
function refuse(problems: readonly Diagnostic[], warnings: readonly Diagnostic[] = []): number {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  makeSink(process.stderr).write(`${warnings.map((each) => `warning: ${printDiagnostic(each)}\n`).join('')}${problems.map(printDiagnostic).join('\n')}\n${count}; no host was contacted.\n`)
  return 3
}
