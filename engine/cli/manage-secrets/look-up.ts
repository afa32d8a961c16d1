import { GaveUp } from './gave-up.ts'
import { servicesOn, type FoundService } from './on-host.ts'
import { look } from './visit.ts'
import type { Target, Work } from './work.ts'

/** What stands on the hosts, by host. */
export type OnHosts = ReadonlyMap<Target, readonly FoundService[]>

/** Looks at all hosts at once; without names at every service. @throws GaveUp when one could not be looked at. */
export async function lookUp(work: Work, names: readonly string[]): Promise<OnHosts> {
  const found = new Map<Target, readonly FoundService[]>()
  await look(work, work.targets, async (host, target) => {
    found.set(target, await servicesOn(host, target, names.length === 0 ? undefined : names))
  })
  return new Map(work.targets.map((target) => [target, found.get(target) ?? []]))
}

/** @throws GaveUp with every file that cannot be used: a part of the whole would look like all of it. */
export function refuseBad(onHosts: OnHosts, hint?: string): void {
  const problems = [...onHosts].flatMap(([{ host }, services]) => services.flatMap((each) => (each.problem === undefined ? [] : [{ message: `${host.name}: ${each.path}: ${each.problem}`, ...(hint !== undefined && { hint }) }])))
  if (problems.length > 0) throw new GaveUp(2, problems)
}

/** @throws GaveUp for names that no host has. */
export function refuseMissing(onHosts: OnHosts, names: readonly string[], has: (service: FoundService) => boolean, what: (name: string) => string): void {
  const there = new Set([...onHosts.values()].flat().filter(has).map(({ name }) => name))
  const problems = names.filter((name) => !there.has(name)).map((name) => ({ message: what(name) }))
  if (problems.length > 0) throw new GaveUp(2, problems)
}
