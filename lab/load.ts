import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { LabError } from './error.ts'
import { Job, LoadResult, type Target } from './load/types.ts'

export type { LoadResult } from './load/types.ts'

export interface LoadOptions {
  /** Seconds after which it stops by itself, at most 1800. Default 300. */
  readonly seconds?: number
  /** Whether three requests in twenty ask for an answer that takes up to 3 s. Default true. */
  readonly slow?: boolean
  /** Websocket clients besides, at most 100. Default none. */
  readonly sockets?: number
}

/**
 * Open-loop load on a lab host: requests leave at a fixed rate, whether or not earlier ones were answered, as users' do. Half of them on kept
 * connections, every fifth a POST of which the body must come back. In a process of its own, so that who measures is not disturbed by who is
 * measured. What counts as failed is said at `Outcome` in load/types.ts.
 */
export class Load {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  #result: unknown
  /** Settles when the first request leaves. */
  readonly started: Promise<unknown>

  /** Starts at once. `rate` is requests a second, at most 500. */
  constructor(target: Target, rate: number, { seconds = 300, slow = true, sockets = 0 }: LoadOptions = {}) {
    const job = Job.parse({ target, rate: Math.min(rate, 500), seconds: Math.min(seconds, 1800), slow, sockets: Math.min(sockets, 100) })
    this.#child = fork(fileURLToPath(new URL('load/child.ts', import.meta.url)), [JSON.stringify(job)], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#child.on('message', (result) => (this.#result = result)) // the first says that it began, the last is the result
    this.#ended = once(this.#child, 'close')
    this.started = Promise.race([once(this.#child, 'message'), this.#ended])
  }

  /** No more requests; waits for the answers still owed. */
  async stop(): Promise<LoadResult> {
    if (this.#child.connected) this.#child.send('stop', () => {}) // it may just be ending by itself
    await this.#ended
    const result = LoadResult.safeParse(this.#result)
    if (!result.success) throw new LabError('the load generator died, see above')
    return result.data
  }
}
