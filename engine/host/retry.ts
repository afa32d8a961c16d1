import type { HostContext } from './context.ts'
import { TaskFailed } from './failure.ts'

/**
 * How an action that fails is tried again: whatever made it fail, an exit code, its time that was up, an answer that it does not take for a result. Not
 * when the line is lost: then nobody knows what it did.
 */
export interface Retries {
  /** How often it is tried again after a failure: 2 is three tries at most. Default: 0. */
  readonly retries?: number
  /** Seconds before each of these. Default: 5. */
  readonly delaySeconds?: number
}

/** Tries again after a failure: only for actions, which say themselves that repeating them is fine by asking for it. */
export async function retrying<T>(context: HostContext, { retries = 0, delaySeconds = 5 }: Retries, work: () => Promise<T>, note: (text: string) => void): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof TaskFailed) || attempt >= retries) throw error
      const { host, role, task } = error.failure
      context.emit({ type: 'rescued', host, role, task })
      note(`${task}: try ${attempt + 1} of ${retries + 1} failed; again in ${delaySeconds} s`)
      await pause(context, delaySeconds)
    }
  }
}

/** Waits, and notices within a quarter of a second when the run is to stop. */
async function pause(context: HostContext, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000
  for (let left = end - performance.now(); left > 0; left = end - performance.now()) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(250, left)))
    context.checkStopped()
  }
}
