import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'
import type { ServerChannel } from 'ssh2'
import { loadSsh2 } from '../../../engine/transport/ssh/ssh2.ts'

// An SSH server that does to its next guest what stands on the line that it read last from its stdin; "ok" on stdout says that it has read it.
// A process of its own: whatever it does to ssh2 here, it does not do to whom it is tried on. Commands are really run, by sh.
//
//   node --import tsx adversary-server.ts HOSTKEY OTHER        first line of stdout: the port
//
//   good                  as it should be
//   close N · silence N   instead of its message number N, and ever after
//   skip N · twice N · swap N    message N is left out, sent twice, sent after its successor
//   mutate SEED · types SEED     bytes of messages, or what kind they are, are other ones now and then
//   flood stdout|stderr|marks|mark|sections|greeting    without end; flood banner|ignore: a lot
//   window none|huge|beyond      what is written is never made room for; room beyond all bounds; more is sent than there is room for
//   exit first|none|twice        the exit status before any output, never, or once more
//   rekey same|other look|act    keys are exchanged anew when the first look, or act, comes in; other: with the host key OTHER
let plan: readonly string[] = ['good']

/** What an ssh2 cipher is, as far as this needs it: a packet is 4 bytes of length, one of padding's length, the message, the padding. */
interface Cipher {
  allocPacket(size: number): Buffer
  encrypt(packet: Buffer): void
}
type Interfere = (message: Buffer, number: number, send: (message: Buffer) => void) => 'send' | 'drop' | 'close'

function isCipher(value: unknown): value is Cipher {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'encrypt') === 'function' && typeof Reflect.get(value, 'allocPacket') === 'function'
}

/** Numbers that are the same at each run. */
function randomOf(seed: number): () => number {
  let state = seed * 2654435761 + 1
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) | 0
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32
  }
}

function interferenceOf([name = '', arg = '']: readonly string[]): Interfere {
  const at = Number(arg)
  const random = randomOf(at)
  let kept: Buffer | undefined
  const interferences: Record<string, Interfere> = {
    close: (_, number) => (number >= at ? 'close' : 'send'),
    silence: (_, number) => (number >= at ? 'drop' : 'send'),
    skip: (_, number) => (number === at ? 'drop' : 'send'),
    twice: (message, number, send) => {
      if (number === at) send(message)
      return 'send'
    },
    swap: (message, number, send) => {
      if (number === at) kept = Buffer.from(message)
      if (number !== at + 1 || kept === undefined) return number === at ? 'drop' : 'send'
      send(message)
      send(kept)
      return 'drop'
    },
    mutate: (message) => {
      if (random() < 0.15) for (let left = 1 + random() * 4; left > 0; left--) message[Math.floor(random() * message.length)] = Math.floor(random() * 256)
      return 'send'
    },
    types: (message) => {
      if (random() < 0.15) message[0] = 1 + Math.floor(random() * 110)
      return 'send'
    },
  }
  return interferences[name] ?? (() => 'send')
}

/** Every message that goes out, whichever cipher is in force, goes by `interfere` first. */
function watch(guest: object, interfere: Interfere, close: () => void): (message: Buffer) => void {
  const protocol: unknown = Reflect.get(guest, '_protocol')
  if (typeof protocol !== 'object' || protocol === null) throw new Error('ssh2 has no _protocol any more')
  let number = 0
  const wrap = (cipher: Cipher): Cipher => {
    const encrypt = cipher.encrypt.bind(cipher)
    const send = (message: Buffer) => {
      const packet = cipher.allocPacket(message.length)
      message.copy(packet, 5)
      encrypt(packet)
    }
    cipher.encrypt = (packet) => {
      const message = Buffer.from(packet.subarray(5, packet.length - (packet[4] ?? 0)))
      const verdict = interfere(message, number++, send)
      if (verdict === 'send') send(message)
      if (verdict === 'close') close()
    }
    return cipher
  }
  let inForce: unknown = Reflect.get(protocol, '_cipher')
  if (isCipher(inForce)) wrap(inForce)
  Object.defineProperty(protocol, '_cipher', {
    get: () => inForce,
    set(next: unknown) {
      inForce = isCipher(next) ? wrap(next) : next
    },
  })
  return (message) => {
    if (!isCipher(inForce)) return
    const packet = inForce.allocPacket(message.length)
    message.copy(packet, 5)
    inForce.encrypt(packet)
  }
}

/** A field of ssh2's channels that its types do not have. */
function fieldOf(channel: object, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined), channel)
}

/** Without end, as fast as it is taken. */
function endless(to: Writable, chunk: Buffer): void {
  const go = () => {
    while (!to.destroyed && to.write(chunk)) continue
    if (!to.destroyed) to.once('drain', go)
  }
  go()
}

