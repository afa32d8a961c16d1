import { dockerLogin, ecrPassword, facts, type Host, type Secret } from '../../engine/index.ts'
import type { Registry } from './params.ts'

/** Does the work, logged in to the registry when that can be needed; logged out again where that is asked for, however it ended. */
export async function withLogin<T>(host: Host, registry: Registry | undefined, image: string, work: () => Promise<T>): Promise<T> {
  if (registry === undefined) return work()
  const server = registry.kind === 'ecr' ? serverOf(host, image) : registry.server
  const brief = registry.logout || registry.kind === 'ecr'
  try {
    if (!brief || (await host.read(facts.dockerImage(image)))?.kind !== 'present') {
      const login = registry.kind === 'ecr' ? { username: 'AWS', password: await ecrToken(host, registry) } : { username: registry.username, password: registry.password }
      await host.ensure(dockerLogin({ registry: server, ...login }))
    }
    return await work()
  } finally {
    // Also of the login that a run which was cut off has left.
    if (registry.logout) await host.ensure(dockerLogin({ registry: server, state: 'out' }))
  }
}

/** ECR's login opens the registry that the image names, whose account may be another. */
function serverOf(host: Host, image: string): string {
  const [, server] = /^([^/]*[.:][^/]*)\//.exec(image) ?? []
  return server ?? host.fail(`${image} names no registry`, 'an image in ECR begins with it: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop')
}

/** One for all hosts of a run. */
async function ecrToken(host: Host, { region, profile, endpoint }: Extract<Registry, { kind: 'ecr' }>): Promise<Secret> {
  const access = { region, profile, endpoint }
  const password = await host.once(`ecr ${JSON.stringify(access)}`, () => ecrPassword(access))
  return password.ok ? password.value : host.fail(password.error.message, password.error.hint)
}
