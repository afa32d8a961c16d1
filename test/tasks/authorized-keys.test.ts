import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { user } from '../../engine/facts/accounts.ts'
import { authorizedKeys } from '../../engine/tasks/authorized-keys.ts'
import { given } from '../rig/plan.ts'
import { aUser } from '../rig/accounts.ts'
import { aDirectory, aFile, aLink } from '../../engine/testing/paths.ts'
import { localHost } from '../rig/local.ts'
import { changesOf, planRows } from '../rig/rows.ts'

/** A key as ssh-keygen writes it. */
function publicKey(comment: string): string {
  const raw = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])
  return `ssh-ed25519 ${Buffer.concat([field(Buffer.from('ssh-ed25519')), field(raw)]).toString('base64')} ${comment}`.trim()
}

type Params = Parameters<typeof authorizedKeys>[0]
const [ann, bob, nameless] = [publicKey('ann@pc'), publicKey('bob@pc'), publicKey('')]
const deploy = aUser('deploy')
const directory = '/home/deploy/.ssh'
const file = `${directory}/authorized_keys`
const withKeys = (text: string, mode = '0600', directoryMode = '0700') => [deploy, aDirectory(directory, directoryMode, 'deploy'), ...aFile(file, text, mode, 'deploy')]
const only = (...keys: string[]): Params => ({ user: 'deploy', keys, exclusive: true })

planRows<Params>('authorizedKeys', authorizedKeys, [
  ['nothing there', { user: 'deploy', keys: [ann, bob] }, [deploy], ['let ann@pc, bob@pc log in as deploy']],
  ['as wished', { user: 'deploy', keys: [ann] }, withKeys(`${bob}\n${ann}\n`), []],
  ['as wished, and no others', only(ann), withKeys(`${ann}\n`), []],
  ['one more', { user: 'deploy', keys: [ann] }, withKeys(`# hi\n${bob}\n`), ['let ann@pc log in as deploy']],
  ['others go', only(ann), withKeys(`${ann}\n${bob}\n`), ['let bob@pc no longer log in as deploy']],
  ['one for the other', only(nameless), withKeys(`${bob}\n`), [`let a key ending in ${nameless.slice(-8)} log in as deploy; let bob@pc no longer log in as deploy`]],
  ['the same key with options', { user: 'deploy', keys: [`no-pty,command="echo \\"hi\\" there" ${ann}`] }, withKeys(`${ann}\n`), ['write /home/deploy/.ssh/authorized_keys']],
  ['open to others', { user: 'deploy', keys: [ann] }, withKeys(`${ann}\n`, '0644', '0755'), ['chmod 0700 /home/deploy/.ssh', 'chmod 0600 /home/deploy/.ssh/authorized_keys']],
  ['no user', { user: 'deploy', keys: [ann] }, [], ['refused: there is no user "deploy"']],
  ['another home', { user: 'deploy', keys: [ann] }, [aUser('deploy', { home: '/srv/d' })], ['refused: the home directory of deploy is /srv/d']],
  ['a link for a directory', { user: 'deploy', keys: [ann] }, [deploy, aLink(directory, '/root/.ssh')], ['refused: /home/deploy/.ssh is no directory']],
  ['a directory of root', { user: 'deploy', keys: [ann] }, [deploy, aDirectory(directory)], ['refused: /home/deploy/.ssh belongs to root']],
  ['a link for a file', { user: 'deploy', keys: [ann] }, [deploy, aDirectory(directory, '0700', 'deploy'), given(...ownLink())], ['refused: /home/deploy/.ssh/authorized_keys is a link to /etc/x']],
], [
  ['private key', { user: 'deploy', keys: ['-----BEGIN OPENSSH PRIVATE KEY-----'] }, /private key: give the public one/],
  ['mangled key', { user: 'deploy', keys: [ann.replace('ssh-ed25519', 'ssh-rsa')] }, /as in a .pub file/],
  ['half a key', { user: 'deploy', keys: [ann.slice(0, 30)] }, /as in a .pub file/],
  ['two keys in one', { user: 'deploy', keys: [`${ann}\n${bob}`] }, /as in a .pub file/],
  ['no key', only(), /keys/],
])

function ownLink(): Parameters<typeof given> {
  const [fact] = aLink(file, '/etc/x')
  return [fact, { kind: 'link', target: '/etc/x', mode: '0777', uid: 1500, gid: 1500, size: 6 }]
}

test('authorizedKeys: what is written for root, on this machine, in a home of its own', async () => {
  await using local = await localHost()
  const home = local.directory
  await mkdir(`${home}/.ssh`, { mode: 0o700 })
  await writeFile(`${home}/.ssh/authorized_keys`, `# kept\n${bob}`)
  await chmod(`${home}/.ssh/authorized_keys`, 0o600)
  // The plan is told that root lives here; its steps are then done for real.
  const task = authorizedKeys({ user: 'root', keys: [ann], home })
  const seen = await local.host().read(user('root'))
  assert(seen?.kind === 'present')
  const moved = { ...task, plan: (values: ReadonlyMap<string, unknown>) => task.plan(new Map([...values, [user('root').key, { ...seen, home }]])) }
  assert.deepEqual((await local.host().ensure(moved))[0].changes, ['let ann@pc log in as root'])
  assert.equal(await readFile(`${home}/.ssh/authorized_keys`, 'utf8'), `# kept\n${bob}\n${ann}\n`)
  assert.equal((await stat(`${home}/.ssh/authorized_keys`)).mode & 0o777, 0o600)
  assert.deepEqual((await local.host().ensure(moved))[0].changes, [])
  // A home that hands its setgid bit on.
  await rm(`${home}/.ssh`, { recursive: true })
  await chmod(home, 0o2755)
  await local.host().ensure(moved)
  assert.deepEqual([(await stat(`${home}/.ssh`)).mode & 0o7777, (await local.host().ensure(moved))[0].changes], [0o700, []])
})

test('authorizedKeys: it is done as the user', () => {
  const changes = changesOf(authorizedKeys({ user: 'deploy', keys: [ann] }), [deploy])
  for (const step of changes.flatMap(({ steps }) => steps)) assert(step.kind === 'run' && step.user === 'deploy')
})
