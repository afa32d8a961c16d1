import { codeOf } from '../../values/error-code.ts'
import { visible } from '../../values/visible.ts'
import type { LinkError } from '../connection.ts'
import { linkError, turnedAway } from './errors.ts'
import type { Hop } from './route.ts'

/** How far a handshake came: nothing like SSH heard yet, agreeing on keys, logging in. */
export type Stage = 'greeting' | 'keys' | 'login'

/** What is known when a handshake fails. No `error`: the other side closed the connection. */
export interface Failed {
  readonly stage: Stage
  readonly error?: Error
  readonly timedOut: boolean
  /** The first bytes the server sent. */
  readonly heard: string
  readonly login: { exhausted(): boolean; tried(): string; takes(): string }
  readonly notes: readonly string[]
}

/** Why a handshake failed, and whether trying again may help: only where sshd turned us away before it had said a word. */
export function explainHandshake(hop: Hop, failed: Failed): { readonly error: LinkError; readonly again: boolean } {
  switch (failed.stage) {
    case 'greeting':
      return greeting(hop, failed)
    case 'keys':
      return { error: keys(hop, failed), again: false }
    case 'login':
      return { error: login(hop, failed), again: false }
  }
}

function greeting({ label, connectTimeoutMs }: Hop, { timedOut, heard }: Failed): { error: LinkError; again: boolean } {
  const said = JSON.stringify(visible(heard.split('\n', 1)[0]?.trim().slice(0, 80) ?? '', 'line'))
  if (/^Exceeded MaxStartups/m.test(heard)) return { error: linkError('limit', `${label} has too many logins going on (it says ${said})`), again: true }
  if (/^Not allowed at this time/m.test(heard)) {
    const hint = 'sshd bans this machine for a while after failed logins (PerSourcePenalties): wait ten minutes, find out what fails, or exempt this machine'
    return { error: linkError('limit', `${label} turns us away (it says ${said})`, hint), again: false }
  }
  if (heard !== '') return { error: linkError('not-ssh', `${label} is not an SSH server: it says ${said}`), again: false }
  if (timedOut) return { error: linkError('timeout', `${label} takes the connection but says nothing within ${(2 * connectTimeoutMs) / 1000} s`), again: false }
  return turnedAway(label)
}

function keys({ label, connectTimeoutMs }: Hop, { error, timedOut }: Failed): LinkError {
  if (timedOut) return linkError('timeout', `${label} did not finish the SSH handshake within ${(2 * connectTimeoutMs) / 1000} s`)
  const message = error?.message ?? ''
  if (/no matching/i.test(message)) {
    return linkError('not-ssh', `${label} and we have no algorithm in common (${visible(message, 'line')})`, 'its sshd is very old, or asks for post-quantum key exchange, certificates or others that are not supported')
  }
  if (/identification|header|greeting/i.test(message)) return linkError('not-ssh', `${label} does not speak SSH 2 (${visible(message, 'line')})`)
  return linkError('lost', `${label} broke off the SSH handshake${reason(error)}`, 'the log of sshd on the host says why')
}

function login({ label, connectTimeoutMs, notes: passedOver }: Hop, { error, timedOut, login, notes }: Failed): LinkError {
  const all = [...passedOver, ...notes].map((note) => `; ${visible(note, 'line')}`).join('')
  const takes = login.takes() === '' ? '' : `; it takes ${visible(login.takes(), 'line')}`
  if (timedOut) return linkError('timeout', `${label} did not finish the login within ${(2 * connectTimeoutMs) / 1000} s`)
  if (error !== undefined && 'expired' in error) return linkError('auth', `${label} wants a new password before it lets us in`, 'log in by hand once and set it')
  if (login.exhausted() || /too many authentication failures/i.test(error?.message ?? '')) {
    return linkError('auth', `${label} refuses our login: tried ${login.tried()}${takes}${all}`)
  }
  return linkError('lost', `${label} ended the connection during the login${reason(error)}: tried ${login.tried()}${all}`, 'the log of sshd on the host says why')
}

/** A connection that was there and is gone. */
export function explainLoss(label: string, error: Error | undefined): LinkError {
  if (error === undefined) return linkError('lost', `${label} closed the connection`)
  if (error.message === 'Keepalive timeout') return linkError('lost', `${label} gives no sign of life any more (three keep-alives unanswered)`)
  return linkError('lost', `the connection to ${label} was lost${reason(error)}`)
}

function reason(error: Error | undefined): string {
  if (error === undefined) return ''
  const code = codeOf(error, error.message)
  return ` (${visible(code, 'line')})`
}
