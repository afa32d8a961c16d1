import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { webServer } from './http.ts'
import { wrongSignature, type Key } from './sigv4.ts'

/**
 * A parameter store of our own on loopback: the part of the SSM API that hostwright and `manage-secrets` use, in its own protocol (AWS JSON 1.1,
 * signed requests), kept to what the service's model says. Checked against the real `aws` command in test/secrets/ssm-endpoint.test.ts.
 */
export interface SsmEndpoint extends AsyncDisposable {
  readonly url: string
  readonly key: Key
  /** By their whole names, "/production/postgres/.env". Versions in order, the first is 1. */
  readonly parameters: Map<string, Parameter>
  /** What was asked, in order: "GetParameters /a /b". */
  readonly asked: string[]
  /** How an environment reaches it: for `aws`, and for the SDK. */
  readonly env: Readonly<Record<string, string>>
  /** Looked at before each answer: one that is given is thrown in its place. */
  fault: ((action: string, count: number) => Fault | undefined) | undefined
  /** Makes or replaces a parameter, past the API. */
  set(name: string, value: string, type?: Parameter['type']): void
}

export interface Parameter {
  type: 'String' | 'StringList' | 'SecureString'
  readonly versions: string[]
}

/** An error as the service gives it; "silent" never answers. */
export type Fault = { readonly type: string; readonly message?: string; readonly status?: number } | 'silent'

class Refusal extends Error {
  readonly type: string
  readonly status: number
  constructor(type: string, message = '', status = 400) {
    super(message)
    this.type = type
    this.status = status
  }
}

export const THROTTLED: Fault = { type: 'ThrottlingException', message: 'Rate exceeded' }

