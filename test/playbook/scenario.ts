import fc from 'fast-check'
import { command } from '../../engine/actions/command.ts'
import { path } from '../../engine/facts/path.ts'
import type { Host } from '../../engine/host/host.ts'
import type { Play } from '../../engine/playbook/playbook.ts'
import { directory } from '../../engine/tasks/directory.ts'
import type { Fate, FakeHost } from '../../engine/testing/fake-host.ts'
import { fakes, role } from '../rig/memory-run.ts'

/** One thing that a role does. `on`: on another host; `once`: once a run, by whoever comes there first. */
export type Step = { readonly kind: 'make' | 'command' | 'look' | 'together' | 'once' } | { readonly kind: 'fail' | 'on'; readonly which: number }

interface RandomPlay {
  readonly roles: readonly (readonly Step[])[]
  readonly width: Pick<Play, 'serial'>
  readonly patience?: Pick<Play, 'maxFail' | 'anyErrorFatal'>
}

/** A run of random hosts and plays: how the hosts fare is settled beforehand, who is quicker is not. */
export interface Scenario {
  readonly hosts: readonly { readonly lines: number; readonly fates: readonly Fate[] }[]
  readonly plays: readonly RandomPlay[]
  readonly forks: number
}

const Fates: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fate>({ kind: 'works' }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('dies' as const), task: fc.nat(3), half: fc.boolean() }) },
  fc.constant<Fate>({ kind: 'fails', task: 0 }),
  fc.constant<Fate>({ kind: 'drifts', task: 0 }),
)
const Hosts = fc.array(fc.record({ lines: fc.constantFrom(9, 9, 9, 2, 1, 0), fates: fc.array(Fates, { maxLength: 4 }) }), { minLength: 2, maxLength: 5 })
const Apart: fc.Arbitrary<Step> = fc.oneof(fc.record({ kind: fc.constantFrom('make', 'make', 'command', 'look', 'together') }), fc.record({ kind: fc.constant('fail' as const), which: fc.nat(9) }))
const Together: fc.Arbitrary<Step> = fc.oneof({ weight: 2, arbitrary: Apart }, fc.record({ kind: fc.constant('once' as const) }), fc.record({ kind: fc.constant('on' as const), which: fc.nat(4) }))
const Width = fc.constantFrom<Pick<Play, 'serial'>[]>({}, {}, { serial: 1 }, { serial: 2 }, { serial: '50%' }, { serial: [1, '50%'] })
const Patience = fc.constantFrom<Pick<Play, 'maxFail' | 'anyErrorFatal'>[]>({}, { maxFail: 1 }, { maxFail: 2 }, { maxFail: '40%' }, { anyErrorFatal: true })
const rolesOf = (steps: fc.Arbitrary<Step>) => fc.array(fc.array(steps, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 2 })

/** Hosts that have nothing to do with one another. */
export const Independent: fc.Arbitrary<Scenario> = fc.record({
  hosts: Hosts,
  plays: fc.array(fc.record({ roles: rolesOf(Apart), width: Width }), { minLength: 1, maxLength: 3 }),
  forks: fc.integer({ min: 1, max: 5 }),
})

/** Hosts that work on one another, wait for one another, and end plays for one another. */
export const Entangled: fc.Arbitrary<Scenario> = fc.record({
  hosts: Hosts,
  plays: fc.array(fc.record({ roles: rolesOf(Together), width: Width, patience: Patience }), { minLength: 1, maxLength: 3 }),
  forks: fc.integer({ min: 1, max: 5 }),
})

export const hostsOf = ({ hosts }: Scenario): ReadonlyMap<string, FakeHost> => {
  const all = fakes(...hosts.map((_, index) => `h${index}`))
  for (const [index, fake] of [...all.values()].entries()) {
    fake.lines = hosts[index]?.lines ?? 0
    fake.fates.push(...(hosts[index]?.fates ?? []))
  }
  return all
}

/** Every directory that a step makes is its own: its path says who asked for it, and where. */
export function playsOf({ plays, hosts }: Scenario): Play[] {
  const names = hosts.map((_, index) => `h${index}`)
  return plays.map(({ roles, width, patience }, p) => ({
    name: `p${p}`, hosts: 'all', ...width, ...patience,
    roles: roles.map((steps, r) =>
      role(`r${r}`, async (host) => {
        for (const [s, step] of steps.entries()) await take(step, host, `/p${p}r${r}s${s}`, names)
      }),
    ),
  }))
}

async function take(step: Step, host: Host, at: string, names: readonly string[]): Promise<void> {
  const make = (who: Host, where: string, count: number) => who.ensure(...Array.from({ length: count }, (_, n) => directory({ path: `${where}/${n}` })))
  switch (step.kind) {
    case 'make':
      return void (await make(host, at, 3))
    case 'command':
      return void (await host.run(command({ argv: ['true', at] })))
    case 'look':
      return void (await host.read(path(at)))
    case 'together':
      return void (await Promise.all([make(host, `${at}a`, 2), host.run(command({ argv: ['true', `${at}b`] })), make(host, `${at}c`, 1)]))
    case 'once':
      return void (await host.once(at, async () => make(host, `${at}once`, 1)))
    case 'fail':
      return host.assert(`h${step.which}` !== host.name, 'it is not well')
    case 'on':
      return void (await make(await host.on(names[step.which % names.length] ?? host.name), `${at}/${host.name}`, 1))
  }
}
