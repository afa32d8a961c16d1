import type { Secret } from '../../values/secret.ts'
import { timerMs } from '../../values/timer.ts'
import { visible } from '../../values/visible.ts'
import type { Ended, LinkError, RemoteProcess } from '../connection.ts'
import { SUDO_PASSED, SUDO_PROMPT } from './bootstrap.ts'
import type { MarkScanner } from './scanner.ts'

export interface Greeting {
  /** Who is there, for messages. */
  readonly target: string
  readonly process: RemoteProcess
  readonly stdout: MarkScanner
  readonly stderr: MarkScanner
  /** Become this user by sudo. */
  readonly become?: { readonly user: string; readonly password?: Secret } | undefined
  /** Milliseconds for the shell to say that it is there. */
  readonly deadline: number
  /** Sends the resident program. */
  hello(): void
  /** Sends a line; the shell has not been greeted yet. */
  say(line: string): void
  /** The shell is there: what comes after this, on that stream, is said to somebody else. */
  ready(stream: 'stdout' | 'stderr'): void
}

/** Characters. Who holds the lock, what tools there are: some lines. */
const LONGEST = 256 * 1024

/**
 * Sends the resident program and waits until it answers; gives sudo's password when, and only when, it is asked for. Resolves with what the
 * prologue said: its marks, and the text after them.
 */
export async function greet({ target, process, stdout, stderr, become, deadline, hello, say, ready }: Greeting): Promise<{ readonly said: string; readonly error?: LinkError }> {
  let said = ''
  let noise = ''
  let asked = 0
  let greeted = false
  let timer: NodeJS.Timeout | undefined
  const error = await new Promise<LinkError | undefined>((resolve) => {
    const greetOnce = () => {
      if (!greeted) hello()
      greeted = true
    }
    const tooMuch = (): LinkError => ({ reason: 'no-shell', message: `${target}: /bin/sh says more than a greeting${told(noise)}` })
    const hear = (bytes: Buffer) => {
      if (said.length > LONGEST) return resolve(tooMuch())
      if (said !== '') said += bytes.toString()
      noise = (noise + bytes.toString()).slice(-2000)
      if (become?.password === undefined || greeted) return
      if (noise.includes(SUDO_PASSED)) return greetOnce()
      const prompts = noise.split(SUDO_PROMPT).length - 1
      if (prompts <= asked) return
      asked = prompts
      // Asked again means the first answer was wrong. A third try could lock the account.
      if (asked > 1) resolve({ reason: 'become', message: `${target}: sudo does not take the password for becoming ${become.user}`, hint: 'check the become password' })
      else say(`${become.password.reveal()}\n`)
    }
    const mark = (words: string) => {
      if (said.length > LONGEST) return resolve(tooMuch())
      said += `${words}\n`
      if (words !== 'ready') return
      ready('stdout')
      resolve(undefined)
    }
    stdout.sink = { bytes: hear, mark }
    stderr.sink = { bytes: hear, mark: () => ready('stderr') }
    process.listen({ stdout: (chunk) => stdout.push(chunk), stderr: (chunk) => stderr.push(chunk) })
    if (become?.password === undefined) greetOnce()
    void process.ended.then((ended) => resolve(noShell(target, ended, noise, become?.user)))
    timer = setTimeout(() => resolve({ reason: 'no-shell', message: `${target}: /bin/sh did not answer within ${deadline / 1000} s${told(noise)}` }), timerMs(deadline))
  })
  clearTimeout(timer)
  return { said, ...(error && { error }) }
}

function told(noise: string): string {
  const lines = noise.split('\n').map((line) => line.trim()).filter(Boolean)
  return lines.length === 0 ? '' : `; it said: ${visible(lines.slice(-5).join(' / ').slice(-400), 'line')}`
}

function noShell(target: string, ended: Ended, noise: string, become: string | undefined): LinkError {
  if (ended.kind === 'lost') return ended.error
  if (become !== undefined)
    return {
      reason: 'become',
      message: `${target}: cannot become ${become} with sudo${told(noise.replaceAll(SUDO_PROMPT, ''))}`,
      // In the words of sudo, and of sudo-rs.
      hint: /sudo: (?:unknown user|user '.*' not found)/.test(noise) ? `there is no user ${become} on this host: --become-user and ansible_become_user name one` : 'allow it in sudoers, or give the password: --ask-become-pass (-K)',
    }
  return { reason: 'no-shell', message: `${target}: the login gives no /bin/sh${told(noise)}`, hint: 'the login shell must run commands: not nologin, not a restricted shell' }
}
