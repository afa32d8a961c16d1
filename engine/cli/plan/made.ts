import type { Diagnostic } from '../../diagnostic/diagnostic.ts'
import { isSecret } from '../../diagnostic/zod-schema.ts'
import type { RunAbout } from '../../host/host.ts'
import type { LocatedVars } from '../../inventory/types.ts'
import type { Digest } from '../../plan/digest.ts'
import type { Made } from '../../plan/plan.ts'
import { paramsOf } from '../../playbook/params.ts'
import type { Playbook } from '../../playbook/playbook.ts'
import { clean } from '../../report/clean.ts'
import type { FlagName, Typed } from '../flags.ts'
import { VERSION } from '../version.ts'

/** Flags that decide what is looked at, as whom, and which tasks there are. How wide and how patiently is for each run to say. */
const FLAGS: readonly FlagName[] = ['limit', 'tags', 'skip-tags', 'start-at', 'become', 'become-user', 'user']

/** What a run is made of, as a plan keeps it. */
export interface Asked {
  readonly playbook: Playbook
  readonly sources: readonly string[]
  readonly hosts: readonly string[]
  readonly typed: Typed
  readonly extra: LocatedVars
  readonly about: () => Promise<RunAbout>
}

/** What a plan and a run are compared by. */
type Compared = Omit<Made, 'about'>

export function madeOf({ playbook, sources, hosts, typed, extra }: Asked, digest: Digest): Compared {
  const shown = new Set(paramsOf(playbook).flatMap(({ name }) => (isSecret(playbook.params, [name]) ? [] : [name])))
  return {
    by: VERSION,
    at: new Date().toISOString(),
    playbook: playbook.name,
    inventory: [...sources],
    hosts: [...hosts],
    flags: Object.fromEntries(FLAGS.filter((flag) => typed.has(flag)).map((flag) => [flag, [...typed.all(flag)]])),
    params: Object.fromEntries(
      Object.entries(extra.value).map(([name, value]) => [clean(name), { digest: digest(['param', name, value]), ...(shown.has(name) && isWord(value) && { says: clean(String(value)) }) }]),
    ),
  }
}

const isWord = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** Why a plan is not for this run: everything at once. */
export function strangers(plan: Compared, run: Compared): Diagnostic[] {
  const found: string[] = []
  const compare = (what: string, was: string | undefined, is: string | undefined) => {
    if (was !== is) found.push(`${what}: the plan was made ${was === undefined ? 'without' : `with ${was}`}, this run is ${is === undefined ? 'without' : `with ${is}`}`)
  }
  compare('hostwright', plan.by, run.by)
  compare('playbook', plan.playbook, run.playbook)
  compare('inventory', plan.inventory.join(', '), run.inventory.join(', '))
  for (const flag of FLAGS) compare(`--${flag}`, plan.flags[flag] && quoted(plan.flags[flag]), run.flags[flag] && quoted(run.flags[flag]))
  for (const name of new Set([...Object.keys(plan.params), ...Object.keys(run.params)])) {
    const [was, is] = [plan.params[name], run.params[name]]
    if (was?.digest === is?.digest) continue
    const hidden = was !== undefined && is !== undefined && (was.says === undefined || is.says === undefined || was.says === is.says)
    if (hidden) found.push(`-e ${name}: the plan was made with another value`)
    else compare(`-e ${name}`, was && (was.says ?? 'a value'), is && (is.says ?? 'a value'))
  }
  const [gone, added] = [plan.hosts.filter((host) => !run.hosts.includes(host)), run.hosts.filter((host) => !plan.hosts.includes(host))]
  if (gone.length > 0) found.push(`the plan is for ${gone.join(', ')} too, which this run does not have`)
  if (added.length > 0) found.push(`the plan is not for ${added.join(', ')}`)
  return found.map((message, index) => ({ message, ...(index === found.length - 1 && { hint: 'a plan is applied with the words that it was made with, --plan in the place of --check --save-plan; or make a new one' }) }))
}

/** A switch has no value. */
const quoted = (values: readonly string[]): string => values.map((value) => (value === '' ? 'it' : value)).join(', ')
