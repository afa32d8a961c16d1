import pLimit, { type LimitFunction } from 'p-limit'
import type { LinkError } from '../connection.ts'
import { delay } from './deadline.ts'
import { handshake, type Session } from './handshake.ts'
import type { Hop } from './route.ts'
import { loadSsh2 } from './ssh2.ts'
import type { Opened } from './stream.ts'

/** sshd drops logins at random from the tenth that is under way (MaxStartups 10:30:100). */
const MOST_LOGINS = 8

/** Before a second and third try at most this much of the connect timeout: 2 s and 8 s, and at random, so that many do not come back at once. */
const WAITS = [0.2, 0.8] as const

const loginsAt = new Map<string, LimitFunction>()

/** Logs in at one hop. Tries again only where the server turned us away before saying a word; never after a refused login. */
export async function reach(hop: Hop, open: () => Promise<Opened>): Promise<{ readonly ok: true; readonly session: Session } | { readonly ok: false; readonly error: LinkError }> {
  const { Client } = await loadSsh2()
  for (let tries = 1; ; tries += 1) {
    const outcome = await oneOfFew(hop, async () => {
      const opened = await open()
      return opened.ok ? handshake(new Client(), hop, opened.stream) : opened
    })
    if (outcome.ok) return outcome
    const wait = outcome.again ? WAITS[tries - 1] : undefined
    if (wait === undefined) return { ok: false, error: tries === 1 ? outcome.error : { ...outcome.error, message: `${outcome.error.message} (${tries} tries)` } }
    await delay(Math.random() * wait * hop.connectTimeoutMs)
  }
}

function oneOfFew<T>({ address, port }: Hop, work: () => Promise<T>): Promise<T> {
  const key = `${address} ${port}`
  const limit = loginsAt.get(key) ?? pLimit(MOST_LOGINS)
  loginsAt.set(key, limit)
  return limit(work)
}
