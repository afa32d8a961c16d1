import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { addressOf } from './network.ts'
import { clientKey, knownHosts, sshFolder } from './paths.ts'
import { run } from './run.ts'

/** The most hosts there can be: the subnet has room, and known_hosts is written for all of them at once. */
export const mostHosts = 40

const kinds = ['ed25519', 'ecdsa', 'rsa'] as const

/** Makes the client key once. It and every host's keys survive `down` and `reset`, so known_hosts stays true. */
export async function clientKeyUp(): Promise<void> {
  mkdirSync(sshFolder, { recursive: true, mode: 0o700 })
  if (!existsSync(clientKey)) await generate('ed25519', clientKey, 'hostwright lab')
}

/** The folder with the keys of one host, made when there are none yet. */
export async function hostKeysUp(name: string): Promise<string> {
  const folder = `${sshFolder}/${name}`
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const kind of kinds) {
    const path = `${folder}/ssh_host_${kind}_key`
    if (!existsSync(`${path}.pub`)) await generate(kind, path, name)
  }
  return folder
}

/** Writes known_hosts: every key of every host, under its address and its name. */
export function writeKnownHosts(hosts: ReadonlyMap<string, number>): void {
  const lines = [...hosts].flatMap(([name, number]) =>
    kinds.map((kind) => {
      const [type, key] = readFileSync(`${sshFolder}/${name}/ssh_host_${kind}_key.pub`, 'utf8').split(' ')
      return `${addressOf(number)},${name} ${type} ${key}\n`
    }),
  )
  writeFileSync(knownHosts, lines.join(''))
}

/** The ssh command line that reaches `address` as `user`, checking its key strictly and asking nothing. */
export function sshCommand(address: string, user = 'root'): [string, ...string[]] {
  const options = [`UserKnownHostsFile=${knownHosts}`, 'GlobalKnownHostsFile=/dev/null', 'StrictHostKeyChecking=yes', 'IdentitiesOnly=yes', 'ConnectTimeout=5']
  return ['ssh', '-F', '/dev/null', '-i', clientKey, ...options.flatMap((option) => ['-o', option]), '-l', user, address]
}

/** Whether an sshd at `address` says its name within five seconds: a busy machine takes its time. */
export function sshdAnswers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: address, port: 22, timeout: 5000 })
    const end = (answer: boolean) => (socket.destroy(), resolve(answer))
    socket.once('data', (data) => end(data.toString().startsWith('SSH-2.0')))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}

async function generate(kind: (typeof kinds)[number], path: string, comment: string): Promise<void> {
  await run(['ssh-keygen', '-q', '-t', kind, '-N', '', '-C', comment, '-f', path])
}
