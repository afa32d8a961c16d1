import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export interface Key {
  readonly id: string
  readonly secret: string
}

/**
 * Checks the AWS signature (version 4) of a request as the service does: over method, path, signed headers and body, with the day, region and
 * service of its scope. Gives what is wrong with it, as AWS names it.
 */
export function wrongSignature(request: IncomingMessage, body: Buffer, key: Key, service: string): string | undefined {
  const fields = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([a-z]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(request.headers.authorization ?? '')
  if (!fields) return 'MissingAuthenticationToken'
  const [, id, day = '', region = '', scope = '', signed = '', signature = ''] = fields
  if (scope !== service) return 'InvalidSignatureException'
  if (id !== key.id) return 'UnrecognizedClientException'
  const header = (name: string): string => [request.headers[name] ?? ''].flat().join(',').trim().replace(/ +/g, ' ')
  const names = signed.split(';')
  if (!names.includes('host') || !names.includes('x-amz-date') || !names.includes('x-amz-target')) return 'IncompleteSignature'
  const canonical = [request.method, request.url, '', ...names.map((name) => `${name}:${header(name)}`), '', signed, sha256(body)].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', header('x-amz-date'), `${day}/${region}/${service}/aws4_request`, sha256(canonical)].join('\n')
  const signingKey = [day, region, service, 'aws4_request'].reduce<Buffer>((made, part) => createHmac('sha256', made).update(part).digest(), Buffer.from(`AWS4${key.secret}`))
  const expected = createHmac('sha256', signingKey).update(toSign).digest()
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? undefined : 'InvalidSignatureException'
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')
