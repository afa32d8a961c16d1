import { codeOf } from '../values/error-code.ts'
import { visible } from '../values/visible.ts'
import { OutOfTime } from './patience.ts'
import { Refused } from './refused.ts'
import type { StoreError } from './store.ts'

type Reason = StoreError['reason']

/** A kind of error of a service, and what a person can do about it. */
export interface AwsErrorKind {
  readonly reason: Reason
  /** Names of errors, as the API and the SDK give them. */
  readonly names: RegExp
  readonly what: string
  readonly hint?: string
  /** AWS tells here who may not do what. Elsewhere its sentence is not shown: it may repeat the value. */
  readonly quoted?: true
}

/** What every service answers. */
const KINDS: readonly AwsErrorKind[] = [
  { reason: 'denied', names: /^(UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|IncompleteSignature|MissingAuthenticationToken(Exception)?|SignatureDoesNotMatch)$/, what: 'AWS does not know these credentials', hint: 'another account, or a key that was deleted; a clock that is wrong does this too' },
  { reason: 'expired', names: /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired|TokenProviderError)$/, what: 'the credentials have expired', hint: 'log in again (aws sso login), or get new ones' },
  { reason: 'throttled', names: /^(Throttling(Exception)?|ThrottledException|TooManyRequestsException|RequestLimitExceeded|RequestThrottled(Exception)?)$/, what: 'throttled, and waiting did not help', hint: 'the limit counts for the whole account and region: try later, or raise it' },
  { reason: 'unreachable', names: /^(InternalServerError|InternalFailure|ServerException|ServiceUnavailable(Exception)?|TimeoutError|AbortError)$/, what: 'no answer' },
]

/**
 * An exception of the SDK as what a person can do something about.
 *
 * @param own what this service answers beside what all do.
 */
export function awsError(error: unknown, title: string, own: readonly AwsErrorKind[]): StoreError {
  if (error instanceof Refused) return { reason: error.reason, message: `${title}: ${error.message}` }
  if (error instanceof OutOfTime) return { reason: 'unreachable', message: `${title}: ${error.message}` }
  const { name, message, code } = aboutOf(error)
  const kind = [...own, ...KINDS].find(({ names }) => names.test(name))
  if (kind) return make(kind.reason, `${title}: ${kind.what}${kind.quoted ? `: ${line(message)}` : ''}`, kind.hint)
  if (name === 'CredentialsProviderError' || /could not load credentials/i.test(message)) {
    return /expired/i.test(message)
      ? make('expired', `${title}: the credentials have expired`, 'log in again (aws sso login), or get new ones')
      : make('denied', `${title}: there are no AWS credentials`, 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile in ~/.aws, or `profile` in the settings')
  }
  if (/region is missing/i.test(message)) return make('settings', `${title}: which region?`, 'say `region` in the settings, or AWS_REGION')
  if (code !== undefined) return make('unreachable', `${title}: cannot be reached (${code})`, 'the AWS SDK goes through no proxy; check `region` and `endpoint`')
  return make('unreachable', `${title}: it failed (${line(name)})`, undefined)
}

const make = (reason: Reason, message: string, hint: string | undefined): StoreError => ({ reason, message, ...(hint !== undefined && { hint }) })
const line = (text: string): string => visible(text, 'line').slice(0, 300)

function aboutOf(error: unknown): { readonly name: string; readonly message: string; readonly code: string | undefined } {
  if (!(error instanceof Error)) return { name: 'unknown', message: '', code: undefined }
  // Several addresses of one name fail together: the first tells why.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined
  const code = systemCode(error) ?? systemCode(first) ?? systemCode(error.cause)
  return { name: error.name, message: error.message, code }
}

function systemCode(error: unknown): string | undefined {
  const code = codeOf(error)
  return /^E[A-Z_]+$/.test(code) ? code : undefined
}
