import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr'
import type { Result } from '../values/result.ts'
import { Secret } from '../values/secret.ts'
import { askAws, whereOf, type AwsQuestion } from './aws.ts'
import type { AwsErrorKind } from './aws-errors.ts'
import { Refused } from './refused.ts'
import type { AwsAccess } from './settings.ts'
import type { StoreError } from './store.ts'

const ECR_ERRORS: readonly AwsErrorKind[] = [
  { reason: 'denied', names: /^AccessDenied(Exception)?$/, what: 'access denied', quoted: true, hint: 'it takes ecr:GetAuthorizationToken on *, and ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository' },
]

/** The password that Amazon ECR gives out for 12 hours; the user is "AWS". It opens every registry that these credentials may read. */
export function ecrPassword(access: AwsAccess, options: Pick<AwsQuestion, 'patienceMs'> = {}): Promise<Result<Secret, StoreError>> {
  return askAws(access, (config) => new ECRClient(config), { title: `ECR (${whereOf(access)})`, errors: ECR_ERRORS, ...options }, async (client, signal) => {
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}), { abortSignal: signal })
    // It is "AWS:password" in base64.
    const [, password] = /^AWS:(\S+)$/.exec(Buffer.from(authorizationData?.[0]?.authorizationToken ?? '', 'base64').toString()) ?? []
    if (password === undefined) throw new Refused('damaged', 'it answered without a token')
    return new Secret(password)
  })
}
