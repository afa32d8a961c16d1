import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { ParsedKey } from 'ssh2'
import { codeOf } from '../../values/error-code.ts'
import type { Secret } from '../../values/secret.ts'
import { loadSsh2 } from './ssh2.ts'

export interface KeyProblem {
  readonly kind: 'missing' | 'unusable' | 'locked'
  /** A sentence without a full stop, naming the file. */
  readonly message: string
  readonly hint?: string
  /** Where it is known all the same, so that an agent that holds the key can be recognised. */
  readonly publicKey?: Buffer
}

/**
 * Reads a private key file as OpenSSH would: one that others can read is not used. `locked`: it is encrypted and there is no passphrase. A public key, or
 * the name of a private one of which only `NAME.pub` is there, says which key of the agent is meant.
 */
export async function readPrivateKey(file: string, passphrase: Secret | undefined): Promise<ParsedKey | KeyProblem> {
  let text: string
  try {
    const { mode, uid } = await stat(file)
    text = await readFile(file, 'latin1')
    if (uid === process.getuid?.() && (mode & 0o077) !== 0 && !PUBLIC.test(text)) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0')
      return { kind: 'unusable', message: `permissions ${octal} for the private key ${file} are too open`, hint: `chmod 600 ${file}` }
    }
  } catch (error) {
    const code = codeOf(error, String(error))
    if (code === 'ENOENT') return withPublicKey({ kind: 'missing', message: `there is no private key ${file}` }, file)
    if (code === 'EISDIR') return { kind: 'unusable', message: `the private key ${file} is a directory`, hint: 'name the file of the key in it' }
    return { kind: 'unusable', message: `the private key ${file} cannot be read (${code})` }
  }
  const key = await parse(text, passphrase)
  if (!(key instanceof Error)) return key.isPrivateKey() ? key : { ...publicPart(file, key.type), publicKey: key.getPublicSSH() }
  const problem = whyNot(file, text, key, passphrase !== undefined)
  return withPublicKey(problem, file)
}

/** A line of a `.pub` file. */
const PUBLIC = /^(?:ssh|ecdsa)-[\w@.-]+ [A-Za-z0-9+/=]+(?: [^\n]*)?\s*$/

async function withPublicKey(problem: KeyProblem, file: string): Promise<KeyProblem> {
  const publicKey = await publicKeyBeside(file)
  return publicKey === undefined ? problem : { ...problem, publicKey }
}

async function publicKeyBeside(file: string): Promise<Buffer | undefined> {
  const text = await readFile(`${file}.pub`, 'latin1').catch(() => undefined)
  const key = text === undefined ? undefined : await parse(text, undefined)
  return key === undefined || key instanceof Error ? undefined : key.getPublicSSH()
}

/** Opening an encrypted key takes a tenth of a second on purpose: once a run is enough, however many hosts it is for. */
const opened = new Map<string, ParsedKey | Error>()

async function parse(text: string, passphrase: Secret | undefined): Promise<ParsedKey | Error> {
  const id = createHash('sha256').update(text).update('\0').update(passphrase?.reveal() ?? '').digest('base64')
  const { utils } = await loadSsh2()
  const known = opened.get(id) ?? utils.parseKey(text, passphrase?.reveal())
  opened.set(id, known)
  return known
}

function publicPart(file: string, type: string): KeyProblem {
  const what = type.includes('-cert-') ? 'a certificate, which is not supported' : 'a public key'
  return { kind: 'unusable', message: `${file} is ${what}`, hint: 'give the file of the private key' }
}

function whyNot(file: string, text: string, error: Error, hadPassphrase: boolean): KeyProblem {
  const unusable = (message: string, hint: string): KeyProblem => ({ kind: 'unusable', message: `the private key ${file} ${message}`, hint })
  const base64 = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1] ?? ''
  if (/sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com/.test(Buffer.from(base64, 'base64').toString('latin1') + text)) {
    return unusable('needs a security key (FIDO), which is not supported', 'use a key without "sk" in its type')
  }
  if (/-cert-v01@openssh\.com/.test(text)) return publicPart(file, '-cert-')
  if (/no passphrase/i.test(error.message) || (!hadPassphrase && /encrypted/i.test(error.message))) {
    return { kind: 'locked', message: `the private key ${file} is encrypted`, hint: 'give its passphrase, or load it into the ssh agent' }
  }
  if (/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text)) return unusable('is in PKCS#8 format, which is not supported', `a copy of it can be converted: ssh-keygen -p -f ${file}`)
  if (hadPassphrase && /passphrase|integrity|decrypt/i.test(error.message)) return unusable('does not open with this passphrase', 'check the passphrase')
  return unusable(`cannot be used (${error.message})`, 'OpenSSH keys of the types ed25519, ecdsa and rsa are supported')
}
