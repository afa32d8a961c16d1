import { mkdtempSync, symlinkSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { after } from 'node:test'
import type { Connection, RemoteProcess } from '../../../engine/transport/connection.ts'
import { connectLocal } from '../../../engine/transport/local/connect.ts'
import { ShellLink, type ShellLinkOptions } from '../../../engine/transport/shell/link.ts'
import { ShellSession, type SessionOptions } from '../../../engine/transport/shell/session.ts'

/** A directory of this test file, gone at its end. */
export const folder = mkdtempSync(join(tmpdir(), 'hw-shell-'))
/** A test that failed must not leave a shell behind that keeps the others waiting. */
const running: RemoteProcess[] = []
after(() => {
  for (const process of running) process.destroy()
  return rm(folder, { recursive: true, force: true })
})

/** Hosts differ in what /bin/sh is, and in whose `stat`, `dd`, `find` and `timeout` they have. */
export const shells: Readonly<Record<string, string>> = {
  dash: '/bin/dash',
  'bash as sh': link('bash-as-sh', '/bin/bash'),
  'busybox ash': '/bin/busybox sh',
  'busybox alone': `/usr/bin/env PATH=${applets()} /bin/busybox sh`,
}

/** This machine, with that in the place of `exec /bin/sh`. What is started can be seen, and spoilt. */
export function connectTo(shell: string, onStart: (process: RemoteProcess) => RemoteProcess = (each) => each): Connection {
  const local = connectLocal()
  return {
    ...local,
    start: async (command) => {
      const started = await local.start(command.replace('exec /bin/sh', /^[a-z]+ /.test(shell) ? shell : `exec ${shell}`))
      if (started.ok) running.push(started.process)
      return started.ok ? { ok: true, process: onStart(started.process) } : started
    },
  }
}

export async function openSession(shell: string, options: SessionOptions = {}, onStart?: (process: RemoteProcess) => RemoteProcess): Promise<ShellSession> {
  const opened = await ShellSession.open(connectTo(shell, onStart), options)
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.session
}

export async function openLink(shell: string, options: ShellLinkOptions = {}, onStart?: (process: RemoteProcess) => RemoteProcess): Promise<ShellLink> {
  const opened = await ShellLink.open(connectTo(shell, onStart), options)
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.link
}

function link(name: string, target: string): string {
  const at = join(folder, name)
  execFileSync('mkdir', ['-p', at])
  symlinkSync(target, join(at, 'sh'))
  return join(at, 'sh')
}

function applets(): string {
  const at = join(folder, 'applets')
  execFileSync('mkdir', ['-p', at])
  execFileSync('/bin/busybox', ['--install', '-s', at])
  return at
}
