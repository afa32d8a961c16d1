import type { Result } from '../values/result.ts'
import type { Secret } from '../values/secret.ts'
import type { AwsAccess } from './settings.ts'
import type { StoreError } from './store.ts'

/**
 * A password for the registries of Amazon ECR, as `aws ecr get-login-password` prints it; the user is "AWS". It lives for 12 hours, so it is
 * asked for when it is needed and kept nowhere. Credentials come from where the AWS SDK finds them. What it takes is loaded only when it is used.
 *
 * @returns an error, with a hint, when there are no credentials, they may not, or nobody answers within a minute.
 * @example
 * const password = await ecrPassword({ region: 'eu-west-1' })
 * if (password.ok) await host.ensure(dockerLogin({ registry: '123456789012.dkr.ecr.eu-west-1.amazonaws.com', username: 'AWS', password: password.value }))
 */
export async function ecrPassword(access: AwsAccess): Promise<Result<Secret, StoreError>> {
  return (await import('./ecr.ts')).ecrPassword(access)
}
