import { existsSync, readdirSync, statSync } from 'node:fs'
import { labNetwork, labPrefix } from './paths.ts'
import { unmountUnder } from './mount.ts'
import { attempt, run } from './run.ts'

/*
 *   this machine            bridge hwlab77, 10.77.0.1/24
 *                           ├── hwlab77-1 ══ eth0 in namespace hwlab77-lab1, 10.77.0.11/24
 *                           └── hwlab77-2 ══ eth0 in namespace hwlab77-lab2, 10.77.0.12/24
 *
 * No default route and no forwarding: a lab host reaches this machine and its sisters, and nothing else.
 */
const bridge = labPrefix

/** The address of this machine as lab hosts see it. */
export const bridgeAddress = `10.${labNetwork}.0.1`

/** The address of host number `number`, counted from 1. */
export function addressOf(number: number): string {
  return `10.${labNetwork}.0.${10 + number}`
}

export function namespaceOf(name: string): string {
  return `${labPrefix}-${name}`
}

/** A path that `nsenter --net=` takes. Not `ip netns exec`: that mounts a fresh /sys and dockerd loses its cgroups. */
export function namespacePath(name: string): string {
  return `/run/netns/${namespaceOf(name)}`
}

/** Makes sure the bridge stands, with its address. */
export async function bridgeUp(): Promise<void> {
  if (!existsSync(`/sys/class/net/${bridge}`)) await run(['ip', 'link', 'add', bridge, 'type', 'bridge'])
  await run(['ip', 'address', 'replace', `${bridgeAddress}/24`, 'dev', bridge])
  await run(['ip', 'link', 'set', bridge, 'up'])
}

/** Takes the bridge away, and the mount that `ip netns` makes for its names when no one's name is left there. */
export async function bridgeDown(): Promise<void> {
  if (existsSync(`/sys/class/net/${bridge}`)) await run(['ip', 'link', 'delete', bridge])
  if (existsSync('/run/netns') && readdirSync('/run/netns').length === 0) await unmountUnder('/run/netns')
}

/** Makes sure host `number`'s namespace and cable stand. */
export async function cableUp(name: string, number: number): Promise<void> {
  const namespace = namespaceOf(name)
  const outside = `${bridge}-${number}`
  if (!existsSync(namespacePath(name))) await run(['ip', 'netns', 'add', namespace])
  const inside = (command: readonly string[]) => run(['ip', '-n', namespace, ...command])
  if ((await attempt(['ip', '-n', namespace, 'link', 'show', 'eth0'])).code !== 0) {
    await attempt(['ip', 'link', 'delete', outside]) // half a cable of a dead run
    await run(['ip', 'link', 'add', outside, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace])
  }
  await run(['ip', 'link', 'set', outside, 'master', bridge, 'up'])
  await inside(['address', 'replace', `${addressOf(number)}/24`, 'dev', 'eth0'])
  await inside(['link', 'set', 'lo', 'up'])
  await inside(['link', 'set', 'eth0', 'up'])
}

export async function cableDown(name: string, number: number): Promise<void> {
  if (existsSync(namespacePath(name))) await run(['ip', 'netns', 'delete', namespaceOf(name)])
  await attempt(['ip', 'link', 'delete', `${bridge}-${number}`]) // usually gone with the namespace
}

/** The hosts that have a namespace, whether anything runs in it or not. */
export function namespacedHosts(): string[] {
  const names = existsSync('/run/netns') ? readdirSync('/run/netns') : []
  return names.filter((name) => name.startsWith(`${labPrefix}-`)).map((name) => name.slice(labPrefix.length + 1))
}

/** Every process (by this machine's ids) in the namespace of `name`: its init, sshd, dockerd, whatever was left behind. */
export function processesIn(name: string): number[] {
  if (!existsSync(namespacePath(name))) return []
  const { ino } = statSync(namespacePath(name))
  const isIn = (pid: string): boolean => {
    try {
      return statSync(`/proc/${pid}/ns/net`).ino === ino
    } catch {
      return false // gone by itself in between
    }
  }
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && isIn(entry)).map(Number)
}
