import type { IncomingMessage } from 'node:http'
import { webServer } from './http.ts'
import { wrongSignature, type Key } from './sigv4.ts'

/** A service of AWS on loopback, in its own protocol: AWS JSON 1.1, signed requests. */
export interface AwsEndpoint extends AsyncDisposable {
  readonly url: string
  readonly key: Key
  /** What was asked, in order: "GetParameters /a /b". */
  readonly asked: string[]
  /** How an environment reaches it: for `aws`, and for the SDK. */
  readonly env: Readonly<Record<string, string>>
  /** Looked at before each answer: one that is given is thrown in its place. */
  fault: ((action: string, count: number) => Fault | undefined) | undefined
}

/** An error as the service gives it; "silent" never answers. */
export type Fault = { readonly type: string; readonly message?: string; readonly status?: number } | 'silent'

export class Refusal extends Error {
  readonly type: string
  readonly status: number
  constructor(type: string, message = '', status = 400) {
    super(message)
    this.type = type
    this.status = status
  }
}

export interface AwsService {
  /** As signatures name it: "ssm". */
  readonly service: string
  /** Before the action in the head of a request: "AmazonSSM". */
  readonly target: string
  /** What a request is about, for `asked`. */
  subjects(input: object): string[]
  /** Undefined: there is no such action. What it throws is given as an error: a {@link Refusal} as it is, all else as a wrong request. */
  answer(action: string, input: unknown): object | undefined
}

/** @param address of this machine; default: loopback. */
export async function awsEndpoint({ service, target, subjects, answer }: AwsService, address?: string): Promise<AwsEndpoint> {
  const key = { id: 'AKIDHOSTWRIGHTTEST00', secret: 'not/a+real/key/of+anybody/at+all00000000' }
  const asked: string[] = []
  const counts = new Map<string, number>()
  const server = await webServer((request, response) => {
    void bodyOf(request).then((body) => {
      const give = (status: number, answer: object) => response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': '0' }).end(JSON.stringify(answer))
      try {
        const [head, action = ''] = String(request.headers['x-amz-target']).split('.')
        const isFit = request.method === 'POST' && request.headers['content-type'] === 'application/x-amz-json-1.1' && head === target
        const wrong = isFit ? wrongSignature(request, body, key, service) : 'UnknownOperationException'
        if (wrong !== undefined) throw new Refusal(wrong, 'The security token included in the request is invalid.')
        const count = (counts.get(action) ?? 0) + 1
        counts.set(action, count)
        const fault = endpoint.fault?.(action, count)
        const input: object = JSON.parse(body.toString())
        asked.push([action, ...subjects(input)].join(' '))
        if (fault === 'silent') return
        if (fault) throw new Refusal(fault.type, fault.message, fault.status)
        const given = answer(action, input)
        if (!given) throw new Refusal('UnknownOperationException')
        give(200, given)
      } catch (error) {
        const refusal = error instanceof Refusal ? error : new Refusal('ValidationException', error instanceof Error ? error.message : '')
        give(refusal.status, { __type: refusal.type, message: refusal.message })
      }
    })
  }, address)
  const endpoint: AwsEndpoint = {
    url: server.url,
    key,
    asked,
    env: {
      AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret, AWS_DEFAULT_REGION: 'eu-west-1', AWS_REGION: 'eu-west-1',
      AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true',
    },
    fault: undefined,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
  return endpoint
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}
