import { z } from 'zod'
import { awsEndpoint, type AwsEndpoint } from './aws-endpoint.ts'

/** The part of Amazon ECR that gives out passwords for registries. Checked against the real `aws` command in test/secrets/ecr.test.ts. */
export interface EcrEndpoint extends AwsEndpoint {
  /** What is given out, "AWS:password" before it is written in base64; '' gives no token. */
  token: string
}

export async function ecrEndpoint(password: string): Promise<EcrEndpoint> {
  const endpoint: EcrEndpoint = Object.assign(await awsEndpoint({
    service: 'ecr', target: 'AmazonEC2ContainerRegistry_V20150921', subjects: () => [],
    answer: (action, input) => {
      if (action !== 'GetAuthorizationToken') return undefined
      z.strictObject({}).parse(input)
      if (endpoint.token === '') return { authorizationData: [] }
      const authorizationToken = Buffer.from(endpoint.token).toString('base64')
      return { authorizationData: [{ authorizationToken, expiresAt: Date.now() / 1000 + 12 * 3600, proxyEndpoint: 'https://123456789012.dkr.ecr.eu-west-1.amazonaws.com' }] }
    },
  }), { token: `AWS:${password}` })
  return endpoint
}
