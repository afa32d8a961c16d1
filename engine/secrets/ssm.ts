import { GetParameterCommand, GetParametersByPathCommand, GetParametersCommand, PutParameterCommand, SSMClient, type ParameterType } from '@aws-sdk/client-ssm'
import { err, type Result } from '../values/result.ts'
import { Secret } from '../values/secret.ts'
import { askAws, whereOf } from './aws.ts'
import { Refused } from './refused.ts'
import { SSM_ERRORS } from './ssm-errors.ts'
import type { SsmSettings } from './settings.ts'
import type { SecretStore, StoredSecret, StoreError } from './store.ts'

/** GetParameters takes no more names, GetParametersByPath gives no more parameters. */
const AT_ONCE = 10
/** What a standard parameter holds, in bytes. */
const LARGEST = 4096

export interface SsmOptions {
  /** For everything that one call of the store asks, with all its retries. Default: 60 seconds. */
  readonly patienceMs?: number
}

/** AWS Systems Manager Parameter Store. Values are decrypted by AWS and written as SecureString. */
export function ssmStore(settings: SsmSettings, { patienceMs }: SsmOptions = {}): SecretStore {
  const prefix = settings.prefix.replace(/\/+$/, '')
  const title = `SSM Parameter Store ${prefix || '/'} (${whereOf(settings)})`
  const pathOf = (name: string): string => `${prefix}/${name}`
  const nameOf = (path: string): string => path.slice(prefix.length + 1)

  const asked = <T>(work: (client: SSMClient, signal: AbortSignal) => Promise<T>): Promise<Result<T, StoreError>> =>
    askAws(settings, (config) => new SSMClient(config), { title, errors: SSM_ERRORS, patienceMs }, work)

  return {
    title,
    get: (names) =>
      asked(async (client, signal) => {
        const found = new Map<string, StoredSecret>()
        const missing = new Set<string>()
        for (let at = 0; at < names.length; at += AT_ONCE) {
          const batch = names.slice(at, at + AT_ONCE)
          const answer = await client.send(new GetParametersCommand({ Names: batch.map(pathOf), WithDecryption: true }), { abortSignal: signal })
          for (const each of answer.Parameters ?? []) if (each.Name !== undefined && each.Value !== undefined) found.set(nameOf(each.Name), stored(each.Value, each.Version))
          for (const path of answer.InvalidParameters ?? []) missing.add(nameOf(path))
          const forgotten = batch.filter((name) => !found.has(name) && !missing.has(name))
          if (forgotten.length > 0) throw new Refused('damaged', `it did not answer for ${forgotten.map(pathOf).join(', ')}`)
        }
        return { found, missing: names.filter((name) => missing.has(name)) }
      }),

    list: (below = '') =>
      asked(async (client, signal) => {
        const found = new Map<string, StoredSecret>()
        const path = pathOf(below).replace(/\/+$/, '') || '/'
        let token: string | undefined
        // A page may be empty and not the last: only the token says.
        do {
          const page = await client.send(
            new GetParametersByPathCommand({ Path: path, Recursive: true, WithDecryption: true, MaxResults: AT_ONCE, ...(token !== undefined && { NextToken: token }) }),
            { abortSignal: signal },
          )
          for (const each of page.Parameters ?? []) if (each.Name !== undefined && each.Value !== undefined) found.set(nameOf(each.Name), stored(each.Value, each.Version))
          if (page.NextToken !== undefined && page.NextToken === token) throw new Refused('damaged', 'it gives the same page over and over')
          token = page.NextToken || undefined
        } while (token !== undefined)
        return found
      }),

    async put(name, value) {
      const unfit = unfitFor(value.reveal())
      if (unfit !== undefined) return err({ reason: 'unsupported', message: `${title}: ${pathOf(name)} cannot be written: ${unfit.why}`, hint: unfit.hint })
      return asked(async (client, signal) => {
        const type = await typeOf(client, pathOf(name), signal)
        const written = await client.send(
          new PutParameterCommand({
            Name: pathOf(name),
            Value: value.reveal(),
            // What is there keeps its type and tier; the API refuses a String that is to become a SecureString.
            ...(type === undefined ? { Type: 'SecureString', Tier: 'Standard' } : { Type: type, Overwrite: true }),
            ...(settings.key !== undefined && (type ?? 'SecureString') === 'SecureString' && { KeyId: settings.key }),
          }),
          { abortSignal: signal },
        )
        return { value, version: String(written.Version ?? '') }
      })
    },
  }
}

const stored = (value: string, version: number | undefined): StoredSecret => ({ value: new Secret(value), version: String(version ?? '') })

/** The type of a parameter, which is read without its value being decrypted; undefined when there is none. */
async function typeOf(client: SSMClient, path: string, signal: AbortSignal): Promise<ParameterType | undefined> {
  try {
    return (await client.send(new GetParameterCommand({ Name: path }), { abortSignal: signal })).Parameter?.Type
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterNotFound') return undefined
    throw error
  }
}

function unfitFor(value: string): { readonly why: string; readonly hint: string } | undefined {
  const bytes = Buffer.byteLength(value)
  if (bytes > LARGEST) return { why: `it has ${bytes} bytes, and a standard parameter holds ${LARGEST}`, hint: 'one parameter a key instead of a whole .env; an advanced parameter costs money for ever, so it is never made by itself' }
  if (value === '') return { why: 'it is empty, and a parameter is not', hint: 'leave it out' }
  if (/\{\{[^]*\}\}/.test(value)) return { why: 'it holds "{{ }}", which SSM takes for another parameter and refuses', hint: 'keep this secret in another store' }
  return undefined
}
