import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ShellLink, type LinkOpened } from '../../../engine/transport/shell/link.ts'
import type { Change } from '../../../engine/tasks/change.ts'
import { outcomeOf, runs } from './acts.ts'
import { connectTo, folder } from './shells.ts'

/** A user of their own each, so that tests of the lock share none with anything else on this machine. */
export function home(name: string, shell = '/bin/dash'): { shell: string; lock: string } {
  const at = join(folder, `home-${name}`)
  mkdirSync(at)
  if (process.getuid?.() !== 0) return { shell: `env HOME=${at} ${shell}`, lock: join(at, '.cache/hostwright/lock') }
  chownSync(at, 65534, 65534)
  execFileSync('chmod', ['755', folder])
  return { shell: `/usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=${at} ${shell}`, lock: join(at, '.cache/hostwright/lock') }
}

export const opens = (shell: string, owner: string, waitSeconds = 0): Promise<LinkOpened> => ShellLink.open(connectTo(shell), { lock: { owner, waitSeconds } })

export async function linkOf(shell: string, owner: string, waitSeconds = 0): Promise<ShellLink> {
  const opened = await opens(shell, owner, waitSeconds)
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.link
}

/** What each run does in such a home, for so many seconds, and a file that shows it: "in" and "out" by turns, or two were there at once. */
export function counterIn(name: string): { read(): string; stay(seconds: number): Change } {
  const counter = join(folder, `home-${name}`, 'counter')
  writeFileSync(counter, '')
  execFileSync('chmod', ['666', counter])
  return {
    read: () => readFileSync(counter, 'utf8'),
    stay: (seconds) => runs(['sh', '-c', `echo in >>"$1"; sleep ${seconds}; echo out >>"$1"`, 'sh', counter], { timeout: 0 }),
  }
}

/** Waits for the lock, does this, and goes. */
export async function visit(shell: string, owner: string, what: Change): Promise<void> {
  const link = await linkOf(shell, owner, 300)
  await outcomeOf(link, what)
  await link.close()
}
