import { z } from 'zod'
import { becomes, given, type Effect } from '../facts/fact.ts'
import { arriving } from '../facts/packages.ts'
import { digest, path } from '../facts/path.ts'
import { service as serviceFact, unitName, type ServiceState } from '../facts/service.ts'
import { contentOf, sha256, type Content } from '../values/content.ts'
import { ContentObject } from '../values/schema.ts'
import { change, refuse, run, type Change, type Step } from './change.ts'
import { fresh } from './ownership.ts'
import { contentEffects } from './rewrite.ts'
import { defineTask } from './task.ts'

const Loaded = z.array(z.union([z.string(), ContentObject], 'give text, or Content'))

/**
 * A service of systemd, or of the init scripts where systemd does not run. It has no handlers: what it was last started with is recorded
 * on the host, so a run that dies between a new configuration and the restart loses nothing.
 *
 * @example
 * service({ name: 'cron', state: 'running', enabled: true })
 * service({ name: 'nginx', state: 'running', reloadOn: [site], restartOn: [nginxConf] })
 */
export const service = defineTask({
  name: 'service',
  doc: 'A service runs or does not, starts at boot or does not, and runs with this configuration. Once started, it must still run a second later.',
  params: z
    .strictObject({
      name: z.string().regex(/^[A-Za-z0-9][\w.@:-]*$/, 'a service is named as for systemctl: "cron", "app@1", "backup.timer"'),
      state: z.enum(['running', 'stopped']).optional().describe('left as it is when not given'),
      enabled: z.boolean().optional().describe('starts at boot; left as it is when not given'),
      restartOn: Loaded.optional().describe('the configuration it must have been started with: text, Content or digests. When it differs, it is restarted'),
      reloadOn: Loaded.optional().describe('the same for configuration that a reload takes in'),
    })
    .refine((p) => p.state === 'running' || (p.restartOn === undefined && p.reloadOn === undefined), 'restartOn and reloadOn go with state running')
    .refine((p) => p.state !== undefined || p.enabled !== undefined, 'say `state`, `enabled` or both'),
  title: (p) => p.name,
  facts: (p) => ({
    now: serviceFact(p.name),
    unitFile: path(`/etc/systemd/system/${unitName(p.name)}`),
    arriving: arriving('packages'),
    restarted: p.restartOn ? digest(stampOf(p.name, 'restart')) : given<string | undefined>(undefined),
    reloaded: p.reloadOn ? digest(stampOf(p.name, 'reload')) : given<string | undefined>(undefined),
  }),
  plan(p, now) {
    const was = foreseen(now)
    if (was.kind === 'absent') return refuse(`there is no service ${p.name}`, 'install the package that brings it, or write its unit file, first')
    const wantsUp = p.state === 'running'
    if (was.enablement === 'masked' && (wantsUp || p.enabled)) return refuse(`${p.name} is masked`, `somebody forbade it to start; to allow it: systemctl unmask ${p.name}`)
    if (wantsUp && was.oneshot) return refuse(`${p.name} is a one-shot unit: it runs and ends`, 'say enabled only, or run it: command({ argv: [\'systemctl\', \'start\', …] })')
    if (p.enabled === true && was.enablement === 'static') return refuse(`${p.name} cannot be enabled: its unit has no [Install] section`, 'enable the unit that starts it')

    const { manager } = was
    const changes: Change[] = []
    let is = was
    const become = (more: Partial<typeof was>, effects: readonly Effect[] = []): Effect[] => [becomes(serviceFact(p.name), (is = { ...is, ...more })), ...effects]

    if (p.enabled !== undefined && is.enablement !== 'static' && is.enablement !== 'masked' && (is.enablement === 'enabled') !== p.enabled)
      changes.push(change(`${p.enabled ? 'enable' : 'disable'} ${p.name}`, enable(p.name, p.enabled, manager), become({ enablement: p.enabled ? 'enabled' : 'disabled' })))
    if (p.state === 'stopped' && is.running) changes.push(change(`stop ${p.name}`, [call(manager, 'stop', p.name)], become({ running: false })))
    if (wantsUp) {
      const restarted = stamp(p.name, 'restart', p.restartOn, now.restarted)
      const reloaded = stamp(p.name, 'reload', p.reloadOn, now.reloaded)
      const both = [...restarted, ...reloaded]
      const [steps, effects] = [both.flatMap((each) => each.steps), both.flatMap((each) => each.effects)]
      const [verb, summary] = !is.running
        ? (['start', `start ${p.name}`] as const)
        : restarted.length > 0
          ? (['restart', `restart ${p.name}: its configuration changed`] as const)
          : (['reload', `reload ${p.name}: its configuration changed`] as const)
      if (!is.running || both.length > 0) changes.push(change(summary, [...begin(manager, verb, p.name), ...steps], become({ running: true }, effects)))
    }
    return changes
  },
  state: (_, { now }) => now,
})

