import { z } from 'zod'

/** Where the load goes: an address, and the site that is asked for there. */
export interface Target {
  readonly address: string
  readonly host: string
  /** Default 80. */
  readonly port?: number
}

/** What the process of the load is told to do. */
export const Job = z.strictObject({
  target: z.strictObject({ address: z.string(), host: z.string(), port: z.int().default(80) }),
  rate: z.number().positive(),
  seconds: z.number().positive(),
  slow: z.boolean(),
  sockets: z.int().min(0),
})
export type Job = z.output<typeof Job>

/**
 * How one request ended.
 *
 * `answered`   a 2xx, whole, and after a POST with the body as it was sent.
 * `idle-reset` a kept connection was closed by the other side just when it was used again, and a client lost nothing by it: the connection had
 *              carried an answer before, no byte of this answer came, it was over within 100 ms of the request being handed to the connection,
 *              the method was GET, which RFC 9110 (9.2.2) lets a client send again by itself, and sent again on a new connection it was
 *              answered. All of that, or it is `failed`: a POST on such a connection is.
 * `failed`     anything else: another status, cut off, another body, no answer within 15 s, reset, refused, or not sent because 2,000 requests
 *              were under way already.
 */
export type Outcome =
  | { readonly kind: 'answered'; readonly version: string }
  | { readonly kind: 'idle-reset'; readonly version: string }
  | { readonly kind: 'failed'; readonly how: 'status' | 'cut off' | 'body' | 'timeout' | 'reset' | 'refused' | 'crowded'; readonly text: string }

const count = z.int().min(0)

/** What a stretch of load saw. Milliseconds are of answered requests, from when they should have left, less what was asked for with /slow. */
export const LoadResult = z.strictObject({
  sent: count,
  /** Requests, and websockets that were refused. */
  failed: count,
  idleResets: count,
  /** Kept connections that the other side closed while no request was on them: nobody lost anything, told for completeness. */
  idleCloses: count,
  /** Failures by how. */
  kinds: z.record(z.string(), count),
  /** The first five of each kind, in words. */
  failures: z.array(z.string()),
  /** Answers by version. */
  versions: z.record(z.string(), count),
  ms: z.strictObject({ p50: z.number(), p95: z.number(), p99: z.number(), max: z.number() }),
  /** How late requests left: what of `ms` is the load generator's own. */
  lateMs: z.strictObject({ p50: z.number(), p99: z.number(), max: z.number() }),
  seconds: z.number(),
  /** Websocket clients: those greeted by 101, messages echoed, ends with and without a close frame, messages that got no echo, refusals. */
  sockets: z.strictObject({ opened: count, echoes: count, goodbyes: count, cuts: count, unanswered: count, refused: count }),
})
export type LoadResult = z.output<typeof LoadResult>
