import { createServer, connect, type Socket } from 'node:net'

/** A TCP server on loopback that treats its guests as the test says. */
export interface Hostile extends AsyncDisposable {
  readonly port: number
  /** How many came so far. */
  guests(): number
}

export async function hostile(treat: (guest: Socket, number: number) => void): Promise<Hostile> {
  const sockets = new Set<Socket>()
  let guests = 0
  const server = createServer((socket) => {
    guests += 1
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    treat(socket, guests)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const at = server.address()
  if (typeof at !== 'object' || at === null) throw new Error('no port')
  return {
    port: at.port,
    guests: () => guests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Hands a guest on to a real server. The way back tells how to cut the line without a word. */
export function handOn(guest: Socket, port: number): { cut(): void } {
  const server = connect(port, '127.0.0.1')
  server.on('error', () => guest.destroy()).on('close', () => guest.destroy())
  guest.on('close', () => server.destroy())
  guest.pipe(server)
  server.pipe(guest)
  return {
    cut() {
      guest.unpipe(server)
      server.unpipe(guest)
      guest.resume()
      server.resume()
    },
  }
}
