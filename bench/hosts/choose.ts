import { labHosts, labHostsNamed } from './lab.ts'
import { lightHosts } from './light.ts'
import type { Hosts } from './target.ts'

/** `--on lab`: lab1 … labN; `--on light`: N light hosts, which need no lab; `--on lab3,lab4`: these, and as many as there are. */
export async function hostsOn(on: string, count: number): Promise<Hosts> {
  if (on === 'light') return lightHosts(count)
  return on === 'lab' ? labHosts(count) : labHostsNamed(on.split(','))
}
