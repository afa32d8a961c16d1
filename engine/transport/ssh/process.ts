import type { ClientChannel } from 'ssh2'
import type { Ended, Gone, LinkError, RemoteProcess } from '../connection.ts'
import { linkError } from './errors.ts'

/** After the exit status: output still on its way may take this long per piece, and all of it the longer time. */
const GRACE_MS = 2_000
const LONGEST_GRACE_MS = 30_000

/** A line that is given up closes its channels first, and says a moment later why. */
const REASON_MS = 100

/**
 * A running command over its channel. Done when it has exited and both outputs have ended; a child in the background that keeps the channel
 * open is waited for only briefly. A channel that closes without an exit status is `lost`, never a success.
 */
export function remoteProcess(channel: ClientChannel, label: string, gone: Promise<Gone>): RemoteProcess {
  let status: Exclude<Ended, { kind: 'lost' }> | undefined
  let done = false
  let listening = false
  let destroyed = false
  let over: LinkError | undefined
  let grace: NodeJS.Timeout | undefined
  let latest = Number.POSITIVE_INFINITY
  const open = new Set(['stdout', 'stderr', 'channel'])
  const writing = new Set<() => void>()
  let finish: (ended: Ended) => void = () => {}
  const ended = new Promise<Ended>((resolve) => {
    finish = resolve
  })

  function settle(lost: LinkError): void {
    if (done) return
    done = true
    clearTimeout(grace)
    finish(status ?? { kind: 'lost', error: lost })
    for (const release of writing) release()
    channel.destroy()
  }

  const noStatus = (): LinkError => over ?? linkError('lost', destroyed ? `we gave up on a command on ${label} before it had ended` : `a command on ${label} ended without telling its exit status`)

  function closed(what: string): void {
    open.delete(what)
    if (open.size > 0) return
    if (status === undefined) setTimeout(() => settle(noStatus()), REASON_MS)
    else settle(noStatus())
  }

  function waitABit(): void {
    if (status === undefined || done) return
    clearTimeout(grace)
    grace = setTimeout(() => settle(noStatus()), Math.max(0, Math.min(GRACE_MS, latest - performance.now())))
  }

  channel.on('error', () => {})
  channel.stderr.on('error', () => {})
  channel.on('exit', (code: number | null, signal?: string) => {
    status ??= code === null ? { kind: 'killed', signal: signal ?? 'unknown' } : { kind: 'exited', code }
    latest = performance.now() + LONGEST_GRACE_MS
    waitABit()
  })
  channel.on('end', () => closed('stdout'))
  channel.stderr.on('end', () => closed('stderr'))
  channel.on('close', () => closed('channel'))
  void gone.then(({ error }) => {
    over = error
    // What has arrived already is still being handed out: let it.
    setTimeout(() => settle(noStatus()), open.size === 0 ? 0 : 100)
  })
  // Nobody listens: drained all the same, because both outputs and every channel share the way.
  setImmediate(() => {
    if (!listening) listen({ stdout() {}, stderr() {} })
  })

  function listen(handlers: { stdout(chunk: Buffer): void; stderr(chunk: Buffer): void }): void {
    listening = true
    const handOut = (handler: (chunk: Buffer) => void) => (chunk: Buffer) => {
      if (!done) handler(chunk)
      waitABit()
    }
    channel.on('data', handOut((chunk) => handlers.stdout(chunk)))
    channel.stderr.on('data', handOut((chunk) => handlers.stderr(chunk)))
  }

  return {
    listen,
    write(bytes) {
      if (done || !channel.writable) return Promise.resolve()
      // ssh2 forgets the callback when the channel is no longer open: the end of the process counts too.
      return new Promise((resolve) => {
        const release = (): void => {
          writing.delete(release)
          resolve()
        }
        writing.add(release)
        channel.write(bytes, release)
      })
    },
    end() {
      if (!done) channel.end()
    },
    destroy() {
      destroyed = true
      settle(noStatus())
    },
    ended,
  }
}
