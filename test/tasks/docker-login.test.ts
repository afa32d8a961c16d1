import { dockerLogin as loginFact, loginDigest } from '../../engine/facts/docker-login.ts'
import { dockerLogin } from '../../engine/tasks/docker-login.ts'
import { Secret } from '../../engine/values/secret.ts'
import { engine } from '../rig/docker.ts'
import { given } from '../rig/plan.ts'
import { planRows } from '../rig/rows.ts'

const registry = 'registry.example.com'
const asDeploy = { registry, username: 'deploy', password: new Secret('tr0ub4dor') }
const stored = (password: string) => given(loginFact(registry), { kind: 'stored', digest: loginDigest('deploy', password) })
const helped = (user: string | undefined) => given(loginFact(registry), { kind: 'helper', helper: 'pass', user })

planRows('dockerLogin', dockerLogin, [
  ['logged out', asDeploy, [engine()], ['log in to registry.example.com as deploy']],
  ['logged in', asDeploy, [engine(), stored('tr0ub4dor')], []],
  ['logged in with an older password', asDeploy, [engine(), stored('older')], ['log in to registry.example.com as deploy']],
  ['kept by a helper', asDeploy, [engine(), helped('deploy')], []],
  ['kept by a helper, somebody else', asDeploy, [engine(), helped('admin')], ['log in to registry.example.com as deploy']],
  ['to be logged out', { registry, state: 'out' }, [engine(), stored('x')], ['log out of registry.example.com']],
  ['to be logged out of a helper', { registry, state: 'out' }, [engine(), helped('deploy')], ['log out of registry.example.com']],
  ['logged out as wished', { registry, state: 'out' }, [engine(), helped(undefined)], []],
  ['no Docker', asDeploy, [], ['refused: Docker is not installed']],
], [
  ['login without a password', { registry, username: 'deploy' }, /takes a username and a password/],
  ['registry with a path', { registry: 'registry.example.com/team', state: 'out' }, /a registry is a host/],
])
