import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { bridgeAddress } from '../../lab/network.ts'
import { contentOf } from '../../engine/values/content.ts'
import { envFile } from '../../engine/values/env-file.ts'
import { file } from '../../engine/tasks/file.ts'
import { directory } from '../../engine/tasks/directory.ts'
import { playbook } from '../rig/cli.ts'
import { ensureOn, onHost, resetHost } from '../rig/lab-host.ts'
import { needs } from '../rig/needs.ts'
import { ssmEndpoint, type SsmEndpoint } from '../rig/ssm-endpoint.ts'
import { traced } from '../rig/trace.ts'
import { overSsh, started, watchHost, type Said } from '../rig/watched.ts'

// From a host into the store and back: with the controller's command, and with the one on the host over the real `aws`.
needs('aws', 'awscli')
const HOST = 'lab4'
const VALUES = {
  QUOTES: 'canary-1 "double" \'single\' `back` \\slash\\',
  DOLLARS: 'canary-2 $HOME ${PATH} $$ $(id) #not a comment',
  LINES: 'canary-3\n-----BEGIN PRIVATE KEY-----\nMIIEvQ+/=\nLOOKS_LIKE=a key\n-----END PRIVATE KEY-----',
  LETTERS: 'canary-4 é ü 😀 日本',
  LONG: `canary-5 ${'0123456789abcdef'.repeat(200)}`,
}
const ENV = `# by hand\n${envFile(VALUES).text ?? ''}export BY_HAND='canary-6 $x\nAND_MORE=canary-7'\nPOSTGRES_USER=postgres\n`
const LEAK = /canary-\d/

const folder = mkdtempSync(join(tmpdir(), 'hw-e2e-manage-'))
before(() => resetHost(HOST))
after(() => {
  rmSync(folder, { recursive: true, force: true })
  resetHost(HOST)
})

const putOnHost = (at: string, text: string, mode = '0600') => ensureOn(HOST, [directory({ path: '/opt/services' }), directory({ path: at }), file({ path: `${at}/.env`, content: contentOf(text), mode })])
const bytesOf = (path: string) => Buffer.from(onHost(HOST, ['base64', path]), 'base64').toString()
const storeOf = (endpoint: SsmEndpoint) => JSON.stringify({ secrets: { store: 'ssm', prefix: '/lab', region: 'eu-west-1', endpoint: endpoint.url } })

/** The command as a user runs it, with every program it starts written down. */
function manage(endpoint: SsmEndpoint, ...words: readonly string[]): Promise<Said> {
  return started([...traced(join(folder, 'here.trace')), process.execPath, 'engine/cli/manage-secrets/bin.js', '-i', 'lab', '-l', HOST, '-e', storeOf(endpoint), '--lock-wait', '60', ...words], '', 100, endpoint.env)
}

