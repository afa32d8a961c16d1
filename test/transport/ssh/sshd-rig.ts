import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { until } from '../../rig/until.ts'
import type { SshSettings } from '../../../engine/transport/ssh/connect.ts'

export type HostKeyType = 'ed25519' | 'ecdsa' | 'rsa'

/**
 * A real sshd on loopback with everything of its own in a temporary directory: host keys, authorized keys, a home for the client.
 * `await using rig = await startSshd()`: it ends, by process id, with the block.
 */
export interface Sshd extends AsyncDisposable {
  readonly dir: string
  readonly address: string
  readonly port: number
  readonly user: string
  /** A private key that is let in. */
  readonly clientKey: string
  /** A known_hosts file that has all the host keys. */
  readonly knownHosts: string
  /** "ssh-ed25519 AAAA…" */
  hostKey(type: HostKeyType): string
  /** Settings that work; a test changes the one thing it is about. */
  settings(other?: Partial<SshSettings>): SshSettings
  /** What sshd has logged so far. */
  log(): string
}

export async function startSshd({ config = [], keys = ['ed25519', 'ecdsa', 'rsa'] }: { config?: readonly string[]; keys?: readonly HostKeyType[] } = {}): Promise<Sshd> {
  const dir = mkdtempSync(join(tmpdir(), 'hostwright-sshd-'))
  const address = '127.0.0.1'
  const user = userInfo().username
  for (const type of keys) makeKey(join(dir, `host_${type}`), type)
  const clientKey = makeKey(join(dir, 'client'), 'ed25519')
  writeFileSync(join(dir, 'authorized_keys'), readFileSync(`${clientKey}.pub`))
  mkdirSync(join(dir, 'home', '.ssh'), { recursive: true, mode: 0o700 })
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })

  const { child, port, log } = await listen(dir, address, keys, config)
  const knownHosts = join(dir, 'known_hosts')
  const hostKey = (type: HostKeyType): string => readFileSync(join(dir, `host_${type}.pub`), 'utf8').split(' ').slice(0, 2).join(' ').trim()
  for (const type of keys) appendFileSync(knownHosts, `[${address}]:${port} ${hostKey(type)}\n`)

  return {
    dir,
    address,
    port,
    user,
    clientKey,
    knownHosts,
    hostKey,
    settings: (other = {}) => ({
      host: 'rig',
      address,
      port,
      user,
      privateKeyFile: clientKey,
      knownHostsFiles: [knownHosts],
      sshConfigFile: 'none',
      connectTimeoutMs: 5_000,
      env: { home: join(dir, 'home'), user },
      ...other,
    }),
    log,
    async [Symbol.asyncDispose]() {
      await end(child)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Makes a key pair and gives back the file of the private one. */
export function makeKey(file: string, type: string, ...options: string[]): string {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-f', file, ...(options.includes('-N') ? [] : ['-N', '']), ...(type === 'rsa' ? ['-b', '2048'] : []), ...options])
  return file
}

/** A free port may be taken by another test between asking and using: then the next one. */
async function listen(dir: string, address: string, keys: readonly HostKeyType[], config: readonly string[]): Promise<{ child: ChildProcess; port: number; log: () => string }> {
  for (let tries = 0; tries < 5; tries += 1) {
    const port = await freePort(address)
    const lines = [
      `ListenAddress ${address}:${port}`,
      ...keys.map((type) => `HostKey ${join(dir, `host_${type}`)}`),
      `AuthorizedKeysFile ${join(dir, 'authorized_keys')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin yes',
      `PidFile ${join(dir, 'pid')}`,
      'LogLevel VERBOSE',
      'MaxStartups 50',
      'PrintMotd no',
      'PrintLastLog no',
      'SetEnv SHLVL=2', // bash reads no .bashrc then: that of this machine may be slow, and is not what is tried here
    ]
    // sshd takes the first value of each: the test's own go before.
    writeFileSync(join(dir, 'sshd_config'), [...config, ...lines, ''].join('\n'))
    const child = spawn(sshdPath(), ['-D', '-e', '-f', join(dir, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] })
    let text = ''
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    const up = await until(() => /Server listening/.test(text) || child.exitCode !== null, 10_000)
    if (up && child.exitCode === null) return { child, port, log: () => text }
    await end(child)
    if (!/Address already in use|Cannot bind/.test(text)) throw new Error(`sshd does not start: ${text}`)
  }
  throw new Error('sshd finds no free port')
}

function sshdPath(): string {
  const path = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find((candidate) => existsSync(candidate))
  if (path === undefined) throw new Error('these tests need sshd: install the package openssh-server')
  return path
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 3_000)
  await ended
  clearTimeout(timer)
}

export function freePort(address = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, address, () => {
      const at = server.address()
      server.close(() => (typeof at === 'object' && at !== null ? resolve(at.port) : reject(new Error('no port'))))
    })
  })
}
