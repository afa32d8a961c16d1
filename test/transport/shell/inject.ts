/** Calls of the kernel that end otherwise than they should: told or made so by strace. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ShellLink } from '../../../engine/transport/shell/link.ts'
import { needs } from '../../rig/needs.ts'
import { outcomeOf, runs } from './acts.ts'
import { openLink } from './shells.ts'

export const strace = needs('strace', 'strace')

/** Makes strace hold on to a process and all that it starts, with these words. */
export async function attached(pid: number, words: readonly string[]): Promise<() => Promise<void>> {
  const child = spawn(strace, ['-f', '-qq', ...words, '-p', String(pid)], { stdio: 'ignore' })
  const over = new Promise<void>((resolve) => child.on('close', () => resolve()))
  for (let tries = 0; isFree(pid); tries++) {
    assert.ok(tries < 1000, 'strace does not attach')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return () => {
    child.kill('SIGKILL')
    return over
  }
}

/** Nobody holds it. What is made to end at its first call may be gone before we see that somebody does. */
function isFree(pid: number): boolean {
  try {
    return /TracerPid:\t0/.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** The process that is the resident shell. */
export const pidOf = async (link: ShellLink): Promise<number> =>
  Number((await outcomeOf(link, runs(['sh', '-c', `cut -d' ' -f5 /proc/$PPID/stat`], { timeout: 0 }))).replace('done 0: ', ''))

/**
 * Opens a line, and makes the nth call of this kind that somebody makes end so. `shellsOnly`: nobody but the shell and its subshells, up to where
 * they become another program.
 */
export async function spoilt(kind: string, n: number, end: string, { shellsOnly = false } = {}): Promise<{ link: ShellLink; stop: () => Promise<void> }> {
  const link = await openLink('/bin/dash')
  const stop = await attached(await pidOf(link), [...(shellsOnly ? ['-b', 'execve'] : []), '-o', '/dev/null', '-e', `trace=${kind}`, '-e', `inject=${kind}:${end}:when=${n}`])
  return { link, stop }
}

/** Programs of this machine, each behind a script that lets it work under strace while there are words for that. */
export class Wrapped {
  /** A shell that finds these programs first. */
  readonly shell: string
  readonly #at: string

  /** `except`: calls with these words only are let through. */
  constructor(at: string, programs: readonly string[], except = '') {
    this.#at = at
    this.shell = `env PATH='${at}':/usr/bin:/bin /bin/dash`
    mkdirSync(at)
    for (const program of programs) {
      const path = join(at, basename(program))
      writeFileSync(path, `#!/bin/sh\n[ -f '${path}.words' ] && [ "$*" != '${except}' ] || exec ${program} "$@"\nexec ${strace} -qq $(/bin/cat '${path}.words') ${program} "$@"\n`)
      chmodSync(path, 0o755)
    }
  }

  /** From now on the program works under strace with these words (which the shell splits). */
  trace(program: string, words: string): void {
    writeFileSync(join(this.#at, `${basename(program)}.words`), words)
  }

  free(program: string): void {
    rmSync(join(this.#at, `${basename(program)}.words`), { force: true })
  }
}
