import { visible } from '../values/visible.ts'
import { OutOfTime } from './patience.ts'
import { Refused } from './refused.ts'
import type { StoreError } from './store.ts'

type Reason = StoreError['reason']

interface Kind {
  readonly reason: Reason
  /** Names of errors, as the API and the SDK give them. */
  readonly names: RegExp
  readonly what: string
  readonly hint?: string
  /** AWS tells here who may not do what. Elsewhere its sentence is not shown: it may repeat the value. */
  readonly quoted?: true
}

const KINDS: readonly Kind[] = [
  { reason: 'denied', names: /^AccessDenied(Exception)?$/, what: 'access denied', quoted: true, hint: 'it takes ssm:GetParameters, ssm:GetParametersByPath, ssm:GetParameter and ssm:PutParameter on this path, and kms:Decrypt and kms:Encrypt on its key' },
  { reason: 'denied', names: /^(UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|IncompleteSignature|MissingAuthenticationToken(Exception)?|SignatureDoesNotMatch)$/, what: 'AWS does not know these credentials', hint: 'another account, or a key that was deleted; a clock that is wrong does this too' },
  { reason: 'denied', names: /^(InvalidKeyId|KMS.*|NotFoundException)$/, what: 'the KMS key cannot be used', hint: 'it must exist in this region and be enabled, with kms:Decrypt and kms:Encrypt for you' },
  { reason: 'expired', names: /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired|TokenProviderError)$/, what: 'the credentials have expired', hint: 'log in again (aws sso login), or get new ones' },
  { reason: 'throttled', names: /^(Throttling(Exception)?|ThrottledException|TooManyRequestsException|RequestLimitExceeded|RequestThrottled(Exception)?)$/, what: 'throttled, and waiting did not help', hint: 'the limit counts for the whole account and region: try later, or raise it (ssm high-throughput)' },
  { reason: 'conflict', names: /^TooManyUpdates$/, what: 'somebody else writes the same parameter just now', hint: 'run it again' },
  { reason: 'conflict', names: /^ParameterMaxVersionLimitExceeded$/, what: 'the parameter has 100 versions, and the oldest has a label, so it cannot go', hint: 'remove that label' },
  { reason: 'conflict', names: /^(HierarchyTypeMismatch(Exception)?|ParameterAlreadyExists)$/, what: 'the parameter was made or changed in between', hint: 'run it again' },
  { reason: 'unsupported', names: /^(ParameterLimitExceeded|HierarchyLevelLimitExceeded(Exception)?|ParameterPatternMismatch(Exception)?|UnsupportedParameterType|ValidationException|PoliciesLimitExceededException)$/, what: 'SSM refuses this name or value', hint: 'names have at most 15 parts and do not begin with "aws" or "ssm"; values have at most 4096 bytes and no "{{ }}"' },
  { reason: 'unreachable', names: /^(InternalServerError|InternalFailure|ServiceUnavailable(Exception)?|TimeoutError|AbortError)$/, what: 'no answer' },
]

/** An exception of the SDK as what a person can do something about. */
export function ssmError(error: unknown, title: string): StoreError {
  if (error instanceof Refused) return { reason: error.reason, message: `${title}: ${error.message}` }
  if (error instanceof OutOfTime) return { reason: 'unreachable', message: `${title}: ${error.message}` }
  const { name, message, code } = aboutOf(error)
  const kind = KINDS.find(({ names }) => names.test(name))
  if (kind) return make(kind.reason, `${title}: ${kind.what}${kind.quoted ? `: ${line(message)}` : ''}`, kind.hint)
  if (name === 'CredentialsProviderError' || /could not load credentials/i.test(message)) {
    return /expired/i.test(message)
      ? make('expired', `${title}: the credentials have expired`, 'log in again (aws sso login), or get new ones')
      : make('denied', `${title}: there are no AWS credentials`, 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile in ~/.aws, or `profile` in the settings of the store')
  }
  if (/region is missing/i.test(message)) return make('settings', `${title}: which region?`, 'say `region` in the settings of the store, or AWS_REGION')
  if (code !== undefined) return make('unreachable', `${title}: cannot be reached (${code})`, 'the AWS SDK goes through no proxy; check `region` and `endpoint`')
  return make('unreachable', `${title}: it failed (${line(name)})`, undefined)
}

const make = (reason: Reason, message: string, hint: string | undefined): StoreError => ({ reason, message, ...(hint !== undefined && { hint }) })
const line = (text: string): string => visible(text, 'line').slice(0, 300)

function aboutOf(error: unknown): { readonly name: string; readonly message: string; readonly code: string | undefined } {
  if (!(error instanceof Error)) return { name: 'unknown', message: '', code: undefined }
  // Several addresses of one name fail together: the first tells why.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined
  const code = codeOf(error) ?? codeOf(first) ?? codeOf(error.cause)
  return { name: error.name, message: error.message, code }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z_]+$/.test(error.code) ? error.code : undefined
}
