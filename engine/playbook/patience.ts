import type { Watch } from '../host/watch.ts'

const HOUR_MS = 3_600_000

/**
 * Runs a role. What it asks of hosts has limits of its own; what it awaits besides (a build, a web service, a promise that never settles) is told
 * after a while, again and again ever more seldom, and given up in the end.
 *
 * @throws Error when nothing was asked of a host for `limitMs`. Whatever the role waits for may go on; it is not listened to any more.
 */
export async function withPatience(watch: Watch, work: () => Promise<void>, { limitMs = HOUR_MS, warn }: { readonly limitMs?: number | undefined; readonly warn: (seconds: number) => void }): Promise<void> {
  const first = Math.min(60_000, limitMs / 4)
  let next = first
  let timer: NodeJS.Timeout | undefined
  const givenUp = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      const idle = watch.idleMs
      if (idle < first) next = first
      if (idle >= limitMs) reject(new Error(`this role asked nothing of its host for ${Math.round(limitMs / 1000)} s, and did not end`))
      else if (idle >= next) {
        warn(Math.round(idle / 1000))
        next *= 3
      }
    }, first / 4)
  })
  try {
    await Promise.race([work(), givenUp])
  } finally {
    clearInterval(timer)
  }
}
