import pLimit from 'p-limit'
import type { ClientChannel } from 'ssh2'
import type { Connection, Gone, LinkError, Started } from '../connection.ts'
import { delay } from './deadline.ts'
import { linkError } from './errors.ts'
import type { Session } from './handshake.ts'
import { remoteProcess } from './process.ts'
import { saneChannel } from './sane-channel.ts'
import { countsFromZero, sendCommandAhead } from './unasked.ts'

/** sshd allows ten sessions a connection. */
const MOST_CHANNELS = 8

/** Milliseconds that a session which has ended may still count: sshd forgets it some time after it has answered what came with our farewell. */
const STILL_COUNTS_MS = 1000
const ASK_AGAIN_MS = 10

/** A command longer than this comes near what shells and sshd can take; ours are constants of a few words. */
const LONGEST_COMMAND = 32 * 1024

/** Servers that broke off when a command was sent ahead: they get it in its turn from then on. */
const strict = new Set<string>()

/** The connection to the last of the sessions, each of which goes through the one before. */
export function sshConnection(sessions: readonly Session[], target: Session, openTimeoutMs: number): Connection {
  const label = target.label
  const slot = pLimit(MOST_CHANNELS)
  let over: Gone | undefined
  let first = true
  let lastEnd = Number.NEGATIVE_INFINITY
  const gone = whyGone(sessions, target)
  void gone.then((why) => {
    over = why
    for (const session of sessions) void session.end()
  })

  async function start(command: string): Promise<Started> {
    if (command.includes('\0') || Buffer.byteLength(command) > LONGEST_COMMAND) {
      return { ok: false, error: linkError('no-shell', `a command of ${Buffer.byteLength(command)} bytes cannot be sent to ${label}: it is too long or has a NUL`, 'what varies goes through stdin') }
    }
    return new Promise<Started>((resolve) => {
      void slot(async () => {
        const started = await openOnceFree(command)
        resolve(started)
        if (!started.ok) return
        await started.process.ended
        lastEnd = performance.now()
      })
    })
  }

  /** A session that was refused has begun nothing: while one that has ended may still count, it is asked for again. */
  async function openOnceFree(command: string): Promise<Started> {
    const patience = performance.now() + openTimeoutMs
    for (;;) {
      const started = await open(command)
      if (started.ok || started.error.reason !== 'limit' || performance.now() > Math.min(patience, lastEnd + STILL_COUNTS_MS)) return started
      await delay(ASK_AGAIN_MS)
    }
  }

  function open(command: string): Promise<Started> {
    return new Promise<Started>((resolve) => {
      let late = false
      const ahead = first && countsFromZero(target.software) && !strict.has(label)
      first = false
      const fail = (error: LinkError): void => {
        const hasty = ahead && error.reason === 'lost'
        if (hasty) strict.add(label)
        resolve({ ok: false, error: hasty ? { ...error, again: true } : error })
      }
      const deadline = setTimeout(() => {
        late = true
        fail(linkError('timeout', `${label} did not start a command within ${openTimeoutMs / 1000} s`))
      }, openTimeoutMs)
      void gone.then(({ error }) => {
        clearTimeout(deadline)
        fail(error ?? closedByUs(label))
      })
      const opened = (error: Error | undefined, channel: ClientChannel | undefined): void => {
        clearTimeout(deadline)
        if (error !== undefined || channel === undefined) return fail(notStarted(label, error))
        const process = remoteProcess(channel, label, gone)
        if (saneChannel(channel) && !late) return resolve({ ok: true, process })
        process.destroy()
        fail(linkError('not-ssh', `${label} offers a channel that cannot carry anything`, 'its SSH server is broken or hostile'))
      }
      try {
        target.client.exec(command, opened)
        if (ahead) sendCommandAhead(target.client, command)
      } catch (error) {
        clearTimeout(deadline)
        fail(over === undefined ? notStarted(label, error) : (over.error ?? closedByUs(label)))
      }
    })
  }

  return {
    target: label,
    start,
    gone,
    async close(how) {
      for (const session of sessions.toReversed()) await session.end(how)
    },
  }
}

/** When a bastion goes, the target goes a moment later: the bastion is the one to name. */
async function whyGone(sessions: readonly Session[], target: Session): Promise<Gone> {
  const { error } = await target.gone
  if (error === undefined) return {}
  const first = await Promise.race([...sessions.map(({ gone }) => gone)])
  return { error: first.error ?? error }
}

function notStarted(label: string, error: unknown): LinkError {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof Error && 'reason' in error && typeof error.reason === 'number') {
    return linkError('limit', `${label} does not open another session (${message.replace(/^\(SSH\) Channel open failure: /, '')})`, 'raise MaxSessions in its sshd_config')
  }
  if (message === 'Unable to exec') return linkError('no-shell', `${label} refuses to run a command`)
  return linkError('lost', `the connection to ${label} is gone`)
}

function closedByUs(label: string): LinkError {
  return linkError('lost', `the connection to ${label} was closed by us`, 'nothing to do')
}
