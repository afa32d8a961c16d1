import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** A web server on loopback, or another address of this machine, gone with the test: `await using`. */
export interface WebServer extends AsyncDisposable {
  /** "http://127.0.0.1:PORT" */
  readonly url: string
  readonly port: number
  /** The paths that were asked for, in order. */
  readonly asked: string[]
}

export async function webServer(answer: (request: IncomingMessage, response: ServerResponse) => void, own = '127.0.0.1'): Promise<WebServer> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, own, resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://${own}:${port}`,
    port,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
