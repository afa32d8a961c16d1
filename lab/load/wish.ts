/** One request of the load. */
export interface Wish {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body: Buffer | undefined
  /** On a connection that was used before, if there is one. */
  readonly kept: boolean
  /** Milliseconds that the answer is asked to take. */
  readonly askedMs: number
}

/**
 * The longest body, in bytes. Above 4 KB Caddy can cut an answer by itself, on a busy machine and with no deploy in sight: Go's proxy passes such a body on
 * in pieces, an app that is quick answers before the proxy has seen the end of it, and Go's server then closes what is still being read
 * ("aborting with incomplete response … use of closed network connection" in Caddy's log; golang/go#40747). That is not what is measured here.
 */
const LONGEST = 2048

/**
 * Request number `n`, always the same. Of twenty: ten on kept connections; four POSTs; three that take 0.1 to 3 s (where `slow`): a GET on a
 * new connection, a GET on a kept one, a POST. The POST matters: a proxy may send a GET again by itself when the app went away under it.
 */
export function wish(n: number, slow: boolean): Wish {
  const askedMs = slow && [5, 7, 12].includes(n % 20) ? 100 + ((n * 7919) % 2901) : 0
  const path = askedMs > 0 ? `/slow?ms=${askedMs}` : '/'
  const kept = n % 2 === 0
  return n % 5 === 0 ? { method: 'POST', path, body: Buffer.alloc(16 + ((n * 6007) % (LONGEST - 16)), `${n} `), kept, askedMs } : { method: 'GET', path, body: undefined, kept, askedMs }
}
