import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { AuthContext } from 'ssh2'
import { checkSshSettings, connectSsh, type SshSettings } from '../../../engine/transport/ssh/connect.ts'
import { loadSsh2 } from '../../../engine/transport/ssh/ssh2.ts'
import { Secret } from '../../../engine/values/secret.ts'
import { until } from '../../rig/until.ts'
import { makeKey, startSshd, type Sshd } from './sshd-rig.ts'

let rig: Sshd
before(async () => {
  rig = await startSshd()
})
after(() => rig[Symbol.asyncDispose]())

/** "in", or the reason and the message. */
async function login(settings: SshSettings): Promise<string> {
  const connected = await connectSsh(settings)
  if (!connected.ok) return `${connected.error.reason}: ${connected.error.message}`
  await connected.connection.close()
  return 'in'
}

let count = 0
function freshKey(type: string, ...options: string[]): string {
  count += 1
  return makeKey(join(rig.dir, `key${count}`), type, ...options)
}
const letIn = (file: string): void => appendFileSync(join(rig.dir, 'authorized_keys'), readFileSync(`${file}.pub`))
const noKeyFile = ({ privateKeyFile: _, ...rest }: SshSettings): SshSettings => rest
const attempts = (log: string): number => log.match(/Failed publickey|Failed password|Failed none/g)?.length ?? 0

for (const type of ['ed25519', 'ecdsa', 'rsa']) {
  test(`login with a key of type ${type}, plain and encrypted`, async () => {
    const plain = freshKey(type)
    const encrypted = freshKey(type, '-N', 'open sesame')
    letIn(plain)
    letIn(encrypted)
    assert.equal(await login(rig.settings({ privateKeyFile: plain })), 'in')
    assert.equal(await login(rig.settings({ privateKeyFile: encrypted, passphrase: new Secret('open sesame') })), 'in')
  })
}

test('fault 23: a refused key is auth, offered once, and nothing is tried again', async () => {
  const stranger = freshKey('ed25519')
  await using own = await startSshd()
  const said = await login(own.settings({ privateKeyFile: stranger }))
  assert.match(said, /^auth: .*@127\.0\.0\.1:\d+ refuses our login: tried key .*key\d+; it takes publickey$/)
  await until(() => attempts(own.log()) > 0, 2_000)
  assert.equal(attempts(own.log()), 1)
  assert.equal(own.log().match(/Connection from/g)?.length, 1)
})

test('login: `none` is never tried', async () => {
  await using own = await startSshd({ config: ['LogLevel DEBUG1'] })
  assert.equal(await login(own.settings()), 'in')
  assert.doesNotMatch(own.log(), /method none/)
  assert.match(own.log(), /method publickey/)
})

