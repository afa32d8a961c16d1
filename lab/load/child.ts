/** The process of the load: sends at the rate it is told, and hands the result to its parent when that says stop, or when its time is over. */
import { Client } from './exchange.ts'
import { percentiles } from './percentile.ts'
import { Job, type LoadResult, type Outcome } from './types.ts'
import { WebSockets } from './websocket.ts'
import { type Wish, wish } from './wish.ts'

const MOST_OPEN = 2000

const job = Job.parse(JSON.parse(process.argv[2] ?? ''))
const client = new Client(job.target)
const webSockets = new WebSockets(job.target, job.sockets)
const open = new Set<Promise<void>>()
const times: number[] = []
const late: number[] = []
const failures: string[] = []
const kinds: Record<string, number> = {}
const versions: Record<string, number> = {}
const add = (counts: Record<string, number>, key: string) => (counts[key] = (counts[key] ?? 0) + 1)
let sent = 0
let idleResets = 0

process.send?.('started')
const started = performance.now()
const timer = setInterval(() => {
  const now = performance.now()
  // As many as should have left by now: a timer that comes late sends late, but not fewer.
  for (; sent < ((now - started) * job.rate) / 1000; sent++) send(sent, started + (sent * 1000) / job.rate)
  if (now - started > job.seconds * 1000) void finish()
}, 1)

function send(number: number, due: number): void {
  late.push(performance.now() - due)
  const one = wish(number, job.slow)
  if (open.size >= MOST_OPEN) return judge(number, one, { kind: 'failed', how: 'crowded', text: `${MOST_OPEN} requests were under way` })
  const work = client.send(one).then((outcome) => {
    if (outcome.kind !== 'failed') times.push(performance.now() - due - one.askedMs)
    judge(number, one, outcome)
  })
  open.add(work)
  void work.finally(() => open.delete(work))
}

function judge(number: number, { method, path, kept }: Wish, outcome: Outcome): void {
  if (outcome.kind === 'failed') {
    add(kinds, outcome.how)
    if ((kinds[outcome.how] ?? 0) <= 5) failures.push(`${new Date().toISOString()} request ${number} (${method} ${path}${kept ? ', kept' : ''}): ${outcome.text}`)
    return
  }
  add(versions, outcome.version)
  if (outcome.kind === 'idle-reset') idleResets++
}

let finishing = false
async function finish(): Promise<void> {
  if (finishing) return
  finishing = true
  clearInterval(timer)
  const seconds = (performance.now() - started) / 1000
  await Promise.all(open)
  client.close()
  webSockets.close()
  const refused = webSockets.seen.refused
  if (refused > 0) kinds['websocket refused'] = refused
  const result: LoadResult = {
    sent,
    failed: Object.values(kinds).reduce((all, each) => all + each, 0),
    idleResets,
    idleCloses: client.idleCloses,
    kinds,
    failures: [...failures, ...webSockets.failures],
    versions,
    ms: percentiles(times, { p50: 0.5, p95: 0.95, p99: 0.99, max: 1 }),
    lateMs: percentiles(late, { p50: 0.5, p99: 0.99, max: 1 }),
    seconds: Math.round(seconds * 10) / 10,
    sockets: webSockets.seen,
  }
  process.send?.(result, () => process.exit(0))
}

process.on('message', () => void finish())
process.on('disconnect', () => process.exit(1)) // nobody is left who would want the result
