import { closeSync, cpSync, mkdirSync, openSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { cgroupOf, cgroupsDown } from './cgroups.ts'
import { dockerAnswers, dockerFolderUp } from './docker.ts'
import { mountOverlay, unmountUnder } from './mount.ts'
import { addressOf, cableDown, cableUp, namespacePath } from './network.ts'
import { freshTree, hostFolders, labSource } from './paths.ts'
import { endProcesses, initOf } from './process.ts'
import { hostKeysUp, sshdAnswers } from './ssh.ts'
import type { Shell } from './state.ts'
import { waitUntil } from './wait.ts'

/** What of a host answers. `up` repairs it when anything does not. */
export interface Health {
  readonly init: number | undefined
  readonly sshd: boolean
  readonly docker: boolean
}

export interface HostOptions {
  /** What /bin/sh is. */
  readonly sh: Shell
  /** The docker folder of which a new host has the images. Default: no images. */
  readonly seed?: string
}

export async function healthOf(name: string, number: number): Promise<Health> {
  const init = initOf(name)
  if (init === undefined) return { init, sshd: false, docker: false }
  const [sshd, docker] = await Promise.all([sshdAnswers(addressOf(number)), dockerAnswers(init)])
  return { init, sshd, docker }
}

/**
 * Brings one host up: nothing to do when all of it answers, a power cycle when only half of it does (its files are
 * kept), a new one when there is none.
 */
export async function hostUp(name: string, number: number, { sh, seed }: HostOptions): Promise<void> {
  const health = await healthOf(name, number)
  if (!(health.sshd && health.docker)) {
    await powerOff(name)
    await powerOn(name, number, seed)
  }
  setShell(name, sh)
}

/** Takes one host away, with its files and every trace in the kernel. */
export async function hostDown(name: string, number: number): Promise<void> {
  await powerOff(name)
  await cableDown(name, number)
  await cgroupsDown(name)
  rmSync(hostFolders(name).folder, { recursive: true, force: true })
}

async function powerOff(name: string): Promise<void> {
  await endProcesses(name)
  await unmountUnder(hostFolders(name).folder)
}

async function powerOn(name: string, number: number, seed: string | undefined): Promise<void> {
  const { folder, root, upper, work, docker, log } = hostFolders(name)
  const keys = await hostKeysUp(name)
  await cableUp(name, number)
  mkdirSync(folder, { recursive: true })
  await dockerFolderUp(docker, seed)
  await mountOverlay({ lower: freshTree, upper, work, at: root })
  writeFileSync(`${root}/etc/hostname`, `${name}\n`)
  writeFileSync(`${root}/etc/hosts`, `127.0.0.1 localhost\n127.0.1.1 ${name}\n`)
  writeFileSync(`${root}/etc/default/docker`, `DOCKER_OPTS="--cgroup-parent=${cgroupOf(name)}"\n`)
  for (const key of readdirSync(keys)) cpSync(`${keys}/${key}`, `${root}/etc/ssh/${key}`)

  const out = openSync(log, 'w')
  const enter = [`--net=${namespacePath(name)}`, 'unshare', '--mount', '--pid', '--fork', '--uts', '--ipc']
  const child = spawn('nsenter', [...enter, 'sh', `${labSource}/files/init.sh`, name, root, docker], {
    detached: true,
    stdio: ['ignore', out, out],
    env: { PATH: '/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' },
  })
  child.unref()
  closeSync(out)
  await waitUntil(`sshd and dockerd of ${name} (its log: ${log})`, 90, async () => {
    const { sshd, docker: answers } = await healthOf(name, number)
    return sshd && answers
  })
}

/** Makes `sh` the target of /bin/sh. Every script of the host runs with it from now on, the init scripts too. */
function setShell(name: string, sh: Shell): void {
  const link = `${hostFolders(name).root}/usr/bin/sh`
  if (readlinkSync(link) === sh) return
  symlinkSync(sh, `${link}.new`)
  renameSync(`${link}.new`, link) // in one step: a running host needs its sh at every moment
}
