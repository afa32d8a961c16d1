import { dockerLogin, ecrPassword, facts, type Host, type Secret } from '../../engine/index.ts'
import type { Registry } from './params.ts'

interface Login {
  readonly registry: string
  readonly username: string
  readonly password: Secret
}

/** Does the work, logged in to the registry when that can be needed; logged out again where that is asked for, however it ended. */
export async function withLogin<T>(host: Host, registry: Registry | undefined, image: string, work: () => Promise<T>): Promise<T> {
  if (registry === undefined) return work()
  const brief = registry.logout || registry.kind === 'ecr'
  if (brief && (await host.read(facts.dockerImage(image)))?.kind === 'present') return work()
  const login = registry.kind === 'ecr' ? await ecrLogin(host, registry, image) : { registry: registry.server, username: registry.username, password: registry.password }
  await host.ensure(dockerLogin(login))
  try {
    return await work()
  } finally {
    if (registry.logout) await host.ensure(dockerLogin({ registry: login.registry, state: 'out' }))
  }
}

/** One password for all hosts of a run; it opens the registry that the image names, whose account may be another. */
async function ecrLogin(host: Host, { region, profile, endpoint }: Extract<Registry, { kind: 'ecr' }>, image: string): Promise<Login> {
  const [, registry] = /^([^/]*[.:][^/]*)\//.exec(image) ?? []
  if (registry === undefined) return host.fail(`${image} names no registry`, 'an image in ECR begins with it: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop')
  const access = { region, profile, endpoint }
  const password = await host.once(`ecr ${JSON.stringify(access)}`, () => ecrPassword(access))
  return password.ok ? { registry, username: 'AWS', password: password.value } : host.fail(password.error.message, password.error.hint)
}
