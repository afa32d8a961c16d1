/** Time ran out before there was an answer. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime'
  constructor(ms: number) {
    super(`no answer within ${ms / 1000} s`)
  }
}

/**
 * Gives what the work gives, and no longer than so many milliseconds. The work is told to stop by its signal; one that does not listen is left behind.
 *
 * @throws OutOfTime, or what the work throws.
 */
export async function withinTime<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // First the reason, so that it is told in place of the abort that follows from it.
      reject(new OutOfTime(ms))
      stop.abort()
    }, ms)
  })
  try {
    return await Promise.race([work(stop.signal), late])
  } finally {
    clearTimeout(timer)
  }
}