/** @param address of this machine; default: loopback. Lab hosts reach that of the bridge. */
export async function ssmEndpoint(address?: string): Promise<SsmEndpoint> {
  const key = { id: 'AKIDHOSTWRIGHTTEST00', secret: 'not/a+real/key/of+anybody/at+all00000000' }
  const parameters = new Map<string, Parameter>()
  const asked: string[] = []
  const counts = new Map<string, number>()
  const server = await webServer((request, response) => {
    void bodyOf(request).then((body) => {
      const give = (status: number, answer: object) => response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': '0' }).end(JSON.stringify(answer))
      try {
        const action = /^AmazonSSM\.(\w+)$/.exec(String(request.headers['x-amz-target']))?.[1] ?? ''
        const wrong = request.method !== 'POST' || request.headers['content-type'] !== 'application/x-amz-json-1.1' ? 'UnknownOperationException' : wrongSignature(request, body, key)
        if (wrong !== undefined) throw new Refusal(wrong, 'The security token included in the request is invalid.')
        const count = (counts.get(action) ?? 0) + 1
        counts.set(action, count)
        const fault = endpoint.fault?.(action, count)
        asked.push([action, ...subjects(body)].join(' '))
        if (fault === 'silent') return
        if (fault) throw new Refusal(fault.type, fault.message, fault.status)
        const answer = ACTIONS[action]
        if (!answer) throw new Refusal('UnknownOperationException')
        give(200, answer(JSON.parse(body.toString()), parameters))
      } catch (error) {
        const refusal = error instanceof Refusal ? error : new Refusal('ValidationException', error instanceof Error ? error.message : '')
        give(refusal.status, { __type: refusal.type, message: refusal.message })
      }
    })
  }, address)
  const endpoint: SsmEndpoint = {
    url: server.url,
    key,
    parameters,
    asked,
    env: {
      AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret, AWS_DEFAULT_REGION: 'eu-west-1', AWS_REGION: 'eu-west-1',
      AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true',
    },
    fault: undefined,
    set: (name, value, type = 'SecureString') => void parameters.set(name, { type, versions: [value] }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
  return endpoint
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function subjects(body: Buffer): string[] {
  const { Names, Name, Path }: { Names?: string[]; Name?: string; Path?: string } = JSON.parse(body.toString())
  return [Names ?? [], Name ?? [], Path ?? []].flat()
}

const NAME = /^\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/
const Name = z.string().max(2048).regex(NAME)
const GetParameter = z.strictObject({ Name, WithDecryption: z.boolean().default(false) })
const GetParameters = z.strictObject({ Names: z.array(Name).min(1).max(10), WithDecryption: z.boolean().default(false) })
const GetParametersByPath = z.strictObject({
  Path: z.string().startsWith('/'), Recursive: z.boolean().default(false), WithDecryption: z.boolean().default(false), MaxResults: z.int().min(1).max(10).default(10), NextToken: z.string().optional(),
})
const PutParameter = z.strictObject({
  Name, Value: z.string().min(1), Type: z.enum(['String', 'StringList', 'SecureString']).optional(), KeyId: z.string().optional(),
  Overwrite: z.boolean().default(false), Tier: z.enum(['Standard', 'Advanced', 'Intelligent-Tiering']).optional(), Description: z.string().optional(),
})

type Store = Map<string, Parameter>

const ACTIONS: Readonly<Record<string, (input: unknown, store: Store) => object>> = {
  GetParameter(input, store) {
    const { Name, WithDecryption } = GetParameter.parse(input)
    const parameter = store.get(Name)
    if (!parameter) throw new Refusal('ParameterNotFound')
    return { Parameter: shown(Name, parameter, WithDecryption) }
  },
  GetParameters(input, store) {
    const { Names, WithDecryption } = GetParameters.parse(input)
    if (new Set(Names).size < Names.length) throw new Refusal('ValidationException', 'duplicate names')
    return {
      Parameters: Names.flatMap((name) => [store.get(name) ?? []].flat().map((parameter) => shown(name, parameter, WithDecryption))),
      InvalidParameters: Names.filter((name) => !store.has(name)),
    }
  },
  /** The first page of a longer answer is empty and yet not the last, as it may be with the real one. */
  GetParametersByPath(input, store) {
    const { Path, Recursive, WithDecryption, MaxResults, NextToken } = GetParametersByPath.parse(input)
    const folder = Path.endsWith('/') ? Path : `${Path}/`
    const all = [...store].filter(([name]) => name.startsWith(folder) && (Recursive || !name.slice(folder.length).includes('/'))).sort(([a], [b]) => (a < b ? -1 : 1))
    if (NextToken === undefined && all.length > MaxResults) return { Parameters: [], NextToken: 'page-0' }
    const from = Number(NextToken?.replace('page-', '') ?? 0)
    const to = from + MaxResults
    return { Parameters: all.slice(from, to).map(([name, parameter]) => shown(name, parameter, WithDecryption)), ...(to < all.length && { NextToken: `page-${to}` }) }
  },
  PutParameter(input, store) {
    const { Name, Value, Type, Overwrite, Tier } = PutParameter.parse(input)
    if (/^\/?(aws|ssm)/i.test(Name)) throw new Refusal('ValidationException', 'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).')
    if (Buffer.byteLength(Value) > 4096 && (Tier ?? 'Standard') === 'Standard') throw new Refusal('ValidationException', 'Standard tier parameters support a maximum parameter value of 4096 characters.')
    if (/\{\{[^]*\}\}/.test(Value)) throw new Refusal('ValidationException', `Parameter value can't nest another parameter: ${Value}`)
    const parameter = store.get(Name)
    if (parameter && !Overwrite) throw new Refusal('ParameterAlreadyExists', 'The parameter already exists.')
    if (!parameter && Type === undefined) throw new Refusal('ValidationException', 'A parameter type is required when you create a parameter.')
    if (parameter && Type !== undefined && parameter.type !== Type) throw new Refusal('HierarchyTypeMismatchException')
    const made = parameter ?? { type: Type ?? 'String', versions: [] }
    made.versions.push(Value)
    store.set(Name, made)
    return { Version: made.versions.length, Tier: Tier ?? 'Standard' }
  },
}

function shown(name: string, { type, versions }: Parameter, decrypted: boolean): object {
  const value = versions.at(-1) ?? ''
  return {
    Name: name, Type: type, Value: type === 'SecureString' && !decrypted ? `AQICAHh${Buffer.from(name).toString('base64')}` : value,
    Version: versions.length, LastModifiedDate: 1_700_000_000.5, ARN: `arn:aws:ssm:eu-west-1:123456789012:parameter${name}`, DataType: 'text',
  }
}