test('the controller: what is uploaded comes back byte for byte, with a backup, and is seen nowhere', { timeout: 240_000 }, async () => {
  await using endpoint = await ssmEndpoint(bridgeAddress)
  await putOnHost('/opt/services/postgres', ENV)
  const said: Said[] = []
  {
    await using _ = await watchHost(HOST, join(folder, 'host.trace'))
    const up = await manage(endpoint, 'upload', 'postgres', '--yes')
    said.push(up)
    assert.equal(up.code, 0, up.stderr)
    assert.match(up.stdout, /^postgres of lab4 → postgres\/\.env in SSM Parameter Store \/lab .*\n {2}new {6}QUOTES, DOLLARS, LINES, LETTERS, LONG, BY_HAND, POSTGRES_USER\nstored postgres\/\.env, version 1\n$/)
    assert.deepEqual(endpoint.parameters.get('/lab/postgres/.env'), { type: 'SecureString', versions: [ENV] })

    const again = await manage(endpoint, 'upload', 'postgres', '--yes')
    assert.deepEqual([again.code, endpoint.parameters.get('/lab/postgres/.env')?.versions.length], [0, 1], again.stderr)
    assert.match(again.stdout, /nothing to do\n$/)
    assert.equal((await manage(endpoint, 'diff', 'postgres')).code, 0)

    await putOnHost('/opt/services/postgres', 'POSTGRES_USER=postgres\nOLD=canary-8\n', '0644')
    const differ = await manage(endpoint, 'diff', 'postgres')
    assert.equal(differ.code, 6)
    assert.match(differ.stdout, /only on the host: OLD\n {2}only in the store: QUOTES, /)
    const check = await manage(endpoint, 'download', 'postgres', '--check')
    assert.equal(check.code, 0, check.stderr)
    assert.equal(bytesOf('/opt/services/postgres/.env'), 'POSTGRES_USER=postgres\nOLD=canary-8\n')
    const down = await manage(endpoint, 'download', 'postgres', '--yes')
    assert.equal(down.code, 0, down.stdout + down.stderr)
    assert.match(down.stdout, /gone {5}OLD\n {2}same {5}POSTGRES_USER\n {2}mode 0644 becomes 0600\n/)
    said.push(again, differ, check, down)
  }
  assert.equal(bytesOf('/opt/services/postgres/.env'), ENV)
  const [backup = '', ...others] = onHost(HOST, ['sh', '-c', 'ls /opt/services/postgres/.env.~*']).trim().split('\n')
  assert.deepEqual([others, bytesOf(backup)], [[], 'POSTGRES_USER=postgres\nOLD=canary-8\n'])
  assert.equal(onHost(HOST, ['stat', '-c', '%a %U', '/opt/services/postgres/.env', backup]), '600 root\n600 root\n')

  const traces = ['here.trace', 'host.trace'].map((name) => readFileSync(join(folder, name), 'utf8'))
  for (const trace of traces) assert.ok(/execve\(/.test(trace) && /PATH=/.test(trace), 'the programs were seen, with their environment')
  const elsewhere = onHost(HOST, ['sh', '-c', 'cat /var/log/*.log 2>/dev/null; ls -Ra /tmp /var/tmp /dev/shm'])
  assert.equal(onHost(HOST, ['sh', '-c', 'grep -rlI canary- /tmp /var/tmp /var/lib/hostwright /run/lock /dev/shm 2>/dev/null || true']), '')
  for (const text of [...traces, elsewhere, ...said.flatMap(({ stdout, stderr }) => [stdout, stderr])]) assert.ok(!LEAK.test(text), LEAK.exec(text)?.input.slice(0, 500))
})

test('one parameter a key: values of 4096 bytes, rotation, and back', { timeout: 240_000 }, async () => {
  await using endpoint = await ssmEndpoint(bridgeAddress)
  const full = `canary-9 ${'é$"\'\n'.repeat(681)}x`
  assert.equal(Buffer.byteLength(full), 4096)
  await putOnHost('/opt/services/shop', envFile({ ...VALUES, FULL: full }).text ?? '')
  const up = await manage(endpoint, 'upload', 'shop', '--per-key', '--yes')
  assert.equal(up.code, 0, up.stderr)
  assert.equal(endpoint.parameters.get('/lab/shop/FULL')?.versions[0], full)
  onHost(HOST, ['rm', '/opt/services/shop/.env'])
  const down = await manage(endpoint, 'download', 'shop', '--yes')
  assert.equal(down.code, 0, down.stdout + down.stderr)
  const sorted = Object.fromEntries(Object.entries({ ...VALUES, FULL: full }).sort(([a], [b]) => (a < b ? -1 : 1)))
  assert.equal(bytesOf('/opt/services/shop/.env'), envFile(sorted).text)

  const rotated = await manage(endpoint, 'rotate', 'shop', 'QUOTES', '--length', '40', '--yes')
  assert.equal(rotated.code, 0, rotated.stderr)
  const versions = endpoint.parameters.get('/lab/shop/QUOTES')?.versions ?? []
  assert.ok(versions.length === 2 && versions[0] === VALUES.QUOTES && /^[A-Za-z0-9]{40}$/.test(versions[1] ?? ''))
  assert.match(rotated.stdout, /stored shop\/QUOTES, version 2 \(before: 1\)\nno host was touched/)
  assert.ok(!rotated.stdout.includes(versions[1] ?? '-'))
  assert.match((await manage(endpoint, 'diff', 'shop')).stdout, /they differ\n {2}differ: QUOTES\n$/)
  for (const text of [up, down, rotated].flatMap(({ stdout, stderr }) => [stdout, stderr])) assert.ok(!LEAK.test(text))
  assert.ok(!LEAK.test(readFileSync(join(folder, 'here.trace'), 'utf8')))
})

test('on the host: the same over the real aws, in dash and in busybox', { timeout: 400_000 }, async () => {
  await using endpoint = await ssmEndpoint(bridgeAddress)
  onHost(HOST, ['rm', '-rf', '/opt/services'])
  const infra = await playbook('infra', ['-i', 'lab', '-l', HOST, '-e', storeOf(endpoint), '-t', 'manage-secrets'])
  assert.equal(infra.code, 0, infra.stderr)
  assert.match(onHost(HOST, ['cat', '/etc/hostwright/manage-secrets.conf']), /^prefix=\/lab\nregion=eu-west-1\nendpoint=http:/m)
  const again = await playbook('infra', ['-i', 'lab', '-l', HOST, '-e', storeOf(endpoint), '-t', 'manage-secrets'])
  assert.deepEqual([again.code, again.changes], [0, []])
  const credentials = `[default]\naws_access_key_id = ${endpoint.key.id}\naws_secret_access_key = ${endpoint.key.secret}\n`
  await ensureOn(HOST, [directory({ path: '/root/.aws', mode: '0700' }), file({ path: '/root/.aws/credentials', content: credentials, mode: '0600' })])
  await putOnHost('/opt/services/postgres', ENV)
  const on = (line: string, options = {}) => overSsh(HOST, line, options)
  const said: Said[] = []
  {
    await using _ = await watchHost(HOST, join(folder, 'aws.trace'))
    for (const [index, shell] of ['dash', 'busybox sh'].entries()) {
      const command = `${shell} /usr/local/bin/manage-secrets`
      endpoint.parameters.clear()
      await putOnHost('/opt/services/postgres', ENV)
      const up = await on(`${command} upload postgres -y`)
      assert.equal(up.code, 0, `${shell}: ${up.stderr}`)
      assert.equal(up.stdout, '/opt/services/postgres/.env -> /lab/postgres/.env\n  new      QUOTES, DOLLARS, LINES, LETTERS, LONG, BY_HAND, POSTGRES_USER\nstored /lab/postgres/.env, version 1\n')
      assert.deepEqual(endpoint.parameters.get('/lab/postgres/.env'), { type: 'SecureString', versions: [ENV] })
      const same = await on(`${command} upload -y postgres`)
      assert.deepEqual([same.code, same.stdout], [0, '/opt/services/postgres/.env is stored already: nothing to do\n'], same.stderr)

      await putOnHost('/opt/services/postgres', 'POSTGRES_USER=other\nOLD=canary-8\n', '0644')
      const refused = await on(`${command} download postgres`)
      assert.equal(refused.code, 3)
      const no = await on(`${command} download postgres`, { terminal: true, input: 'n\n' })
      assert.equal(no.code, 2, no.stdout)
      assert.equal(bytesOf('/opt/services/postgres/.env'), 'POSTGRES_USER=other\nOLD=canary-8\n')
      const down = await on(`${command} download postgres`, { terminal: true, input: 'y\n' })
      assert.equal(down.code, 0, down.stdout)
      assert.match(down.stdout, /changed {2}POSTGRES_USER\r\n {2}gone {5}OLD\r\n[^]*backup: \/opt\/services\/postgres\/\.env\.~\d+~/)
      assert.equal(bytesOf('/opt/services/postgres/.env'), ENV)
      assert.equal(onHost(HOST, ['sh', '-c', 'stat -c %a /opt/services/postgres/.env*; cat /opt/services/postgres/.env.~*; rm /opt/services/postgres/.env.~*']), '600\n600\nPOSTGRES_USER=other\nOLD=canary-8\n')

      await putOnHost('/opt/services/redis', 'A=canary-0\n', '0644')
      const local = await on(`${command} list-local`)
      assert.equal(local.stdout, '/opt/services/postgres/.env  7 keys\n/opt/services/redis/.env  1 key  WARNING: mode 644, should be 600\n', local.stderr)
      const batch = await on(`${command} -y batch-upload`)
      assert.match(batch.stdout, /^\/opt\/services\/postgres\/\.env is stored already: nothing to do\n\/opt\/services\/redis\/\.env -> /)
      const remote = await on(`${command} list-remote`)
      assert.equal(remote.stdout, 'postgres/.env  version 1\nredis/.env  version 1\n', remote.stderr)
      endpoint.set('/lab/redis/.env', 'A=canary-new\n')
      const back = await on(`${command} -y batch-download`)
      assert.equal(back.code, 0, back.stderr)
      assert.deepEqual([bytesOf('/opt/services/redis/.env'), endpoint.asked.some((each) => each.startsWith('Describe'))], ['A=canary-new\n', false])

      endpoint.fault = () => ({ type: 'ExpiredTokenException', message: 'The security token included in the request is expired' })
      const expired = await on(`${command} -y upload redis`)
      assert.deepEqual([expired.code, expired.stdout], [2, ''])
      assert.match(expired.stderr, /the credentials have expired/)
      endpoint.fault = undefined
      const nothing = await on(`${command} -y download nothing`)
      assert.deepEqual([nothing.code, nothing.stderr], [2, 'manage-secrets: there is no directory of nothing in /opt/services or /opt/services/apps\n'])
      said.push(up, same, refused, no, down, local, batch, remote, back, expired, nothing)
      assert.equal(index < 2 && onHost(HOST, ['sh', '-c', 'ls -A /dev/shm /tmp | grep manage-secrets || true']), '')
    }
  }
  const noAws = await on('PATH=/nowhere /bin/dash /usr/local/bin/manage-secrets list-remote')
  assert.match(noAws.stderr, /the aws command is missing: apt-get install awscli/)
  const trace = readFileSync(join(folder, 'aws.trace'), 'utf8')
  assert.ok(/put-parameter/.test(trace))
  for (const text of [trace, ...said.flatMap(({ stdout, stderr }) => [stdout, stderr])]) assert.ok(!LEAK.test(text), LEAK.exec(text)?.input.slice(0, 500))
})
