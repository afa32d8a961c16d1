import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { composePlugin } from './compose.ts'
import { LabError } from './error.ts'
import { hostDown, hostUp } from './host.ts'
import { imageSeed } from './images/seed.ts'
import { lockLab } from './lock.ts'
import { unmountUnder } from './mount.ts'
import { addressOf, bridgeDown, bridgeUp, namespacedHosts } from './network.ts'
import { freshTree, hostsFolder, labFolder, labSource } from './paths.ts'
import { clientKeyUp, hostKeysUp, mostHosts, writeKnownHosts } from './ssh.ts'
import { type HostState, readState, type Shell, writeState } from './state.ts'
import { freshTreeUp } from './tree.ts'

/** Brings up lab1 … labN, those that are not up; more that are up stay. `shells` says what is at /bin/sh (else dash). */
export async function up(count: number, shells: ReadonlyMap<string, Shell>): Promise<void> {
  if (count < 1 || count > mostHosts) throw new LabError(`${count} hosts: the lab holds 1 to ${mostHosts}`)
  lockLab()
  const seed = await setUp()
  const hosts = { ...readState().hosts }
  for (let number = 1; number <= count; number++) {
    const name = `lab${number}`
    hosts[name] = { number, address: addressOf(number), sh: shells.get(name) ?? hosts[name]?.sh ?? 'dash' }
  }
  for (const name of shells.keys()) if (hosts[name] === undefined) throw new LabError(`--sh names ${name}, which is not among lab1 … lab${count}`)
  for (const name of Object.keys(hosts)) await hostKeysUp(name)
  writeKnownHosts(new Map(Object.entries(hosts).map(([name, { number }]) => [name, number])))
  await all(Object.entries(hosts), async ([name, host]) => {
    await hostUp(name, host.number, { sh: host.sh, seed })
    writeState({ hosts: { ...readState().hosts, [name]: host } }) // each on its own: one that fails does not hide the others
  })
}

/** Takes every host away, and everything else but the cache and the keys. Works by name, also after a run that died. */
export async function down(): Promise<void> {
  lockLab()
  await all(knownNames(), async (name) => hostDown(name, numberOf(name)))
  await unmountUnder(labFolder)
  await bridgeDown()
  for (const path of [hostsFolder, freshTree, `${freshTree}.upper`, `${freshTree}.work`, `${freshTree}.staging`]) rmSync(path, { recursive: true, force: true })
  writeState({ hosts: {} })
}

/** Makes one host fresh again: as `up` first made it, with the same address, keys and shell. */
export async function reset(name: string): Promise<void> {
  lockLab()
  const { number, sh } = hostNamed(name)
  const seed = await setUp()
  await hostDown(name, number)
  await hostUp(name, number, { sh, seed })
}

/** The host of that name. Throws LabError, naming those there are, when it is not up. */
export function hostNamed(name: string): HostState {
  const { hosts } = readState()
  const host = hosts[name]
  if (host === undefined) throw new LabError(`no lab host is called ${name}; up are: ${Object.keys(hosts).join(', ') || 'none'}`)
  return host
}

/** What hosts stand on: packages of the machine, keys, bridge, tree, images (returned as a seed). Cheap when all is there. */
async function setUp(): Promise<string> {
  const { status } = spawnSync(`${labSource}/setup.sh`, { stdio: ['ignore', 'inherit', 'inherit'], timeout: 900_000 })
  if (status !== 0) throw new LabError('lab/setup.sh could not set up this machine, see above')
  await clientKeyUp()
  await freshTreeUp(await composePlugin())
  await bridgeUp()
  return imageSeed()
}

/** Hosts of the state, of the folder and of the kernel: what a dead run left behind has a name in one of them. */
function knownNames(): string[] {
  const list = (folder: string) => (existsSync(folder) ? readdirSync(folder) : [])
  const names = [...Object.keys(readState().hosts), ...list(hostsFolder), ...namespacedHosts()]
  return [...new Set(names)].filter((name) => /^lab\d+$/.test(name))
}

function numberOf(name: string): number {
  return Number(name.slice('lab'.length))
}

/** Does the same to all, four at a time, and then reports every failure, not only the first. */
async function all<T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  const failures: string[] = []
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      await action(item).catch((error: unknown) => failures.push(error instanceof Error ? error.message : String(error)))
    }
  }
  await Promise.all(Array.from({ length: 4 }, worker))
  if (failures.length > 0) throw new LabError(failures.join('\n'))
}
