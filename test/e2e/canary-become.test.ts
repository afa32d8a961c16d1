import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { clientKey, knownHosts } from '../../lab/paths.ts'
import { readState } from '../../lab/state.ts'
import { resetHost } from '../rig/lab-host.ts'
import { LeakSearch } from '../rig/leak-search.ts'
import { overSsh } from '../rig/watched.ts'

// The password that sudo asks for, and sshd where there is no key, given in every way: nobody else needs it, and no file on the host has it.
const HOST = 'lab5'
const DIR = '/srv/hw-canary'
const search = new LeakSearch(HOST)
const { canaries } = search

/** From now on this is the password of "deploy", who must give it to become root. */
async function passwordIs(password: string): Promise<string> {
  const done = await overSsh(HOST, 'chpasswd', { input: `deploy:${password}\n` })
  assert.equal(done.code, 0, done.stderr)
  return password
}

const way = () => ({ ansible_host: readState().hosts[HOST]?.address, ansible_ssh_private_key_file: clientKey, known_hosts_file: knownHosts, ansible_user: 'deploy' })
/** An inventory with the host and these variables, as JSON, which is YAML too. */
const inventory = (more: object = {}) => ['-i', search.put('hosts.json', JSON.stringify({ all: { hosts: { [HOST]: { ...way(), ...more } } } }))]
const infra = ['playbooks/infra.ts', '-t', 'directories', '-e', JSON.stringify({ directories: { services: DIR, apps: `${DIR}/apps`, data: `${DIR}/data` } }), '-D', '-b']
const QUESTION = 'sudo password: '

before(async () => {
  resetHost(HOST)
  search.makeLoud()
  await new Promise((resolve) => setTimeout(resolve, 1000)) // until sshd has begun anew
  await search.watch({ sudo: true })
})
after(async () => {
  await search.close()
  resetHost(HOST)
})

test('typed at a terminal', { timeout: 300_000 }, async () => {
  for (const kind of ['QUOTES', 'LETTERS'] as const) {
    const password = await passwordIs(canaries.password(kind))
    await search.run([...infra, ...inventory(), '-K', '--check'], 'tty', 0, { [QUESTION]: password })
    // And without a key: to log in, too.
    await search.run([...infra, ...inventory({ ansible_ssh_private_key_file: undefined }), '-K', '-k'], 'tty', 0, { 'SSH password: ': password, 'sudo password [defaults to SSH password]: ': '' })
  }
})

test('out of a file', { timeout: 120_000 }, async () => {
  const file = search.put('password', `${await passwordIs(canaries.password('LONG'))}\n`)
  for (const output of ['plain', 'json'] as const) await search.run([...infra, ...inventory(), '--become-password-file', file], output)
})

test('out of the inventory: commands that fail or do not end, a crash, and mistakes in the same line', { timeout: 300_000 }, async () => {
  const password = await passwordIs(canaries.password('DOLLARS'))
  for (const [kind, value] of Object.entries(canaries.environment('files'))) search.put(`files/${kind}`, `${value}\n`)
  for (const [kind, output, crash] of [['LONG', 'plain', false], ['LINES', 'tty', true]] as const) {
    const given = search.vars(`careless: { dir: ${DIR}, registry: "127.0.0.1:9", content: !secret files/files_${kind}, password: !secret files/files_LETTERS, crash: ${crash} }\n`)
    const careless = ['test/playbooks/canary.ts', ...inventory({ ansible_become: true, ansible_become_password: password }), ...given, '-D']
    for (const mode of [['--check'], []]) await search.run([...careless, ...mode], output, crash ? 2 : 0)
  }
  const login = inventory({ ansible_ssh_private_key_file: undefined, ansible_password: password, ansible_become_password: password })
  await search.run([...infra, ...login], 'json')
  for (const output of ['plain', 'tty'] as const) {
    const refused = await search.run([...infra, ...inventory({ ansible_become_pass: password, ansible_prot: 22 })], output, 3)
    assert.match(refused.stdout + refused.stderr, /"ansible_prot" is not supported/)
  }
})

test('a wrong one', { timeout: 120_000 }, async () => {
  await passwordIs(canaries.password('QUOTES'))
  const wrong = canaries.password('DOLLARS')
  await search.run([...infra, ...inventory({ ansible_become_password: wrong })], 'json', 4)
  const typed = await search.run([...infra, ...inventory(), '-K'], 'tty', 4, { [QUESTION]: wrong })
  assert.match(typed.stdout, /does not take the password/)
})

test('one of several lines: sudo would read the first, and the shell of root run the others', { timeout: 120_000 }, async () => {
  const right = await passwordIs(canaries.password('LETTERS'))
  const lines = `${right}\n${canaries.plain('second line')}`
  const given = [
    [...inventory(), '--become-password-file', search.put('lines', `${lines}\n`)],
    inventory({ ansible_become_password: lines }),
  ]
  for (const words of given) {
    const refused = await search.run([...infra, ...words], 'plain', 3)
    assert.match(refused.stderr, /the become password has more than one line/)
  }
  await search.run([...infra, ...inventory({ ansible_become_password: `${right}\n` })], 'plain')
})

test('nothing has one, on either end', { timeout: 120_000 }, async () => {
  const { log, trace } = await search.nothingLeft({ ours: new RegExp(`^${DIR}/content$`) })
  assert.match(trace, /execve\("[^"]*sudo", \["sudo", "-S", "-k"/, 'the trace has what sshd runs')
  assert.match(log, /sudo.*deploy : .*COMMAND=\/bin\/sh/)
  assert.match(log, /sudo.*(?:authentication failure|incorrect password)/)
  for (const how of ['publickey', 'password']) assert.match(log, new RegExp(`sshd.*Accepted ${how} for deploy`))
})