/** The service as it is, or as it will be when what comes with it is there: its unit file, its package. */
function foreseen(now: { now: ServiceState; unitFile: { kind: string }; arriving: { names: readonly string[]; startsServices: boolean } }): ServiceState {
  const { manager } = now.now
  if (now.now.kind === 'present') return now.now
  if (manager === 'systemd' && now.unitFile.kind !== 'absent') return { kind: 'present', manager, running: false, enablement: 'disabled', oneshot: false }
  if (now.arriving.names.length > 0) return { kind: 'present', manager, running: now.arriving.startsServices, enablement: 'enabled', oneshot: false }
  return now.now
}

type Verb = 'start' | 'stop' | 'restart' | 'reload' | 'status'
type Manager = ServiceState['manager']

const call = (manager: Manager, verb: Verb, name: string): Step =>
  run(manager === 'systemd' ? ['systemctl', verb, ...(verb === 'status' ? ['--no-pager', '--lines=20'] : []), '--', name] : ['service', name, verb], { daemon: true })

/** Starts it and looks again a second later: what crashes at once does not count as started, and its status says why. */
const begin = (manager: Manager, verb: Verb, name: string): Step[] => [
  ...(manager === 'systemd' ? [run(['systemctl', 'daemon-reload'])] : []),
  call(manager, verb, name),
  run(['sleep', '1']),
  call(manager, 'status', name),
]

function enable(name: string, enabled: boolean, manager: Manager): Step[] {
  if (manager === 'systemd') return [run(['systemctl', 'daemon-reload']), run(['systemctl', enabled ? 'enable' : 'disable', '--', name])]
  return enabled ? [run(['update-rc.d', name, 'defaults']), run(['update-rc.d', name, 'enable'])] : [run(['update-rc.d', name, 'disable'])]
}

/** What records with which configuration services run. */
export const STAMPS = '/var/lib/hostwright/stamps'
const stampOf = (name: string, verb: 'restart' | 'reload') => `${STAMPS}/${name}.${verb}`

/** What records that the service now runs with this configuration, when that is not recorded yet. A digest only: the stamp tells nothing. */
function stamp(name: string, verb: 'restart' | 'reload', loaded: readonly (string | Content)[] | undefined, recorded: string | undefined): { steps: Step[]; effects: Effect[] }[] {
  if (loaded === undefined) return []
  const content = contentOf(`${sha256(loaded.map((each) => (typeof each === 'string' ? sha256(each) : each.digest)).join('\n'))}\n`)
  if (content.digest === recorded) return []
  const at = stampOf(name, verb)
  return [
    {
      steps: [run(['mkdir', '-p', '-m', '0755', '--', STAMPS], { timeout: 0 }), { kind: 'write', path: at, content, mode: '0600' }],
      effects: [becomes(path(at), { ...fresh('0600', content.size), kind: 'file' }), ...contentEffects(at, content)],
    },
  ]
}
