import { up } from '../../lab/lab.ts'
import { clientKey, knownHosts } from '../../lab/paths.ts'
import { sshdAnswers } from '../../lab/ssh.ts'
import { readState } from '../../lab/state.ts'
import { ROOT } from '../workload/items.ts'
import { everywhere } from './everywhere.ts'
import type { Hosts } from './target.ts'

/** lab1 … labN, brought up where they do not answer; they stay. */
export async function labHosts(count: number): Promise<Hosts> {
  const names = Array.from({ length: count }, (_, index) => `lab${index + 1}`)
  const { hosts } = readState()
  const answers = await Promise.all(names.map(async (name) => hosts[name] !== undefined && sshdAnswers(hosts[name].address)))
  if (!answers.every(Boolean)) await up(count, new Map())
  return labHostsNamed(names)
}

/** These, which are up already. */
export function labHostsNamed(names: readonly string[]): Hosts {
  const { hosts } = readState()
  const targets = names.map((name) => {
    const address = hosts[name]?.address
    if (address === undefined) throw new Error(`${name} is not up: npm run lab -- status`)
    return { name, address, port: 22, user: 'root', privateKeyFile: clientKey, knownHostsFile: knownHosts }
  })
  return { targets, kind: 'lab hosts: sshd and Docker engine each', clean: async () => void (await everywhere(targets, `rm -rf -- ${ROOT}`)), [Symbol.asyncDispose]: async () => {} }
}
