import { z } from 'zod'
import { awsEndpoint, Refusal, type AwsEndpoint, type Fault } from './aws-endpoint.ts'

export type { Fault } from './aws-endpoint.ts'

/**
 * A parameter store of our own on loopback: the part of the SSM API that hostwright and `manage-secrets` use, kept to what the service's model
 * says. Checked against the real `aws` command in test/secrets/ssm-endpoint.test.ts.
 */
export interface SsmEndpoint extends AwsEndpoint {
  /** By their whole names, "/production/postgres/.env". Versions in order, the first is 1. */
  readonly parameters: Map<string, Parameter>
  /** Makes or replaces a parameter, past the API. */
  set(name: string, value: string, type?: Parameter['type']): void
}

export interface Parameter {
  type: 'String' | 'StringList' | 'SecureString'
  readonly versions: string[]
}

export const THROTTLED: Fault = { type: 'ThrottlingException', message: 'Rate exceeded' }

/** @param address of this machine; default: loopback. Lab hosts reach that of the bridge. */
export async function ssmEndpoint(address?: string): Promise<SsmEndpoint> {
  const parameters = new Map<string, Parameter>()
  const endpoint = await awsEndpoint({
    service: 'ssm', target: 'AmazonSSM', subjects,
    answer: (action, input) => ACTIONS[action]?.(input, parameters),
  }, address)
  return Object.assign(endpoint, { parameters, set: (name: string, value: string, type: Parameter['type'] = 'SecureString') => void parameters.set(name, { type, versions: [value] }) })
}

function subjects(input: { readonly Names?: string[]; readonly Name?: string; readonly Path?: string }): string[] {
  const { Names, Name, Path } = input
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
