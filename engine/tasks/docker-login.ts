import { z } from 'zod'
import { dockerEngine, noEngine } from '../facts/docker-engine.ts'
import { dockerLogin as loginFact, loginDigest, registryKey, type LoginState } from '../facts/docker-login.ts'
import { becomes } from '../facts/fact.ts'
import { contentOf } from '../values/content.ts'
import { Secret } from '../values/secret.ts'
import { change, refuse, run } from './change.ts'
import { defineTask } from './task.ts'

const Params = z
  .strictObject({
    registry: z.string().regex(/^[A-Za-z0-9.-]+(?::\d+)?$/, 'a registry is a host, with a port if need be: "registry.example.com", "docker.io"').default('docker.io'),
    state: z.enum(['in', 'out']).default('in'),
    username: z.string().min(1).optional(),
    password: z.instanceof(Secret, { error: 'a password is a Secret' }).meta({ title: 'Secret' }).optional().describe('or a token; it goes to docker by its standard input'),
  })
  .refine((p) => p.state === 'out' || (p.username !== undefined && p.password !== undefined), 'to be logged in takes a username and a password')

/**
 * The user of the connection is logged in to a registry. The registry itself checks the password, at the moment it is stored. Docker
 * keeps it in `~/.docker/config.json`, in the open unless a credential helper is set up there; with a helper only the name of the user
 * is compared, as the password cannot be seen.
 *
 * @example dockerLogin({ registry: 'registry.example.com', username: 'deploy', password: new Secret(token) })
 */
export const dockerLogin = defineTask({
  name: 'dockerLogin',
  doc: 'The user of the connection is logged in to a registry with this password, or is not logged in.',
  params: Params,
  title: (p) => p.registry,
  facts: (p) => ({ engine: dockerEngine(), now: loginFact(p.registry) }),
  plan(p, { engine, now }) {
    const { username, password } = p
    if (p.state === 'out' || username === undefined || password === undefined)
      return isOut(now) ? [] : [change(`log out of ${p.registry}`, [run(['docker', 'logout', registryKey(p.registry)], { timeout: 60 })], [becomes(loginFact(p.registry), { kind: 'absent' })])]
    const trouble = noEngine(engine)
    if (trouble) return refuse(trouble.message, trouble.hint)
    const digest = loginDigest(username, password.reveal())
    if (now.kind === 'helper' ? now.user === username : now.kind === 'stored' && now.digest === digest) return []
    const after: LoginState = now.kind === 'helper' ? { ...now, user: username } : { kind: 'stored', digest }
    const argv = ['docker', 'login', '--username', username, '--password-stdin', ...(p.registry === 'docker.io' ? [] : [p.registry])]
    return [change(`log in to ${p.registry} as ${username}`, [run(argv, { stdin: contentOf(password), timeout: 60 })], [becomes(loginFact(p.registry), after)])]
  },
})

const isOut = (now: LoginState) => now.kind === 'absent' || (now.kind === 'helper' && now.user === undefined)
