import { Agent, request } from 'node:http'

/** What a stretch of load saw. */
export interface LoadResult {
  readonly sent: number
  readonly failed: number
  /** The first few failures, in words. */
  readonly failures: readonly string[]
  /** Answers by what their body says of the version. */
  readonly versions: Readonly<Record<string, number>>
  readonly slowestMs: number
}

/**
 * Open-loop load on a lab host: requests leave at a fixed rate, whether or not earlier ones were answered, as users' do. Half of them on kept
 * connections, every fifth a POST. Anything but a 2xx with a whole body within the limit counts as failed.
 */
export class Load {
  readonly #target: { readonly address: string; readonly host: string; readonly path: string }
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })
  readonly #timer: NodeJS.Timeout
  readonly #open = new Set<Promise<void>>()
  readonly #failures: string[] = []
  readonly #versions: Record<string, number> = {}
  #sent = 0
  #failed = 0
  #slowest = 0

  /** Starts at once. `rate` is requests a second, at most 500; it stops by itself after five minutes. */
  constructor(target: { readonly address: string; readonly host: string; readonly path?: string }, rate: number) {
    this.#target = { path: '/', ...target }
    const last = performance.now() + 300_000
    this.#timer = setInterval(() => (performance.now() > last ? clearInterval(this.#timer) : this.#send()), 1000 / Math.min(rate, 500))
  }

  #send(): void {
    const number = this.#sent++
    const started = performance.now()
    const work = this.#request(number).then(
      (version) => {
        this.#versions[version] = (this.#versions[version] ?? 0) + 1
        this.#slowest = Math.max(this.#slowest, performance.now() - started)
      },
      (error: unknown) => {
        this.#failed++
        if (this.#failures.length < 10) this.#failures.push(`request ${number}: ${error instanceof Error ? error.message : String(error)}`)
      },
    )
    this.#open.add(work)
    void work.finally(() => this.#open.delete(work))
  }

  #request(number: number): Promise<string> {
    const { address, host, path } = this.#target
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: address, port: 80, path, method: number % 5 === 0 ? 'POST' : 'GET', headers: { host, ...(number % 5 === 0 && { 'content-length': 2 }) }, timeout: 10_000, ...(number % 2 === 0 ? { agent: this.#agent } : { agent: false }) },
        (answer) => {
          let body = ''
          answer.setEncoding('utf8')
          answer.on('data', (text: string) => (body += text))
          answer.on('error', reject)
          answer.on('end', () => {
            const status = answer.statusCode ?? 0
            if (status < 200 || status > 299) reject(new Error(`status ${status}`))
            else if (!answer.complete) reject(new Error('the answer was cut off'))
            else resolve(/v\d+[\w.-]*/.exec(body)?.[0] ?? 'no version')
          })
        },
      )
      sent.on('timeout', () => sent.destroy(new Error('no answer within 10 s')))
      sent.on('error', reject)
      sent.end(number % 5 === 0 ? 'hi' : undefined)
    })
  }

  /** No more requests; waits for the answers still owed. */
  async stop(): Promise<LoadResult> {
    clearInterval(this.#timer)
    await Promise.all(this.#open)
    this.#agent.destroy()
    return { sent: this.#sent, failed: this.#failed, failures: this.#failures, versions: this.#versions, slowestMs: Math.round(this.#slowest) }
  }
}