function serve(channel: ServerChannel, command: string, [name = '', arg = '', when = '']: readonly string[], rekey: (other: boolean) => void): void {
  const shell = spawn('sh', ['-c', command], { stdio: 'pipe' })
  let heard = ''
  let flooding = false
  let rekeyed = false
  const frames = (chunk: Buffer) => {
    if (heard.length < 1_000_000) heard += chunk.toString('latin1')
    const [, nonce] = /([0-9a-f]{32}) (?:look|ask|act) /.exec(heard) ?? []
    if (name === 'rekey' && !rekeyed && new RegExp(`[0-9a-f]{32} ${when} `).test(heard)) {
      rekeyed = true
      rekey(arg === 'other')
    }
    if (name !== 'flood' || flooding || (nonce === undefined && arg !== 'greeting')) return
    flooding = true
    const line = `${nonce ?? /[0-9a-f]{32}/.exec(heard)?.[0] ?? ''} again and again\n`
    if (arg === 'stderr') endless(channel.stderr, Buffer.alloc(32 * 1024, 'e'))
    if (arg === 'stdout') endless(channel, Buffer.alloc(32 * 1024, 'o'))
    if (arg === 'marks' || arg === 'greeting') endless(channel, Buffer.from(line.repeat(500)))
    if (arg === 'sections') endless(channel, Buffer.from(line + 's'.repeat(30_000)))
    if (arg === 'mark') channel.write(`${nonce ?? ''} `), endless(channel, Buffer.alloc(32 * 1024, 'm'))
  }
  channel.on('error', () => {}).on('close', () => shell.kill('SIGKILL'))
  channel.on('data', (chunk: Buffer) => {
    frames(chunk)
    if (!shell.stdin.destroyed) shell.stdin.write(chunk)
  })
  channel.on('end', () => shell.stdin.end())
  shell.stdin.on('error', () => {})
  if (name === 'exit' && arg === 'first') channel.exit(0)
  shell.stdout.on('data', (chunk: Buffer) => void channel.write(chunk))
  shell.stderr.on('data', (chunk: Buffer) => void channel.stderr.write(chunk))
  shell.on('close', (code) => {
    if (name !== 'exit' || arg === 'twice') channel.exit(code ?? 255)
    if (name === 'exit' && arg === 'twice') channel.exit(0)
    channel.end()
  })
  const windowOf = (bytes: number) => {
    const [protocol, id] = [fieldOf(channel, '_client', '_protocol'), fieldOf(channel, 'outgoing', 'id')]
    const adjust = fieldOf(Object(protocol), 'channelWindowAdjust')
    if (typeof adjust === 'function') Reflect.apply(adjust, protocol, [id, bytes])
  }
  if (name === 'window' && arg === 'huge') for (let left = 1000; left > 0; left--) windowOf(0xffffffff)
  if (name === 'window' && arg === 'beyond') {
    const outgoing = fieldOf(channel, 'outgoing')
    if (typeof outgoing === 'object' && outgoing !== null) Reflect.set(outgoing, 'window', 2 ** 40)
  }
}

const { Server, utils } = await loadSsh2()
const other = utils.parseKey(readFileSync(process.argv[3] ?? ''))
const server = new Server({ hostKeys: [readFileSync(process.argv[2] ?? '')] }, (guest) => {
  const mine = plan
  const protocol: unknown = Reflect.get(guest, '_protocol')
  const send = watch(guest, interferenceOf(mine), () => {
    const socket: unknown = Reflect.get(guest, '_sock')
    if (socket instanceof Socket) socket.destroy()
  })
  guest.on('error', () => {})
  guest.on('authentication', (context) => {
    const banner = fieldOf(Object(protocol), 'authBanner')
    if (mine.join(' ') === 'flood banner' && typeof banner === 'function') for (let left = 200; left > 0; left--) Reflect.apply(banner, protocol, ['b'.repeat(30_000)])
    context.accept()
    if (mine.join(' ') === 'flood ignore') for (let left = 2000; left > 0; left--) send(Buffer.concat([Buffer.from([2, 0, 0, 0x70, 0]), Buffer.alloc(0x7000)]))
  })
  guest.on('session', (accept) => {
    const session = accept()
    session.on('exec', (yes, _no, { command }) => {
      const channel = yes()
      if (mine.join(' ') === 'window none' && typeof protocol === 'object' && protocol !== null) Reflect.set(protocol, 'channelWindowAdjust', () => {})
      serve(channel, command, mine, (withOther) => {
        if (withOther && typeof protocol === 'object' && protocol !== null) Reflect.set(protocol, '_hostKeys', { 'ssh-ed25519': other })
        guest.rekey(() => {})
      })
    })
  })
})
server.listen(0, '127.0.0.1', () => {
  const at: unknown = server.address()
  if (typeof at === 'object' && at !== null && 'port' in at) console.log(String(at.port))
})
process.on('uncaughtException', () => {}) // what it does to ssh2 may break this process's own end of it: the next guest finds it there
for await (const line of createInterface({ input: process.stdin })) {
  plan = line.split(' ')
  console.log('ok')
}
process.exit(0)
