import { resolve } from 'node:path'
import { InputError, type Diagnostic } from '../../diagnostic/diagnostic.ts'
import type { RunAbout } from '../../host/host.ts'
import type { Ledger } from '../../host/ledger.ts'
import { keyedDigest } from '../../plan/digest.ts'
import { isOfKey, isUntouched } from '../../plan/plan.ts'
import type { RunOutcome } from '../../playbook/run.ts'
import type { RunOptions } from '../../playbook/run-options.ts'
import type { Emit } from '../../report/event.ts'
import { wholeFile } from '../../report/file.ts'
import { err, ok, type Result } from '../../values/result.ts'
import { Apply, Verify } from './apply.ts'
import { ensureKey, keyFile, readKey } from './key.ts'
import { madeOf, strangers, type Asked } from './made.ts'
import { readPlan } from './read-plan.ts'
import { Save } from './save.ts'

/** Goes through the plays, with these options in the place of the run's own. */
export type GoThrough = (more: Partial<RunOptions>) => Promise<RunOutcome>

/** What a plan that is kept in a file has to do with a run. */
export interface Planning {
  /** Looks at all hosts once, before anything is changed, and says whether it may be. Not there where nothing has to be looked at before. */
  readonly before?: (look: GoThrough, emit: Emit) => Promise<{ readonly go: boolean; readonly outcome: RunOutcome }>
  readonly ledger?: Ledger
  /** What the run records of who runs it. Not there: what is so. */
  readonly about?: RunAbout
  readonly after?: (outcome: RunOutcome, emit: Emit) => void
}

type Read = Result<Planning, readonly Diagnostic[]>

/** What `--save-plan` and `--plan` ask for; that the plan is for this run is found before anybody is contacted. */
export async function readPlanning(asked: Asked, cwd: string): Promise<Read> {
  const { typed } = asked
  const [save, apply] = [typed.one('save-plan'), typed.one('plan')]
  if (save === undefined && apply === undefined) return ok({})
  const problems: Diagnostic[] = []
  if (save !== undefined && apply !== undefined) problems.push({ message: '--save-plan makes a plan and --plan applies one: give one of them' })
  else if (save !== undefined && !typed.has('check')) problems.push({ message: '--save-plan keeps what check mode finds', hint: 'say --check --save-plan FILE' })
  if (typed.has('resume')) problems.push({ message: '--resume does not go with a plan: its hosts are others each time', hint: 'name the hosts with --limit' })
  const read = save !== undefined ? await saving(asked, cwd, save) : await applying(asked, cwd, apply ?? '')
  return problems.length > 0 || !read.ok ? err([...problems, ...(read.ok ? [] : read.error)]) : read
}

async function saving(asked: Asked, cwd: string, file: string): Promise<Read> {
  try {
    // What people read in it is redacted; digests must stay as they are.
    const written = wholeFile('--save-plan', resolve(cwd, file), (text) => text)
    const key = await ensureKey(cwd)
    return ok(new Save({ file, written, key, made: { ...madeOf(asked, keyedDigest(key)), about: { ...(await asked.about()) } } }))
  } catch (error) {
    return err(error instanceof InputError ? error.diagnostics : [keyProblem(error)])
  }
}

async function applying(asked: Asked, cwd: string, file: string): Promise<Read> {
  const read = await readPlan(file, cwd)
  if (!read.ok) return read
  const plan = read.value
  try {
    const key = await readKey(cwd)
    if (key === undefined || !isOfKey(plan, key)) return err([foreign(file, cwd, key), ...strangers(plan.made, { ...madeOf(asked, keyedDigest(key ?? '')), params: plan.made.params })])
    const run = madeOf(asked, keyedDigest(key))
    const problems = isUntouched(plan, key) ? strangers(plan.made, run) : [changed(file)]
    return problems.length > 0 ? err(problems) : ok(asked.typed.has('check') ? new Verify(file, plan, key) : new Apply(file, plan, key))
  } catch (error) {
    return err([keyProblem(error)])
  }
}

const keyProblem = (error: unknown): Diagnostic => ({ message: `the key of plans: ${error instanceof Error ? error.message : String(error)}` })

const foreign = (file: string, cwd: string, key: string | undefined): Diagnostic => ({
  message: `${file} was made elsewhere: ${key === undefined ? `there is no ${keyFile(cwd)}` : `with another key than ${keyFile(cwd)}`}`,
  hint: 'bring that file along from where the plan was made, or make a new plan here',
})

const changed = (file: string): Diagnostic => ({ message: `${file} is not as it was written: somebody changed it, or a part is missing`, at: { file, line: 1, column: 1 }, hint: 'make a new one with --check --save-plan' })

