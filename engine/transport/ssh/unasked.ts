import type { Client } from 'ssh2'

/*
 * Two answers of a server that nobody has to wait for, a turn each: whether a key would do (it is shown signed at once, as the protocol allows),
 * and the number of the first channel (sshd counts from 0, so the command can go with the request for it). And one that nobody reads: the proof of
 * all its other host keys. ssh2 1.17 has no words for any of them: its protocol is private, hence the careful reading. Where that is not as
 * expected, everything takes its usual course, a turn longer; the tests count turns.
 */

/** What signs: hash is given for RSA, which has several. Of a public key of an agent, `sign` cannot be used. */
interface Key {
  isPrivateKey(): boolean
  sign(data: Buffer, hash?: string): Buffer | Error
}
type Sign = (data: Buffer, done: (signature: Buffer) => void) => void
interface Protocol {
  exec(channel: number, command: string, wantReply: boolean): void
  authPK(user: string, key: unknown, algorithm: string | undefined, sign?: Sign): void
}

interface Handlers {
  GLOBAL_REQUEST(from: unknown, name: string, wantReply: unknown, data: unknown): void
}

const HASHES: Readonly<Record<string, string>> = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' }

/** From now on, keys that lie open here are shown signed. To be called when `connect` was, before the server has answered. */
export function showKeysSigned(client: Client): void {
  const protocol = protocolOf(client)
  if (!protocol) return
  const show = protocol.authPK.bind(protocol)
  protocol.authPK = (user, key, algorithm, sign) => {
    const hash = algorithm === undefined ? undefined : HASHES[algorithm]
    const opens = isKey(key) && key.isPrivateKey() && hash !== undefined === (algorithm !== undefined)
    if (sign || !opens) return show(user, key, algorithm, sign)
    return show(user, key, algorithm, (data, done) => {
      const signature = key.sign(data, hash)
      // ssh2 tells it as ever, when the server would take the key.
      if (signature instanceof Error) show(user, key, algorithm)
      else done(signature)
    })
  }
}

/**
 * OpenSSH tells a client which host keys it has, for clients that keep them; ssh2 has it sign with each, to verify what we then forget. We ask
 * for the proof of none, which it refuses: a sixth less of the time of a login, of both ends, most of it RSA. Not to ask at all would be worse:
 * sshd's next packet would wait for our system to confirm this one (Nagle), and that waits 40 ms for something to go along with.
 */
export function leaveKeysUnproved(client: Client): void {
  const protocol = protocolOf(client)
  const handlers: unknown = protocol && Reflect.get(protocol, '_handlers')
  if (!hasGlobalRequest(handlers)) return
  const heed = handlers.GLOBAL_REQUEST
  handlers.GLOBAL_REQUEST = (from, name, wantReply, data) => heed(from, name, wantReply, name === 'hostkeys-00@openssh.com' ? [] : data)
}

/** Says which command the first channel of this client is for, right after it was asked for. OpenSSH only: others may count otherwise. */
export function sendCommandAhead(client: Client, command: string): void {
  const protocol = protocolOf(client)
  if (!protocol) return
  const send = protocol.exec.bind(protocol)
  send(0, command, true)
  // When the channel is there, ssh2 says it: it was said. Of another number the server knows nothing yet, if it still listens.
  protocol.exec = (channel, ...rest) => {
    protocol.exec = send
    if (channel !== 0) send(channel, ...rest)
  }
}

/** The servers whose first channel is number 0. */
export const countsFromZero = (software: string): boolean => /^OpenSSH_\d/.test(software)

const isFunctionOf = (object: object, name: string): boolean => typeof Reflect.get(object, name) === 'function'
const isKey = (key: unknown): key is Key => typeof key === 'object' && key !== null && isFunctionOf(key, 'isPrivateKey') && isFunctionOf(key, 'sign')
const hasGlobalRequest = (value: unknown): value is Handlers => typeof value === 'object' && value !== null && isFunctionOf(value, 'GLOBAL_REQUEST')
const isProtocol = (value: unknown): value is Protocol => typeof value === 'object' && value !== null && isFunctionOf(value, 'exec') && isFunctionOf(value, 'authPK')

function protocolOf(client: Client): Protocol | undefined {
  const protocol: unknown = Reflect.get(client, '_protocol')
  return isProtocol(protocol) ? protocol : undefined
}
