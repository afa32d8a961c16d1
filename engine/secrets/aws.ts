import { err, ok, type Result } from '../values/result.ts'
import { awsError, type AwsErrorKind } from './aws-errors.ts'
import { withinTime } from './patience.ts'
import type { AwsAccess } from './settings.ts'
import type { StoreError } from './store.ts'

/** What is asked, and for how long. */
export interface AwsQuestion {
  /** As messages name it: "SSM Parameter Store /production (eu-west-1)". */
  readonly title: string
  /** What this service answers beside what all do. */
  readonly errors: readonly AwsErrorKind[]
  /** For all of it, with all retries. Default: 60 seconds. */
  readonly patienceMs?: number | undefined
}

/** "eu-west-1, https://…": for titles. */
export const whereOf = ({ region, endpoint }: AwsAccess): string => [region ?? 'default region', ...(endpoint === undefined ? [] : [endpoint])].join(', ')

/**
 * Asks a service of AWS. Credentials come from where the SDK looks for them: environment, profile, single sign-on, the role of the machine.
 * Throttling is waited out, up to the end of patience. One client a question: it holds no more than its credentials and a connection.
 */
export async function askAws<C extends { destroy(): void }, T>(
  access: AwsAccess,
  open: (config: ReturnType<typeof configOf>) => C,
  { title, errors, patienceMs = 60_000 }: AwsQuestion,
  work: (client: C, signal: AbortSignal) => Promise<T>,
): Promise<Result<T, StoreError>> {
  let client: C | undefined
  try {
    const opened = open(configOf(access))
    client = opened
    return ok(await withinTime(patienceMs, (signal) => work(opened, signal)))
  } catch (error) {
    return err(awsError(error, title, errors))
  } finally {
    client?.destroy()
  }
}

const configOf = ({ region, profile, endpoint }: AwsAccess) => ({
  ...(region !== undefined && { region }),
  ...(profile !== undefined && { profile }),
  ...(endpoint !== undefined && { endpoint }),
  retryMode: 'adaptive',
  maxAttempts: 8,
  requestHandler: { connectionTimeout: 10_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
})
