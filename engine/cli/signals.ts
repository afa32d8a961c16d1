/**
 * Ctrl-C, SIGTERM and a closed terminal: the first asks the run to come to rest at its next step, the second leaves at once (130).
 *
 * @param left what is said then of what may have been under way
 * @returns takes the handlers away again.
 */
export function onSignals(stop: (signal: string) => void, left: string): () => void {
  let asked = false
  const handle = (signal: NodeJS.Signals) => {
    if (asked) {
      process.stderr.write(`Left at once. ${left}\n`)
      process.exit(130)
    }
    asked = true
    stop(signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, handle)
  return () => {
    for (const signal of signals) process.off(signal, handle)
  }
}

/**
 * What nobody caught anywhere, an unhandled rejection too: told once, then the process ends (1). For the hosts that is as if it had been killed.
 *
 * @returns takes the handler away again.
 */
export function onUncaught(tell: (error: unknown) => Promise<unknown>): () => void {
  const handle = (error: unknown) => {
    process.off('uncaughtException', handle)
    void tell(error).finally(() => process.exit(1))
  }
  process.on('uncaughtException', handle)
  return () => void process.off('uncaughtException', handle)
}
