/** What has to go however this process ends. Signals end it as `process.exit` does, so that it does go; only SIGKILL leaves it. */
const due = new Set<() => void>()

/** @returns does it now, and not again at the end. `work` must not wait for anything. */
export function atTheEnd(work: () => void): () => void {
  if (due.size === 0) listen()
  due.add(work)
  return () => {
    if (due.delete(work)) work()
  }
}

let listening = false
function listen(): void {
  if (listening) return
  listening = true
  process.on('exit', () => {
    for (const work of due) work()
  })
  for (const [signal, number] of [['SIGINT', 2], ['SIGTERM', 15], ['SIGHUP', 1]] as const) process.on(signal, () => process.exit(128 + number))
}
