import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'

/** RFC 5802, as PostgreSQL writes it: "SCRAM-SHA-256$4096:salt$stored:server", from which the password cannot be read. */
export function scram(password: string, salt: Buffer, iterations = 4096): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const keyed = (text: string) => createHmac('sha256', salted).update(text).digest()
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${keyed('Server Key').toString('base64')}`
}

/** Whether this is what PostgreSQL keeps of the password. */
export function fits(verifier: string, password: string): boolean {
  const [, iterations = '', salt = ''] = /^SCRAM-SHA-256\$(\d{1,7}):([A-Za-z0-9+/=]+)\$/.exec(verifier) ?? []
  if (iterations === '' || Number(iterations) > 1_000_000) return false // a host could keep us busy
  const wished = Buffer.from(scram(password, Buffer.from(salt, 'base64'), Number(iterations)))
  return wished.length === verifier.length && timingSafeEqual(wished, Buffer.from(verifier))
}

/** A new verifier of a password for a role. Another salt each time that what was kept is another, and the same one for check and apply. */
export const verifierFor = (role: string, password: string, kept: string): string => scram(password, createHash('sha256').update(`hostwright ${role} ${kept}`).digest().subarray(0, 16))