test('faults 22 and 26: a key of ours that cannot be used is found before contact, each with its own words', async () => {
  const open = freshKey('ed25519')
  chmodSync(open, 0o644)
  const encrypted = freshKey('ed25519', '-N', 'open sesame')
  const oldStyle = freshKey('rsa', '-m', 'PEM', '-N', 'open sesame')
  const pkcs8 = freshKey('rsa', '-m', 'PKCS8')
  const ed25519Pkcs8 = join(rig.dir, 'pkcs8')
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', ed25519Pkcs8], { stdio: 'ignore' })
  const certified = freshKey('ed25519')
  execFileSync('ssh-keygen', ['-q', '-s', freshKey('ed25519'), '-I', 'me', '-n', 'root', `${certified}.pub`])
  chmodSync(`${certified}-cert.pub`, 0o600)
  const publicOnly = join(rig.dir, 'public')
  copyFileSync(`${certified}.pub`, publicOnly)
  const securityKey = join(rig.dir, 'sk')
  const inside = Buffer.concat([Buffer.from('openssh-key-v1\0'), Buffer.from('....sk-ssh-ed25519@openssh.com....')]).toString('base64')
  writeFileSync(securityKey, `-----BEGIN OPENSSH PRIVATE KEY-----\n${inside}\n-----END OPENSSH PRIVATE KEY-----\n`)
  const rubbish = join(rig.dir, 'rubbish')
  writeFileSync(rubbish, 'not a key\n')
  for (const file of [ed25519Pkcs8, publicOnly, securityKey, rubbish]) chmodSync(file, 0o600)

  const cases: readonly [file: string, passphrase: string | undefined, message: RegExp][] = [
    [join(rig.dir, 'nowhere'), undefined, /there is no private key .*nowhere$/],
    [rig.dir, undefined, /permissions|is a directory/],
    [open, undefined, /permissions 0644 for the private key .* are too open$/],
    [encrypted, undefined, /is encrypted$/],
    [encrypted, 'wrong', /does not open with this passphrase$/],
    [oldStyle, undefined, /is encrypted$/],
    [oldStyle, 'wrong', /does not open with this passphrase$/],
    [pkcs8, undefined, /PKCS#8 format, which is not supported$/],
    [ed25519Pkcs8, undefined, /PKCS#8 format, which is not supported$/],
    [`${certified}-cert.pub`, undefined, /is a certificate, which is not supported$/],
    [publicOnly, undefined, /is a public key$/],
    [securityKey, undefined, /needs a security key \(FIDO\), which is not supported$/],
    [rubbish, undefined, /cannot be used \(Unsupported key format\)$/],
  ]
  const before = rig.log()
  for (const [privateKeyFile, passphrase, message] of cases) {
    const settings = rig.settings({ privateKeyFile, ...(passphrase === undefined ? {} : { passphrase: new Secret(passphrase) }) })
    const checked = await checkSshSettings(settings)
    assert.ok('error' in checked && checked.error.reason === 'local-key')
    assert.match(checked.error.message, message)
    assert.equal(await login(settings), `local-key: ${checked.error.message}`)
  }
  assert.equal(rig.log(), before)
  assert.deepEqual(await checkSshSettings(rig.settings()), { user: rig.user })
})

test('login: nothing to log in with is said before contact', async () => {
  const checked = await checkSshSettings(noKeyFile(rig.settings()))
  assert.ok('error' in checked && checked.error.reason === 'local-key')
  assert.match(checked.error.message, /nothing to log in with/)
})

test('login: the default identities, those that cannot be used passed over', async () => {
  const home = mkdtempSync(join(rig.dir, 'home-'))
  execFileSync('mkdir', ['-m', '700', join(home, '.ssh')])
  makeKey(join(home, '.ssh', 'id_ed25519'), 'ed25519', '-N', 'a secret one')
  const ecdsa = makeKey(join(home, '.ssh', 'id_ecdsa'), 'ecdsa')
  const settings = noKeyFile(rig.settings({ env: { home, user: rig.user } }))
  assert.match(await login(settings), /^auth: .*tried key .*id_ecdsa; it takes publickey; the private key .*id_ed25519 is encrypted$/)
  letIn(ecdsa)
  assert.equal(await login(settings), 'in')
})

test('login: IdentityFile and User of ssh_config', async () => {
  const key = freshKey('ed25519')
  letIn(key)
  const config = join(rig.dir, 'ssh_config')
  writeFileSync(config, `Host web1\n HostName 127.0.0.1\n Port ${rig.port}\n User ${rig.user}\n IdentityFile ${key}\n UserKnownHostsFile ${rig.knownHosts}\n`)
  const { port: _, user: __, knownHostsFiles: ___, ...settings } = noKeyFile(rig.settings({ host: 'web1', address: 'web1', sshConfigFile: config, env: { home: rig.dir, user: 'nobody-here' } }))
  assert.equal(await login(settings), 'in')
  writeFileSync(config, `Host web1\n Port nine\n`)
  assert.match(await login(settings), /^local-key: .*ssh_config:2: Port "nine" is no port number/)
})

async function withAgent(keys: readonly string[], work: (socket: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'hostwright-agent-'))
  const socket = join(dir, 'socket')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  try {
    assert.ok(await until(() => spawnable(socket), 5_000))
    for (const key of keys) execFileSync('ssh-add', ['-q', key], { env: { SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
    await work(socket)
  } finally {
    agent.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  }
}
function spawnable(socket: string): boolean {
  try {
    execFileSync('ssh-add', ['-l'], { env: { SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
    return true
  } catch (error) {
    return error instanceof Error && 'status' in error && error.status === 1
  }
}

test('login: a key of the agent, also for a file that is encrypted', async () => {
  const key = freshKey('rsa')
  const encrypted = freshKey('ed25519')
  letIn(key)
  letIn(encrypted)
  await withAgent([freshKey('ed25519'), key, encrypted], async (agentSocket) => {
    const env = { home: join(rig.dir, 'home'), user: rig.user, agentSocket }
    assert.equal(await login(noKeyFile(rig.settings({ env }))), 'in')
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', encrypted])
    assert.equal(await login(rig.settings({ privateKeyFile: encrypted, env })), 'in')
  })
})

test('fault 24: an agent with eight wrong keys: we stop before the server does; IdentitiesOnly finds the right one', async () => {
  await using own = await startSshd()
  const right = makeKey(join(own.dir, 'right'), 'ed25519')
  appendFileSync(join(own.dir, 'authorized_keys'), readFileSync(`${right}.pub`))
  await withAgent([...Array.from({ length: 8 }, () => freshKey('ed25519')), right], async (agentSocket) => {
    const env = { home: join(own.dir, 'home'), user: own.user, agentSocket }
    assert.match(await login(noKeyFile(own.settings({ env }))), /^auth: .*tried agent key .*; 4 more keys were not tried/)
    await until(() => attempts(own.log()) >= 5, 2_000)
    assert.equal(attempts(own.log()), 5)
    assert.doesNotMatch(own.log(), /Too many authentication failures/)
    const config = join(own.dir, 'ssh_config')
    writeFileSync(config, `IdentitiesOnly yes\nIdentityFile ${right}.pub\n`)
    assert.equal(await login(noKeyFile(own.settings({ env, sshConfigFile: config }))), 'in', 'a public key may be read by others')
    // As 1Password and hardware agents have it: the private key is nowhere but in the agent.
    writeFileSync(config, `IdentitiesOnly yes\nIdentityFile ${right}\n`)
    rmSync(right)
    assert.equal(await login(noKeyFile(own.settings({ env, sshConfigFile: config }))), 'in')
    assert.equal(attempts(own.log()), 5)
  })
})

test('fault 25: an agent that is gone, or asleep, is named and waited for only briefly', async () => {
  const env = { home: join(rig.dir, 'home'), user: rig.user, agentSocket: join(rig.dir, 'no-agent') }
  assert.match(await login(noKeyFile(rig.settings({ env }))), /^local-key: .*ssh agent at .*no-agent does not answer/)
  assert.equal(await login(rig.settings({ env })), 'in')
})

/** An SSH server of ssh2's own, for ways to log in that need accounts with passwords. */
async function passwordServer(onLogin: (context: AuthContext) => void, work: (settings: SshSettings) => Promise<void>): Promise<void> {
  const { Server } = await loadSsh2()
  const guests = new Set<{ end(): void }>()
  const server = new Server({ hostKeys: [readFileSync(join(rig.dir, 'host_ed25519'))] }, (guest) => {
    guests.add(guest)
    guest.on('error', () => {}).on('authentication', onLogin)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const at: unknown = server.address()
  const port = typeof at === 'object' && at !== null && 'port' in at && typeof at.port === 'number' ? at.port : 0
  try {
    await work(noKeyFile(rig.settings({ port, acceptNew: true, knownHostsFiles: [join(rig.dir, `known_${port}`)] })))
  } finally {
    for (const guest of guests) guest.end()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
}

const password = new Secret('correct horse')

test('login with a password', async () => {
  const seen: string[] = []
  await passwordServer(
    (context) => {
      seen.push(context.method)
      if (context.method === 'password' && context.password === 'correct horse') context.accept()
      else context.reject(['password'])
    },
    async (settings) => {
      assert.equal(await login({ ...settings, password }), 'in')
      assert.match(await login({ ...settings, password: new Secret('battery staple') }), /^auth: .*tried the password; it takes password$/)
      assert.deepEqual(seen, ['password', 'password'])
    },
  )
})

test('login with keyboard-interactive: the password once, no endless asking', async () => {
  const answers: string[][] = []
  await passwordServer(
    (context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
      context.prompt([{ prompt: 'Password: ', echo: false }], (first) => {
        answers.push(first)
        if (first[0] === 'correct horse') context.accept()
        else context.prompt([{ prompt: 'Again: ', echo: false }], (second) => (answers.push(second), context.reject(['keyboard-interactive'])))
      })
    },
    async (settings) => {
      assert.equal(await login({ ...settings, password }), 'in')
      assert.match(await login({ ...settings, password: new Secret('battery staple') }), /^auth: /)
      assert.deepEqual(answers, [['correct horse'], ['battery staple'], ['']])
    },
  )
})

test('login in two steps: a key, then the password', async () => {
  let step = 0
  await passwordServer(
    (context) => {
      if (context.method === 'publickey' && context.signature === undefined) return context.accept()
      if (context.method === 'publickey') {
        step = 1
        return context.reject(['password'], true)
      }
      if (context.method === 'password' && step === 1 && context.password === 'correct horse') return context.accept()
      context.reject(['publickey'])
    },
    async (settings) => assert.equal(await login({ ...settings, privateKeyFile: rig.clientKey, password }), 'in'),
  )
})

test('login: an expired password is said to be one', async () => {
  // ssh2's server cannot ask for a change by itself for `keyboard-interactive`; for `password` it can.
  await passwordServer(
    (context) => {
      if (context.method === 'password') context.requestChange('Your password has expired.', () => {})
      else context.reject(['password'])
    },
    async (settings) => assert.match(await login({ ...settings, password }), /^auth: .*wants a new password/),
  )
})

test('login: no secret shows in a message', async () => {
  await passwordServer(
    (context) => context.reject(['password', 'keyboard-interactive', 'publickey']),
    async (settings) => assert.ok(!(await login({ ...settings, password })).includes('correct horse')),
  )
})
