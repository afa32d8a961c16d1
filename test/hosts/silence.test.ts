/** Whoever we wait for goes silent: each wait ends at its limit, and says who it was. Hosts, packets and processes are real. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { dockerEngine } from '../../engine/facts/docker-engine.ts'
import { defineFact, type Fact } from '../../engine/facts/fact.ts'
import type { Change } from '../../engine/tasks/change.ts'
import { PATIENCE, ShellLink } from '../../engine/transport/shell/link.ts'
import { connectSsh } from '../../engine/transport/ssh/connect.ts'
import { CONNECT_TIMEOUT_MS, KEEPALIVE_MS } from '../../engine/transport/ssh/settings.ts'
import { namespacePath } from '../../lab/network.ts'
import { clientKey } from '../../lab/paths.ts'
import { readState } from '../../lab/state.ts'
import { cases } from '../rig/cases.ts'
import { onHost, openLab } from '../rig/lab-host.ts'
import { act, outcomeOf, runs, writes } from '../transport/shell/acts.ts'
import { hostile } from '../transport/ssh/hostile.ts'

const HOST = 'lab2'
const folder = mkdtempSync(join(tmpdir(), 'hw-silence-'))
after(() => rmSync(folder, { recursive: true }))
/** Usually we wait a shorter time; in the long run as long as we do. Milliseconds. */
const line = { connectTimeoutMs: cases(1500, CONNECT_TIMEOUT_MS), keepaliveMs: cases(1000, KEEPALIVE_MS) }
const shell = { connectTimeoutMs: 20_000, patience: cases(2000, PATIENCE) }
type Limits = typeof line | typeof shell
/** Four times asked, thrice without an answer. */
const DEAD = 4 * line.keepaliveMs
const HANDSHAKE = 2 * line.connectTimeoutMs
const TIME = { timeout: 400_000 }

/** Seconds that a look or a step takes which nobody waits for; no other program on the host sleeps so long. */
const LONG = '431'
const slowly = defineFact<string, string>({ name: 'slowFact', blank: '', read: () => `sleep ${LONG}; echo there`, parse: (output) => output.toString() })

/** What somebody says after at most this time, and ten seconds; the line is closed in it. */
async function saidWithin(ms: number, t: TestContext, what: () => Promise<string>): Promise<string> {
  const began = performance.now()
  const said = await what()
  const took = performance.now() - began
  t.diagnostic(`${(took / 1000).toFixed(1)} s, limit ${ms / 1000} s: ${said}`)
  assert.ok(took < ms + 10_000, `${took} ms, and the limit is ${ms}`)
  return said
}

/** Swallows what goes between us and sshd of the host, as a firewall does that forgot us. The way back lets it through again. */
function dropped(): () => void {
  const rule = (how: string) => {
    for (const [chain, port] of [['INPUT', '--dport'], ['OUTPUT', '--sport']] as const) execFileSync('nsenter', [`--net=${namespacePath(HOST)}`, 'iptables', how, chain, '-p', 'tcp', port, '22', '-j', 'DROP'])
  }
  rule('-I')
  return () => rule('-D')
}

const opened = async (limits: Limits): Promise<ShellLink> => (await openLab(HOST, { mode: 'check', limits })).link

/** The resident shell and the sshd above it, as the host counts them. */
async function processesOf(link: ShellLink): Promise<{ shell: string; sshd: string }> {
  const said = await outcomeOf(link, runs(['sh', '-c', `set -- $(cut -d' ' -f6 /proc/$PPID/stat); echo $1 $(awk '/^PPid/ { print $2 }' /proc/$1/status)`], { timeout: 0 }))
  const [, shell = '', sshd = ''] = /^done 0: (\d+) (\d+)$/m.exec(said) ?? []
  assert.equal(onHost(HOST, ['cat', `/proc/${sshd}/comm`, `/proc/${shell}/comm`]), 'sshd\nsh\n')
  return { shell, sshd }
}

const signal = (name: string, pid: string) => void onHost(HOST, ['kill', `-${name}`, pid])
const END = `for p in $(ps -eo pid,args | awk '$2 == "sleep" && $3 == "${LONG}" { print $1 }'); do kill "$p"; done`

interface Silence {
  readonly limits: Limits
  /** Milliseconds. */
  readonly limit: number
  /** What we wait for: the words of the error, or that there was none. */
  ask(link: ShellLink): Promise<string>
  /** What is to be known before gives what makes somebody silent, and that what lets them speak again. */
  prepare(link: ShellLink): Promise<() => () => void>
  /** They are silent before they are asked, not in the middle of it. */
  readonly before?: boolean
}

/** Opens a line, asks, and somebody goes silent. @returns what was said in the end; the line was closed in time, too. */
async function silence(t: TestContext, { limits, limit, ask, prepare, before = false }: Silence): Promise<string> {
  const link = await opened(limits)
  const begin = await prepare(link)
  let end = () => {}
  try {
    if (before) end = begin()
    const asked = ask(link)
    if (!before) await new Promise((resolve) => setTimeout(resolve, 500))
    return await saidWithin(limit, t, async () => {
      if (!before) end = begin()
      const said = await asked
      await link.close()
      return said
    })
  } finally {
    end()
    onHost(HOST, ['sh', '-c', END])
  }
}

