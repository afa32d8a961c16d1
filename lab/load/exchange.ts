import { Agent, request } from 'node:http'
import type { Socket } from 'node:net'
import type { Job, Outcome } from './types.ts'
import type { Wish } from './wish.ts'

const LIMIT_MS = 15_000
/** A close that was on its way when the request was written is seen by then; later, the other side may have read the request. */
const RACE_MS = 100

/** Sends requests and judges how they end. */
export class Client {
  readonly #target: Job['target']
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 256, scheduling: 'fifo' }) // fifo: every kept connection is used again
  readonly #kept = new WeakSet<Socket>()
  readonly #busy = new WeakSet<Socket>()
  #closing = false
  /** Kept connections that the other side closed while no request was on them. */
  idleCloses = 0

  constructor(target: Job['target']) {
    this.#target = target
  }

  async send(wish: Wish): Promise<Outcome> {
    const first = await this.#exchange(wish)
    if (first.kind !== 'idle-reset' || wish.method !== 'GET') return first.kind === 'idle-reset' ? { kind: 'failed', how: 'reset', text: 'POST on a kept connection that was just closed' } : first
    const again = await this.#exchange({ ...wish, kept: false })
    return again.kind === 'answered' ? { kind: 'idle-reset', version: again.version } : again
  }

  close(): void {
    this.#closing = true
    this.#agent.destroy()
  }

  #exchange({ method, path, body, kept }: Wish): Promise<Outcome> {
    const { address, host, port } = this.#target
    return new Promise((resolve) => {
      let socket: Socket | undefined
      let readBefore = 0
      let handedAt = 0
      const limit = setTimeout(() => {
        end({ kind: 'failed', how: 'timeout', text: `no whole answer within ${LIMIT_MS / 1000} s` })
        sent.destroy()
      }, LIMIT_MS)
      const end = (outcome: Outcome) => {
        clearTimeout(limit)
        if (socket !== undefined) this.#busy.delete(socket)
        resolve(outcome)
      }
      const sent = request({ host: address, port, path, method, headers: { host, ...(body && { 'content-length': body.length }) }, agent: kept && this.#agent }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', (error) => end({ kind: 'failed', how: 'cut off', text: error.message }))
        answer.on('end', () => {
          const status = answer.statusCode ?? 0
          if (status < 200 || status > 299) end({ kind: 'failed', how: 'status', text: `status ${status}` })
          else if (!answer.complete) end({ kind: 'failed', how: 'cut off', text: 'the answer ended early' })
          else if (body && !body.equals(Buffer.concat(chunks))) end({ kind: 'failed', how: 'body', text: 'another body came back than was sent' })
          else end({ kind: 'answered', version: String(answer.headers['x-app-version'] ?? 'none') })
        })
      })
      sent.on('socket', (given) => {
        socket = given
        readBefore = given.bytesRead
        handedAt = performance.now()
        if (kept) this.#watch(given)
      })
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const silent = socket !== undefined && socket.bytesRead === readBefore
        if (sent.reusedSocket && silent && (error.code === 'ECONNRESET' || error.code === 'EPIPE') && performance.now() - handedAt <= RACE_MS) end({ kind: 'idle-reset', version: '' })
        else end({ kind: 'failed', how: error.code === 'ECONNREFUSED' ? 'refused' : silent ? 'reset' : 'cut off', text: `${error.message}${sent.reusedSocket ? ' on a kept connection' : ''}` })
      })
      sent.end(body)
    })
  }

  #watch(socket: Socket): void {
    this.#busy.add(socket)
    if (this.#kept.has(socket)) return
    this.#kept.add(socket)
    socket.once('close', () => {
      if (!this.#busy.has(socket) && !this.#closing) this.idleCloses++
    })
  }
}
