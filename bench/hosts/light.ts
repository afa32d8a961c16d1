import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { atTheEnd } from './ending.ts'
import { scratchFolder } from './scratch.ts'
import type { Hosts, Target } from './target.ts'

/**
 * Very many hosts on one machine: one sshd on all of 127.0.0.0/8, an address a host, and a login sees a /srv and a /run of that address alone
 * (a mount namespace a login). So locks, files, logins and shells are real and apart; the kernel, the processors and the sshd are shared, and
 * the files lie in memory, where fsync costs nothing. Needs root. sshd cannot listen on a whole network, so it listens everywhere, on a port of
 * the moment, and lets in nobody but this machine with the key made for it.
 */
export async function lightHosts(count: number): Promise<Hosts> {
  const scratch = scratchFolder('/dev/shm')
  const folder = scratch.path
  const targets = Array.from({ length: count }, (_, index): Omit<Target, 'port'> => {
    const address = `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`
    return { name: `light${index + 1}`, address, user: 'root', privateKeyFile: `${folder}/client`, knownHostsFile: `${folder}/known_hosts` }
  })
  for (const { address } of targets) for (const part of ['run', 'srv']) mkdirSync(`${folder}/${address}/${part}`, { recursive: true })
  for (const key of ['client', 'host']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${folder}/${key}`])
  const port = await freePort()
  const enter = fileURLToPath(new URL('enter.sh', import.meta.url))
  writeFileSync(`${folder}/authorized_keys`, readFileSync(`${folder}/client.pub`))
  writeFileSync(`${folder}/known_hosts`, `${targets.map(({ address }) => `[${address}]:${port}`).join(',')} ${readFileSync(`${folder}/host.pub`, 'utf8')}`)
  writeFileSync(`${folder}/sshd_config`, sshdConfig(folder, port, enter))
  mkdirSync('/run/sshd', { recursive: true })
  const log = `${folder}/log`
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-E', log, '-f', `${folder}/sshd_config`], { stdio: 'ignore' })
  const stop = atTheEnd(() => void sshd.kill('SIGTERM'))
  const said = () => (existsSync(log) ? readFileSync(log, 'utf8') : '')
  for (let tries = 0; !said().includes('Server listening'); tries++) {
    if (tries > 100 || sshd.exitCode !== null) throw new Error(`sshd does not start: ${said()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    targets: targets.map((target) => ({ ...target, port })),
    kind: 'light hosts: one sshd, a mount namespace a login, files in memory',
    clean: async () => {
      // Logins are over, so nobody sees these folders but here.
      for (const { address } of targets) for (const name of readdirSync(`${folder}/${address}/srv`)) rmSync(`${folder}/${address}/srv/${name}`, { recursive: true })
    },
    async [Symbol.asyncDispose]() {
      const ended = sshd.exitCode === null ? once(sshd, 'exit') : undefined
      stop()
      await ended
      scratch[Symbol.dispose]()
    },
  }
}

/** SHLVL: bash, where it is root's login shell, then leaves ~/.bashrc of this machine alone. */
const sshdConfig = (folder: string, port: number, enter: string): string => `
ListenAddress 0.0.0.0:${port}
AllowUsers *@127.0.0.0/8
HostKey ${folder}/host
PidFile none
AuthorizedKeysFile ${folder}/authorized_keys
StrictModes no
UsePAM no
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
MaxStartups 2000
PrintMotd no
PrintLastLog no
SetEnv SHLVL=3
ForceCommand exec /bin/sh ${enter} ${folder}
`

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
