import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { isMounted, mountOverlay } from './mount.ts'
import { checkout, clientKey, freshTree, labFolder, labSource } from './paths.ts'
import { run } from './run.ts'

/** What of this machine's `/` a host may show. Everything else up there belongs to the machine and is masked. */
const shown = new Set(['bin', 'boot', 'dev', 'etc', 'home', 'lib', 'lib32', 'lib64', 'libx32', 'media', 'mnt', 'opt', 'proc', 'root', 'run', 'sbin', 'srv', 'sys', 'tmp', 'usr', 'var'])

/** Folders that a fresh host has empty, whatever the machine keeps there, and their modes. */
const emptied: Readonly<Record<string, number>> = {
  '/boot': 0o755, '/dev': 0o755, '/home': 0o755, '/media': 0o755, '/mnt': 0o755, '/opt': 0o755, '/proc': 0o555, '/root': 0o700, '/run': 0o755, '/srv': 0o755, '/sys': 0o555,
  '/tmp': 0o1777, '/usr/local': 0o755, '/etc/docker': 0o755, '/etc/ssh': 0o755, '/etc/cron.d': 0o755, '/var/backups': 0o755, '/var/log': 0o755, '/var/spool/cron': 0o755, '/var/tmp': 0o1777,
  '/var/lib/docker': 0o711, '/var/lib/containerd': 0o711,
}

/** Builds and mounts the tree that every host starts from. Idempotent: a tree that is mounted is a tree that is whole. */
export async function freshTreeUp(composePlugin: string | undefined): Promise<void> {
  if (isMounted(freshTree)) return
  const upper = `${labFolder}/fresh.upper`
  const work = `${labFolder}/fresh.work`
  rmSync(upper, { recursive: true, force: true })
  mkdirSync(upper, { recursive: true })
  for (const path of masked()) await mask(upper, path)
  const staging = `${labFolder}/fresh.staging`
  await mountOverlay({ lower: '/', upper, work, at: staging })
  try {
    for (const [path, mode] of Object.entries(emptied)) folder(staging + path, mode)
    for (const path of ['bin', 'etc', 'games', 'include', 'lib', 'sbin', 'share', 'src']) folder(`${staging}/usr/local/${path}`, 0o755)
    cpSync(`${labSource}/files/sshd_config`, `${staging}/etc/ssh/sshd_config`)
    if (composePlugin !== undefined) {
      folder(`${staging}/usr/libexec/docker/cli-plugins`, 0o755)
      cpSync(composePlugin, `${staging}/usr/libexec/docker/cli-plugins/docker-compose`)
    }
    const script = readFileSync(`${labSource}/files/make-host.sh`, 'utf8')
    await run(['chroot', staging, '/bin/bash', '-eus', '--', readFileSync(`${clientKey}.pub`, 'utf8').trim()], { input: script })
  } finally {
    await run(['umount', staging])
  }
  await mountOverlay({ lower: '/', upper, work, at: freshTree })
}

function masked(): string[] {
  const strangers = readdirSync('/').filter((name) => !shown.has(name)).map((name) => `/${name}`)
  const paths = [...strangers, ...Object.keys(emptied).filter((path) => existsSync(path))]
  // The lab itself and the checkout, unless a folder above them is masked already.
  for (const own of [labFolder, checkout]) if (!paths.some((path) => own === path || own.startsWith(`${path}/`))) paths.push(own)
  return paths
}

/** Hides one path of the layer below: overlayfs reads a 0/0 character device in the upper layer as "not there". */
async function mask(upper: string, path: string): Promise<void> {
  like(upper, dirname(path))
  await run(['mknod', upper + path, 'c', '0', '0'])
}

/** Makes `path` in the upper layer with the owner and mode it has below: a merged folder shows those of its upper part. */
function like(upper: string, path: string): void {
  if (path === '/' || existsSync(upper + path)) return
  like(upper, dirname(path))
  const { mode, uid, gid } = lstatSync(path)
  mkdirSync(upper + path)
  chownSync(upper + path, uid, gid)
  chmodSync(upper + path, mode)
}

function folder(path: string, mode: number): void {
  mkdirSync(path, { recursive: true })
  chmodSync(path, mode)
}