const looking = (fact: Fact<unknown>) => async (link: ShellLink) => {
  const looked = await link.look([fact])
  return looked.kind === 'lost' ? looked.error.message : looked.kind
}
const acting = (change: Change) => async (link: ShellLink) => {
  const acted = await act(link, [change])
  return acted.kind === 'lost' ? acted.error.message : acted.kind
}
const swallowed = () => Promise.resolve(dropped)
const stopped = (which: 'shell' | 'sshd') => async (link: ShellLink) => {
  const pid = (await processesOf(link))[which]
  return () => {
    signal('STOP', pid)
    return () => {
      signal('KILL', pid)
    }
  }
}

test('the limits are what the documentation says', () => assert.deepEqual([CONNECT_TIMEOUT_MS, KEEPALIVE_MS, PATIENCE], [10_000, 15_000, 120_000]))

test('fault 3: packets are dropped before we connect', TIME, async (t) => {
  const end = dropped()
  try {
    assert.match(await saidWithin(line.connectTimeoutMs, t, () => opened(line).then(() => 'in', String)), /timeout: .* does not answer within [\d.]+ s/)
  } finally {
    end()
  }
})

const slow = acting(runs(['sleep', LONG], { timeout: 500 }))
for (const [what, ask] of [['a look', looking(slowly(''))], ['an act', slow]] as const)
  test(`faults 8 and 9: packets are dropped in the middle of ${what}`, TIME, async (t) => {
    assert.match(await silence(t, { limits: line, limit: DEAD, ask, prepare: swallowed }), /gives no sign of life/)
  })

test('fault 9: the sshd of our line is stopped in the middle of an act', TIME, async (t) => {
  assert.match(await silence(t, { limits: line, limit: DEAD, ask: slow, prepare: stopped('sshd') }), /gives no sign of life/)
})

test('fault 10: the shell is stopped before a look', TIME, async (t) => {
  assert.match(await silence(t, { limits: shell, limit: shell.patience, ask: looking(slowly('')), prepare: stopped('shell'), before: true }), /^the shell on the host does not answer: no end after \d+ s$/)
})
test('fault 10: the shell is stopped in the middle of a look', TIME, async (t) => {
  assert.match(await silence(t, { limits: shell, limit: shell.patience, ask: looking(slowly('')), prepare: stopped('shell') }), /^no end after \d+ s, in the look at slowFact$/)
})
test('fault 10: the shell is stopped before an act', TIME, async (t) => {
  // A write may take five seconds beside.
  assert.match(await silence(t, { limits: shell, limit: shell.patience + 5000, ask: acting(writes('/run/hw-silence', 'never')), prepare: stopped('shell'), before: true }), /^the shell on the host does not answer: no end after \d+ s$/)
})

test('fault 78: the Docker daemon is stopped, and does not answer a look', TIME, async (t) => {
  const daemon = onHost(HOST, ['cat', '/run/docker.pid']).trim()
  const prepare = () => Promise.resolve(() => {
    signal('STOP', daemon)
    return () => signal('CONT', daemon)
  })
  assert.match(await silence(t, { limits: shell, limit: shell.patience, ask: looking(dockerEngine()), prepare, before: true }), /^no end after \d+ s, in the look at dockerEngine$/)
  const link = await opened(shell)
  t.after(() => link.close())
  assert.equal(await looking(dockerEngine())(link), 'seen')
})

/** Hands on what comes from sshd; from a moment on a byte a second. */
function dribble(guest: Socket, sshd: Socket): { begin(): void } {
  let slow = false
  const waiting: Buffer[] = []
  const timer = setInterval(() => {
    const [first] = waiting
    if (first === undefined) return
    guest.write(first.subarray(0, 1))
    if (first.length > 1) waiting[0] = first.subarray(1)
    else waiting.shift()
  }, 1000)
  guest.pipe(sshd)
  sshd.on('data', (chunk: Buffer) => {
    if (slow) waiting.push(chunk)
    else guest.write(chunk)
  })
  const over = () => {
    clearInterval(timer)
    guest.destroy()
    sshd.destroy()
  }
  guest.on('close', over)
  sshd.on('close', over).on('error', over)
  return { begin: () => void (slow = true) }
}

for (const [what, when, wish] of [
  ['from the beginning', 'greeting', /says nothing within|is not an SSH server|did not finish the SSH handshake within \d+ s/],
  ['after its greeting', 'handshake', /did not finish the SSH handshake within \d+ s/],
  ['in the middle of a look', 'look', /gives no sign of life/],
] as const)
  test(`fault 3: a server that says a byte a second, ${what}`, TIME, async (t) => {
    const pipes: { begin(): void }[] = []
    await using server = await hostile((guest) => {
      const sshd = connect(22, readState().hosts[HOST]?.address ?? '')
      const pipe = dribble(guest, sshd)
      pipes.push(pipe)
      if (when === 'greeting') pipe.begin()
      if (when === 'handshake') sshd.once('data', () => pipe.begin())
    })
    const at = { host: HOST, address: '127.0.0.1', port: server.port, user: 'root', privateKeyFile: clientKey, acceptNew: true, knownHostsFiles: [join(folder, `known ${when}`)], sshConfigFile: 'none', env: { home: folder, user: 'root' }, ...line } as const
    const go = async () => {
      const connected = await connectSsh(at)
      if (!connected.ok) return connected.error.message
      const link = await ShellLink.open(connected.connection)
      if (!link.ok) return link.error.message
      const asked = looking(slowly(''))(link.link)
      for (const each of pipes) each.begin()
      const said = await asked
      await link.link.close()
      return said
    }
    try {
      assert.match(await saidWithin(when === 'look' ? DEAD : HANDSHAKE, t, go), wish)
    } finally {
      onHost(HOST, ['sh', '-c', END])
    }
  })
