import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A port of this machine behind which a host seems to be far away. */
export interface Far extends AsyncDisposable {
  readonly address: string
  readonly port: number
  /** What went through since the last `reset`. */
  readonly seen: Seen
  reset(): void
}

export interface Seen {
  connections: number
  /**
   * The longest chain of question and answer, over all connections the longest: opening TCP is one; then one more whenever the host says
   * something after it has heard what answers its last. That many times `rtt` somebody waited. What is under way side by side counts once.
   */
  turns: number
  bytesUp: number
  bytesDown: number
  /** When the first connection came in, milliseconds since 1970. */
  firstAt: number | undefined
}

const nothing = (): Seen => ({ connections: 0, turns: 0, bytesUp: 0, bytesDown: 0, firstAt: undefined })

/**
 * Listens on a port of 127.0.0.1 and passes everything on, half of `rtt` later in each direction; the opening of TCP takes a turn as well.
 * No loss, no limit of bandwidth, order kept. Where the kernel has netem that is the better tool; this one also counts.
 *
 * @param rtt milliseconds there and back; with 0 turns are counted too high, for answers cross
 * @example
 * await using far = await startFar({ address: '10.77.0.11', port: 22, rtt: 100 })
 */
export async function startFar({ address, port, rtt }: { readonly address: string; readonly port: number; readonly rtt: number }): Promise<Far> {
  const open = new Set<Socket>()
  let seen = nothing()
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const mine = seen
    mine.connections++
    mine.firstAt ??= Date.now()
    let [askedUpTo, answeredUpTo] = [0, 0]
    const later = (ms: number, work: () => void): void => void setTimeout(work, ms)
    const keep = (socket: Socket): void => {
      open.add(socket)
      socket.on('close', () => open.delete(socket))
    }
    keep(near)
    const waiting: (Buffer | undefined)[] = []
    let far: Socket | undefined
    const give = (chunk: Buffer | undefined): void => {
      if (far === undefined) waiting.push(chunk)
      else if (chunk === undefined) far.end()
      else far.write(chunk)
    }
    near.on('data', (chunk: Buffer) => {
      mine.bytesUp += chunk.length
      const turn = answeredUpTo
      later(rtt / 2, () => {
        askedUpTo = Math.max(askedUpTo, turn)
        give(chunk)
      })
    })
    near.on('end', () => later(rtt / 2, () => give(undefined)))
    near.on('error', () => far?.destroy())
    // The client believes that it is connected at once; a real one would wait a turn, and the host hears of it half a turn after that.
    later(rtt * 1.5, () => {
      if (near.destroyed) return
      const host = connect({ host: address, port, noDelay: true, allowHalfOpen: true })
      far = host
      keep(host)
      for (const chunk of waiting.splice(0)) give(chunk)
      host.on('data', (chunk: Buffer) => {
        mine.bytesDown += chunk.length
        const turn = askedUpTo + 1
        later(rtt / 2, () => {
          answeredUpTo = Math.max(answeredUpTo, turn)
          mine.turns = Math.max(mine.turns, turn + 1)
          if (!near.destroyed) near.write(chunk)
        })
      })
      host.on('end', () => later(rtt / 2, () => near.end()))
      host.on('error', () => later(rtt / 2, () => near.destroy()))
      near.on('close', () => later(rtt, () => host.destroy()))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  return {
    address: '127.0.0.1',
    port: bound.port,
    get seen() {
      return seen
    },
    reset: () => void (seen = nothing()),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
