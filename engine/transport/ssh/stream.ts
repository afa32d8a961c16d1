import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import type { LinkError } from '../connection.ts'
import { within } from './deadline.ts'
import { linkError, tcpError } from './errors.ts'
import { saneChannel } from './sane-channel.ts'
import type { Hop } from './route.ts'

/** A byte stream to the sshd of a hop, nothing said yet. */
export type Opened = { readonly ok: true; readonly stream: Duplex } | { readonly ok: false; readonly error: LinkError; readonly again: boolean }

/** Milliseconds that an address of a name has before the next is tried: the first packet may be lost, and is sent again after a second. */
const ATTEMPT_MS = 2500

/** Over TCP. Small packets go out at once: ssh2 leaves Nagle on, which costs stalls of up to 100 ms. */
export function openTcp({ label, address, port, connectTimeoutMs }: Hop): Promise<Opened> {
  // Of a name with several addresses Node gives each but the last 250 ms by default: one lost packet, or a host far away, and it cannot be reached.
  const socket = connect({ host: address, port, noDelay: true, autoSelectFamilyAttemptTimeout: Math.min(ATTEMPT_MS, Math.ceil(connectTimeoutMs / 3)) })
  gatherWrites(socket)
  const opened = new Promise<Opened>((resolve) => {
    socket.once('connect', () => resolve({ ok: true, stream: socket }))
    // Stays for the life of the socket: an error nobody listens to would end the process.
    socket.on('error', (error) => resolve({ ok: false, ...tcpError(label, address, error) }))
  })
  return within(connectTimeoutMs, opened, () => {
    socket.destroy()
    return { ok: false, error: linkError('timeout', `${label} does not answer within ${connectTimeoutMs / 1000} s`), again: false }
  })
}

/**
 * What is written in one go leaves in one segment. ssh2 writes each of its messages in three pieces; without Nagle sshd would wake up for each.
 * To be called when `connect` was, which takes such a change back.
 */
function gatherWrites(socket: Socket): void {
  const write = socket.write.bind(socket)
  socket.write = (piece: string | Uint8Array, encoding?: BufferEncoding | ((error?: Error | null) => void), done?: (error?: Error | null) => void) => {
    if (socket.writableCorked === 0) {
      socket.cork()
      process.nextTick(() => socket.uncork())
    }
    return typeof encoding === 'function' ? write(piece, encoding) : write(piece, encoding, done)
  }
}

/** Through a bastion that is already logged in to. */
export function openThrough(bastion: Client, bastionLabel: string, { label, address, port, connectTimeoutMs }: Hop): Promise<Opened> {
  let late = false
  const opened = new Promise<Opened>((resolve) => {
    const fail = (why: string, hint?: string): void => resolve({ ok: false, again: false, error: linkError('refused', `${label} cannot be reached from ${bastionLabel}: ${why}`, hint) })
    try {
      bastion.forwardOut('127.0.0.1', 0, address, port, (error, channel) => {
        if (error !== undefined) {
          const forbidden = 'reason' in error && error.reason === 1
          if (forbidden) fail('forwarding to it is not allowed there', 'see AllowTcpForwarding and PermitOpen in the sshd_config of the bastion')
          else fail(error.message.replace(/^\(SSH\) Channel open failure: /, ''))
        } else if (late || !saneChannel(channel)) {
          channel.on('error', () => {})
          channel.destroy()
          fail('the bastion offers a channel that cannot carry anything')
        } else {
          channel.on('error', () => {})
          resolve({ ok: true, stream: channel })
        }
      })
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error))
    }
  })
  return within(connectTimeoutMs, opened, () => {
    late = true
    return { ok: false, again: false, error: linkError('timeout', `${label} does not answer ${bastionLabel} within ${connectTimeoutMs / 1000} s`) }
  })
}
