import type { Duplex } from 'node:stream'
import type { Client, ClientErrorExtensions } from 'ssh2'
import type { Gone, LinkError } from '../connection.ts'
import { algorithms } from './algorithms.ts'
import { within } from './deadline.ts'
import { explainHandshake, explainLoss, type Stage } from './explain.ts'
import { hostKeyJudge } from './host-key.ts'
import { knownTypes } from './known-hosts.ts'
import { newLogin } from './login.ts'
import type { Hop } from './route.ts'
import { leaveKeysUnproved, showKeysSigned } from './unasked.ts'

/** Logged in at one hop. */
export interface Session {
  readonly label: string
  readonly client: Client
  /** What the server says it is: "OpenSSH_9.2p1 Debian-2+deb12u3". */
  readonly software: string
  /** As `Connection.gone`. */
  readonly gone: Promise<Gone>
  /** Politely, then for sure; some seconds at most. `leave`: without waiting for the server's goodbye, as soon as ours is on its way. */
  end(how?: 'leave'): Promise<void>
}

export type Handshake = { readonly ok: true; readonly session: Session } | { readonly ok: false; readonly error: LinkError; readonly again: boolean }

const POLITE_MS = 2_000

/**
 * Speaks SSH on a fresh stream: the host's key is judged, then we log in.
 *
 * ```
 * greeting ──"SSH-2.0…"──▶ keys ──'handshake'──▶ login ──'ready'──▶ session ──'close'──▶ gone
 *     └───────────────────────┴──── first error, close or deadline ──┴──▶ failed
 * ```
 * ssh2 may emit `error` many times for one failure: the listener stays for the life of the client, and the first one counts.
 */
export function handshake(client: Client, hop: Hop, stream: Duplex): Promise<Handshake> {
  const judge = hostKeyJudge(hop.hostKey)
  const login = newLogin(hop)
  const notes: string[] = []
  let stage: Stage = 'greeting'
  let heard = ''
  let firstError: Error | undefined
  let closing = false

  let resolveGone: (gone: Gone) => void = () => {}
  const gone = new Promise<Gone>((resolve) => {
    resolveGone = resolve
  })
  const isGone = () => resolveGone(closing ? {} : { error: judge.problem() ?? explainLoss(hop.label, firstError) })
  client.on('close', isGone)

  return new Promise<Handshake>((resolve) => {
    let settled = false
    const deadline = setTimeout(() => fail(undefined, true), 2 * hop.connectTimeoutMs)

    function settle(outcome: Handshake): void {
      settled = true
      clearTimeout(deadline)
      resolve(outcome)
    }

    function fail(error: Error | undefined, timedOut = false): void {
      if (settled) return
      const problem = judge.problem()
      const failed = { stage, timedOut, heard, login, notes, ...(error === undefined ? {} : { error }) }
      settle({ ok: false, ...(problem === undefined ? explainHandshake(hop, failed) : { error: problem, again: false }) })
      void drop()
    }

    client.on('error', (error: Error & ClientErrorExtensions) => {
      // The agent or a key could not sign: ssh2 goes on to the next by itself.
      if (!settled && (error.level === 'agent' || (error.level === 'client-authentication' && !login.exhausted()))) {
        notes.push(error.message)
        return
      }
      firstError ??= error
      if (!settled) return fail(error)
      // Before the channels close: what runs is to be told why.
      isGone()
      void drop()
    })
    client.on('close', () => fail(firstError))
    client.on('change password', () => fail(Object.assign(new Error('password expired'), { expired: true })))
    client.on('handshake', () => {
      if (stage === 'login') return
      stage = 'login'
      if (!judge.remember()) fail(undefined)
    })
    client.on('ready', () => settle({ ok: true, session: { label: hop.label, client, software: softwareOf(heard), gone, end } }))

    try {
      client.connect({
        sock: stream,
        username: hop.user,
        hostVerifier: judge.verify,
        algorithms: algorithms(knownTypes(hop.hostKey.entries, hop.hostKey.names)),
        authHandler: (methodsLeft) => login.next(methodsLeft),
        readyTimeout: 0, // the deadline above covers everything from here to 'ready'
        keepaliveInterval: hop.keepaliveMs,
        keepaliveCountMax: 3,
      })
      showKeysSigned(client)
      leaveKeysUnproved(client)
      stream.on('data', listen)
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)))
    }
  })

  function listen(chunk: Buffer): void {
    heard += chunk.toString('latin1', 0, 256)
    if (/^SSH-/m.test(heard)) stage = 'keys'
    if (stage !== 'greeting' || heard.length > 1024) stream.off('data', listen)
  }

  async function drop(): Promise<void> {
    if (stage !== 'greeting') {
      client.end()
      await within(POLITE_MS, gone, () => ({}))
    }
    stream.destroy()
  }

  async function end(how?: 'leave'): Promise<void> {
    closing = true
    if (how === 'leave') await leave()
    else {
      await drop()
      await within(POLITE_MS, gone, () => ({}))
    }
    resolveGone({})
  }

  /** What was written is on its way when the stream has finished. */
  async function leave(): Promise<void> {
    const sent = new Promise<void>((resolve) => stream.writableFinished || stream.destroyed ? resolve() : void stream.once('finish', resolve).once('close', resolve))
    client.end()
    await within(POLITE_MS, sent, () => {})
    stream.destroy()
  }
}

/** "SSH-2.0-OpenSSH_9.2p1 Debian-2" → "OpenSSH_9.2p1 Debian-2". */
const softwareOf = (heard: string): string => /^SSH-[\d.]+-([^\r\n]*)/m.exec(heard)?.[1] ?? ''
