import assert from 'node:assert/strict'
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { after, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { cases } from '../../rig/cases.ts'
import { makeKey } from './sshd-rig.ts'

// A server that means harm, in a process of its own, and a guest in another: each visit must come to its end, in bounded time and memory, with a
// verdict that is true. What is true is looked up where the server has really run what it was sent.

/** Milliseconds a visit may take: the limits of connecting, of a greeting and of ending, one after the other. */
const LONGEST = 20_000
const MOST_MB = 512
const dir = mkdtempSync(join(tmpdir(), 'hostwright-adversary-'))
const Verdict = z.strictObject({ reached: z.enum(['nowhere', 'login', 'shell', 'waits', 'unknown', 'failed', 'drifted', 'done']), why: z.string(), ms: z.number(), mb: z.number() })
type Verdict = z.output<typeof Verdict>

/** A child of which each line of stdin is answered by a line. */
class Talker {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>
  readonly #name: string

  constructor(name: string, ...args: string[]) {
    this.#name = name
    const program = fileURLToPath(new URL(name, import.meta.url))
    this.#child = spawn(process.execPath, ['--max-old-space-size=256', '--import', 'tsx', program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child.stdin.on('error', () => {}) // it is gone: line() tells
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /** @throws when there is none in time: what hangs is ended. */
  async line(): Promise<string> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => (this.end(), reject(new Error(`${this.#name}: no answer within ${LONGEST} ms`))), LONGEST)
    })
    const { value, done } = await Promise.race([this.#lines.next(), late])
    clearTimeout(timer)
    if (done === true) throw new Error(`${this.#name} is gone: ${this.#child.exitCode ?? this.#child.signalCode}`)
    return String(value)
  }

  ask(line: string): Promise<string> {
    this.#child.stdin.write(`${line}\n`)
    return this.line()
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  end(): void {
    this.#child.kill('SIGKILL')
  }
}

const keys = { host: makeKey(join(dir, 'host'), 'ed25519'), other: makeKey(join(dir, 'other'), 'ed25519'), client: makeKey(join(dir, 'client'), 'ed25519') }
/** Pairs of the two, by number. What is timed has the first one for itself; the others only help where many visits are mostly waiting. */
const pairs = new Map<number, { readonly server: Talker; readonly guest: Talker }>()
const PAIRS = 4
let visits = 0

/** Both of a pair; new ones where a test has ended them. */
async function both(number: number) {
  const known = pairs.get(number)
  if (known?.server.alive === true && known.guest.alive) return known
  end(number)
  const home = join(dir, String(number))
  mkdirSync(home, { recursive: true })
  const server = new Talker('./adversary-server.ts', keys.host, keys.other)
  const guest = new Talker('./adversary-guest.ts', await server.line(), keys.client, home)
  const pair = { server, guest }
  pairs.set(number, pair)
  await guest.line()
  return pair
}

function end(number: number): void {
  pairs.get(number)?.server.end()
  pairs.get(number)?.guest.end()
}
after(() => {
  for (const number of pairs.keys()) end(number)
  rmSync(dir, { recursive: true, force: true })
})

/** One visit, and what must be so whatever was done to it. */
async function visit(trick: string, number = 0): Promise<Verdict> {
  const { server, guest } = await both(number)
  // In a directory of its own, for a write sweeps up what another one left, and nobody holds the lock here.
  const file = join(dir, String(number), `file-${++visits}`)
  // More than a window where windows are played with.
  const lines = trick.startsWith('window') ? 500_000 : 4096
  const patience = /^(?:window|flood)/.test(trick) ? 4000 : 1500
  assert.equal(await server.ask(trick), 'ok')
  const verdict = Verdict.parse(JSON.parse(await guest.ask(`${file} ${lines} ${patience}`)))
  const told = `${trick}: ${JSON.stringify(verdict)}`
  if (verdict.reached === 'done') assert.equal(readFileSync(file, 'utf8'), 'as it should be\n'.repeat(lines), told)
  else assert.notEqual(verdict.why, '', told)
  // Before it was sent, nothing is done; what was sent and not answered may be.
  if (!['done', 'unknown'].includes(verdict.reached)) assert.ok(!existsSync(file), told)
  assert.ok(verdict.mb < MOST_MB, told)
  return verdict
}

test('the adversary as it should be', async () => {
  assert.deepEqual((await visit('good')).reached, 'done')
})

/** A visit each, and how many came how far. */
async function all(t: TestContext, tricks: readonly string[]): Promise<Record<string, number>> {
  const reached: Record<string, number> = {}
  const left = [...tricks]
  const visitor = async (number: number): Promise<void> => {
    for (let trick = left.shift(); trick !== undefined; trick = left.shift()) {
      const verdict = await visit(trick, number)
      reached[verdict.reached] = (reached[verdict.reached] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: PAIRS }, (_, number) => visitor(number)))
  t.diagnostic(JSON.stringify(reached))
  return reached
}

const MESSAGES = 20
for (const trick of ['close', 'skip', 'twice', 'swap'])
  test(`fault 8: at each of the first ${MESSAGES} messages: ${trick}`, { timeout: 600_000 }, async (t) => {
    await all(t, Array.from({ length: MESSAGES }, (_, number) => `${trick} ${number}`))
  })

test('silence after any message up to the login', { timeout: 300_000 }, async (t) => {
  const { nowhere = 0, login = 0 } = await all(t, Array.from({ length: 9 }, (_, number) => `silence ${number}`))
  assert.equal(nowhere + login, 9)
})

const SEEDS = cases(12, 1000)
for (const trick of ['mutate', 'types'])
  test(`${SEEDS} visits with messages that are other ones now and then: ${trick}`, { timeout: cases(600_000, 7_200_000) }, async (t) => {
    await all(t, Array.from({ length: SEEDS }, (_, seed) => `${trick} ${seed}`))
  })

const rows: [trick: string, reached: RegExp, why: RegExp][] = [
  ['flood marks', /^shell$/, /says more than any answer/],
  ['flood sections', /^(?:shell|unknown)$/, /says more than any answer/],
  ['flood stdout', /^(?:waits|unknown)$/, /^(?:looks|waits)$/],
  ['flood stderr', /^(?:waits|unknown)$/, /^(?:looks|waits)$/],
  ['flood mark', /^(?:waits|unknown)$/, /^(?:looks|waits)$/],
  ['flood greeting', /^login$/, /says more than a greeting/],
  ['flood ignore', /^done$/, /^$/],
  ['flood banner', /^done$/, /^$/],
  ['window none', /^(?:waits|unknown)$/, /^(?:looks|waits)$/],
  ['window huge', /^done$/, /^$/],
  ['window beyond', /^done$/, /^$/],
  ['exit first', /^done$/, /^$/],
  ['exit none', /^done$/, /^$/],
  ['exit twice', /^done$/, /^$/],
]
for (const [trick, reached, why] of rows)
  test(`adversary: ${trick}`, { timeout: 60_000 }, async () => {
    const verdict = await visit(trick)
    assert.match(verdict.reached, reached, JSON.stringify(verdict))
    assert.match(verdict.why, why)
  })

const known = join(dir, '0', 'known_hosts')
for (const when of ['look', 'act'])
  test(`fault 18: another host key when keys are exchanged anew, in the middle of ${when === 'look' ? 'a look' : 'an act'}: the line ends, and why is told`, { timeout: 60_000 }, async () => {
    assert.equal((await visit(`rekey same ${when}`)).reached, 'done', 'the same key again is fine')
    const before = readFileSync(known, 'utf8')
    const verdict = await visit(`rekey other ${when}`)
    assert.equal(verdict.reached, when === 'look' ? 'shell' : 'unknown', JSON.stringify(verdict))
    assert.match(verdict.why, /the host key of \S+ has CHANGED: it shows/)
    assert.equal(readFileSync(known, 'utf8'), before)
  })

test('fault 18: another host key in the first connection there ever was, where new keys are welcome: refused, and only the first is written down', { timeout: 60_000 }, async () => {
  rmSync(known, { force: true })
  const verdict = await visit('rekey other look')
  assert.equal(verdict.reached, 'shell', JSON.stringify(verdict))
  assert.match(verdict.why, /has CHANGED while connected/)
  const key = (file: string) => readFileSync(`${file}.pub`, 'utf8').split(' ')[1] ?? ''
  const written = readFileSync(known, 'utf8')
  assert.deepEqual([written.includes(key(keys.host)), written.includes(key(keys.other))], [true, false])
})
