import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import type { Socket } from 'node:net'
import type { Job, LoadResult } from './types.ts'

const EVERY_MS = 500
const LIMIT_MS = 5000

/** Websocket clients that each send a message twice a second, want it back, and come back themselves when the connection ends. */
export class WebSockets {
  readonly seen: LoadResult['sockets'] = { opened: 0, echoes: 0, goodbyes: 0, cuts: 0, unanswered: 0, refused: 0 }
  readonly failures: string[] = []
  readonly #target: Job['target']
  readonly #open = new Set<Socket>()
  #closing = false

  constructor(target: Job['target'], count: number) {
    this.#target = target
    for (let n = 0; n < count; n++) this.#connect()
  }

  close(): void {
    this.#closing = true
    for (const socket of this.#open) socket.destroy()
  }

  #connect(): void {
    if (this.#closing) return
    const { address, host, port } = this.#target
    const refused = (text: string) => {
      this.seen.refused++
      if (this.failures.length < 5) this.failures.push(`websocket: ${text}`)
      setTimeout(() => this.#connect(), EVERY_MS)
    }
    const sent = request({ host: address, port, path: '/', headers: { host, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': randomBytes(16).toString('base64') }, agent: false, timeout: LIMIT_MS })
    sent.on('response', (answer) => (answer.resume(), refused(`status ${answer.statusCode ?? 0}`)))
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${LIMIT_MS / 1000} s`)))
    sent.on('error', (error) => refused(error.message))
    sent.on('upgrade', (_, duplex, head) => {
      const socket = sent.socket
      if (socket === null || duplex !== socket) throw new Error('an upgrade without its socket')
      this.#talk(socket, head)
    })
    sent.end()
  }

  #talk(socket: Socket, head: Buffer): void {
    this.seen.opened++
    this.#open.add(socket)
    const owed: string[] = []
    let number = 0
    let saidGoodbye = false
    let buffered = head
    const timer = setInterval(() => {
      const text = `message ${number++}`
      owed.push(text)
      socket.write(frame(1, Buffer.from(text)))
    }, EVERY_MS)
    const read = (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk])
      for (let one = unframe(buffered); one !== undefined; one = unframe(buffered)) {
        buffered = buffered.subarray(one.size)
        if (one.opcode === 8) {
          saidGoodbye = true
          clearInterval(timer)
          socket.end(frame(8, one.payload))
        } else if (one.payload.toString() === owed[0]) {
          owed.shift()
          this.seen.echoes++
        }
      }
    }
    socket.setTimeout(LIMIT_MS, () => socket.destroy())
    socket.on('data', read)
    socket.on('error', () => {}) // told by `close`
    socket.on('close', () => {
      clearInterval(timer)
      this.#open.delete(socket)
      if (this.#closing) return
      this.seen[saidGoodbye ? 'goodbyes' : 'cuts']++
      this.seen.unanswered += owed.length
      this.#connect()
    })
  }
}

/** A final frame, masked as clients must (RFC 6455, 5.3). Payloads here are short. */
function frame(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4)
  return Buffer.concat([Buffer.from([128 | opcode, 128 | payload.length]), mask, payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))])
}

/** The first frame of what a server sent, which is not masked, and how long it is; undefined while it is not whole. */
function unframe(bytes: Buffer): { opcode: number; payload: Buffer; size: number } | undefined {
  const length = bytes[1]
  if (length === undefined || bytes.length < 2 + length) return undefined
  return { opcode: (bytes[0] ?? 0) & 15, payload: bytes.subarray(2, 2 + length), size: 2 + length }
}
