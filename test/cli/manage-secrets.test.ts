import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { needs } from '../rig/needs.ts'
import { ssmEndpoint } from '../rig/ssm-endpoint.ts'
import { started, type Said } from '../rig/watched.ts'
import { closed, folder, put } from './tiny.ts'

// Two "hosts" on this machine, each with services of its own, and a store in files.
const store = join(folder, 'store')
const at = (host: string, service = '') => join(folder, host, service)
const inventory = put('manage.yml', `all:
  vars:
    secrets: { store: files, directory: "${store}" }
    postgres: { password: !secret postgres/.env#POSTGRES_PASSWORD }
  hosts:
    one: { ansible_connection: local, directories: { services: "${at('one')}", apps: "${at('one', 'apps')}" } }
    two: { ansible_connection: local, directories: { services: "${at('two')}", apps: "${at('two', 'apps')}" }, shop: { secrets: !secrets shop/ } }
`)
const ENV = "# by hand\nPOSTGRES_USER=postgres\nPOSTGRES_PASSWORD='canary-1 $x'\n"

beforeEach(() => {
  for (const each of [store, at('one'), at('two')]) {
    rmSync(each, { recursive: true, force: true })
    mkdirSync(each, { mode: 0o700 })
  }
})
const inMemory = () => readdirSync('/dev/shm').filter((name) => name.startsWith('manage-secrets-'))
const ofOthers = new Set(inMemory())
const leftovers = () => inMemory().filter((name) => !ofOthers.has(name))
after(() => assert.deepEqual(leftovers(), []))

function env(host: string, service: string, text: string | Buffer, mode = 0o600): string {
  mkdirSync(at(host, service), { recursive: true })
  const path = join(at(host, service), '.env')
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}
const BIN = [process.execPath, 'engine/cli/manage-secrets/bin.js', '-i', inventory, '--lock-wait', '50']
const manage = (...words: readonly string[]): Promise<Said> => started([...BIN, ...words])
/** On a terminal, with this typed when it asks. */
function typing(answer: string, words: readonly string[]): Promise<{ code: number | null; text: string }> {
  const child = spawn('script', ['-qec', [...BIN, ...words].map((word) => `'${word}'`).join(' '), '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'], cwd: new URL('../..', import.meta.url), timeout: 60_000, killSignal: 'SIGKILL' })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const asked = text.includes('[y/N]')
    text += chunk.toString()
    if (!asked && text.includes('[y/N]')) child.stdin.write(answer)
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, text })))
}
/** What is said but for the warning that these hosts are one and the same. */
const told = ({ stderr }: Said): string => stderr.replace(/^.*are the same host[^]*?several groups\n/, '')
const kept = (name: string) => (existsSync(join(store, name)) ? readFileSync(join(store, name), 'utf8') : undefined)

test('what is typed wrong is told before anything is contacted: exit 3', { timeout: 180_000 }, async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[], 'no command\n  one of: upload, download,'],
    [['uplaod', 'x'], 'there is no command "uplaod"\n  did you mean "upload"?'],
    [['upload'], 'upload takes NAME\n  manage-secrets upload NAME'],
    [['upload', 'a/b'], '"a/b" is no service: it is the name alone'],
    [['upload', '..'], '".." is no service'],
    [['rotate', 'a', 'b-c'], '"b-c" is no key'],
    [['upload', 'a', '--length', '20'], '--length is for rotate'],
    [['rotate', 'a', 'B', '--length', '4'], '--length takes a whole number from 16'],
    [['upload', 'a', '--tags', 'x'], 'there is no flag --tags'],
    [['upload', 'postgres'], 'it asks before it writes, and there is no terminal to ask on\n  --yes does not ask'],
    [['upload', 'a', '-y', '-l', 'three'], 'three'],
    [['list-remote', '-e', 'secrets.store=nothing'], 'the store is one of'],
  ]
  const all = await Promise.all(cases.map(async ([words, message]) => ({ words, message, said: await manage(...words) })))
  for (const { words, message, said } of all) {
    assert.equal(said.code, 3, `${words.join(' ')}: ${said.stdout}${said.stderr}`)
    assert.ok(said.stderr.includes(message) && said.stderr.includes('no host was contacted.'), `${words.join(' ')}: ${said.stderr}`)
  }
  assert.match((await manage('--help')).stdout, /^npx manage-secrets -i INVENTORY .*[^]*batch-download \[NAME…\][^]*Exit codes:/)
})

test('names are told and values are not, even where a value is a name; an unchanged file is not written', { timeout: 180_000 }, async () => {
  env('one', 'postgres', ENV)
  const up = await manage('-l', 'one', 'upload', 'postgres', '-y')
  assert.deepEqual([up.code, kept('postgres/.env')], [0, `${ENV}\n`], up.stderr)
  assert.match(up.stdout, /^postgres of one → postgres\/\.env in the files in .*\n {2}new {6}POSTGRES_USER, POSTGRES_PASSWORD\nstored postgres\/\.env, version \w+\.\w+\n$/)
  const before = statSync(join(store, 'postgres/.env')).mtimeMs
  assert.match((await manage('-l', 'one', 'upload', 'postgres', '-y')).stdout, /: nothing to do\n$/)
  assert.equal(statSync(join(store, 'postgres/.env')).mtimeMs, before)
  const same = await manage('-l', 'one', 'diff', 'postgres')
  assert.deepEqual([same.code, /the same, 2 keys\n$/.test(same.stdout)], [0, true], same.stdout)
  env('one', 'postgres', ENV.replace('# by hand', '# by another hand'))
  const asked = await manage('-l', 'one', 'diff', 'postgres')
  assert.deepEqual([asked.code, /the same, 2 keys\n {2}comments, order or quotes are not\n$/.test(asked.stdout)], [0, true], asked.stdout)
  const comments = await manage('-l', 'one', 'upload', 'postgres', '--check', '--detailed-exitcode')
  assert.deepEqual([comments.code, /comments, order or quotes/.test(comments.stdout), kept('postgres/.env')], [6, true, `${ENV}\n`])
  env('one', 'shop', 'A=canary-2\n')
  await manage('-l', 'one', 'upload', 'shop', '-y')
  assert.match((await manage('-l', 'one', 'diff', 'shop')).stdout, /the same, 1 key\n$/)
})

test('hosts that have different files: which is meant is not guessed', { timeout: 180_000 }, async () => {
  env('one', 'shop', 'A=canary-1\nB=same\n')
  env('two', 'apps/shop', 'A=canary-2\nB=same\nC=canary-3\n')
  const torn = await manage('upload', 'shop', '-y')
  assert.deepEqual([torn.code, told(torn)], [2, 'two has another .env of shop than one: C, A\n  say which host is right: -l HOST\n'])
  assert.equal(kept('shop/.env'), undefined)
  assert.equal((await manage('-l', 'two', 'upload', 'shop', '-y')).code, 0)
  const down = await manage('download', 'shop', '-y')
  assert.equal(down.code, 0, down.stderr)
  assert.equal(readFileSync(join(at('one', 'shop'), '.env'), 'utf8'), 'A=canary-2\nB=same\nC=canary-3\n')
  assert.equal(readdirSync(at('one', 'shop')).length, 2, 'the file and its backup')
  assert.equal(readdirSync(at('two', 'apps/shop')).length, 1)
  assert.ok(![torn, down].some(({ stdout, stderr }) => /canary/.test(stdout + stderr)))
})

test('list-remote names a version where the store has one', { timeout: 60_000 }, async () => {
  const listed = await started([...BIN, 'list-remote', '-e', '{"secrets": {"store": "environment", "prefix": "HW_TEST_"}}'], '', 60, { HW_TEST_SHOP_KEY: 'canary-1' })
  assert.deepEqual([listed.code, listed.stdout], [0, 'the environment (HW_TEST_…), of one, two\n  SHOP_KEY\n'], listed.stderr)
})

test('nobody answers: exit 4, and nothing is stored', { timeout: 180_000 }, async () => {
  const gone = await started([process.execPath, 'engine/cli/manage-secrets/bin.js', '-i', closed, '-e', JSON.stringify({ secrets: { store: 'files', directory: store } }), 'upload', 'postgres', '-y'])
  assert.deepEqual([gone.code, gone.stdout, /UNREACHABLE {2}closed .*127\.0\.0\.1/.test(gone.stderr), readdirSync(store)], [4, '', true, []], gone.stderr)
})

test('an empty .env is nothing to store, and keeps no other from being stored', { timeout: 180_000 }, async () => {
  await using endpoint = await ssmEndpoint()
  const ssm = (...words: readonly string[]) => started([...BIN, '-l', 'one', '-e', JSON.stringify({ secrets: { store: 'ssm', prefix: '/p', region: 'eu-west-1', endpoint: endpoint.url } }), ...words, '-y'], '', 60, endpoint.env)
  env('one', 'caddy', '')
  env('one', 'blank', ' \n\n')
  env('one', 'shop', 'A=canary-1\n')
  const passed = 'the .env of blank of one is empty: nothing to store\nthe .env of caddy of one is empty: nothing to store\n'
  const batch = await ssm('batch-upload')
  assert.deepEqual([batch.code, [...endpoint.parameters.keys()]], [0, ['/p/shop/.env']], batch.stderr)
  assert.ok(batch.stdout.startsWith(`${passed}shop of one →`), batch.stdout)
  const again = await ssm('batch-upload', 'shop', 'caddy')
  assert.deepEqual([again.code, again.stdout.split('\n').length], [0, 3], again.stdout + again.stderr)
  const alone = await ssm('upload', 'caddy')
  assert.deepEqual([alone.code, alone.stdout, told(alone)], [2, '', 'the .env of caddy of one is empty; nothing was stored\n'])
  env('one', 'caddy', '# nothing yet\n')
  const comment = await ssm('upload', 'caddy', '--check')
  assert.deepEqual([comment.code, comment.stdout.split('\n').slice(1)], [0, ['  no keys', '']], comment.stderr)
})

test('on a terminal it asks; no means no, and Ctrl-C is an interrupt', { timeout: 180_000 }, async () => {
  env('one', 'postgres', ENV)
  const no = await typing('n\r', ['-l', 'one', 'upload', 'postgres'])
  assert.deepEqual([no.code, /store postgres\? \[y\/N\]/.test(no.text), /nothing was stored/.test(no.text), kept('postgres/.env')], [2, true, true, undefined], no.text)
  const interrupt = await typing('\x03', ['-l', 'one', 'upload', 'postgres'])
  assert.deepEqual([interrupt.code, /Interrupted; nothing was written\.\r?\n$/.test(interrupt.text), kept('postgres/.env')], [130, true, undefined], interrupt.text)
  const yes = await typing('y\r', ['-l', 'one', 'upload', 'postgres'])
  assert.deepEqual([yes.code, kept('postgres/.env')], [0, `${ENV}\n`], yes.text)
  const end = await typing('\x04', ['-l', 'one', 'rotate', 'postgres', 'POSTGRES_PASSWORD'])
  assert.deepEqual([end.code, kept('postgres/.env')], [2, `${ENV}\n`], end.text)
})

test('what stands on a host is not trusted: links, pipes, other bytes, names that are none', { timeout: 180_000 }, async () => {
  const strange = [`evil\nshop`, 'esc\x1b[31m', '-rf', 'a b']
  for (const name of strange) env('one', name, 'A=1\n')
  env('one', 'shop', 'A=canary-1\nnonsense\n')
  env('one', 'bytes', Buffer.from([0x41, 0x3d, 0xff, 0x0a]))
  env('one', 'open', 'A=canary-2\n', 0o644)
  mkdirSync(at('one', 'linked'))
  symlinkSync('/etc/passwd', join(at('one', 'linked'), '.env'))
  mkdirSync(at('one', 'pipe'))
  execFileSync('mkfifo', [join(at('one', 'pipe'), '.env')])
  const listed = await manage('-l', 'one', 'list-local')
  assert.equal(listed.code, 0, listed.stderr)
  const rows = listed.stdout.split('\n').slice(1, -1).map((row) => row.trim().replace(`${at('one')}`, '').replace(/ +/, ' '))
  assert.deepEqual(rows.map((row) => row.slice(1)), [
    'bytes/.env not usable: it is not UTF-8 text',
    'linked/.env not usable: it is a link, WARNING: mode 0777, should be 0600',
    'open/.env 1 key, WARNING: mode 0644, should be 0600',
    'pipe/.env not usable: it is no regular file, WARNING: mode 0644, should be 0600',
    'shop/.env not usable: line 2: this is not KEY=value, with letters, digits and "_" in KEY',
  ])
  const batch = await manage('-l', 'one', 'batch-upload', '-y')
  assert.deepEqual([batch.code, told(batch).split('\n').length - 1, readdirSync(store)], [2, 4, []], batch.stderr)
})

test('--become and --become-user are for this command too; of what that user may not look at no mode is told', { timeout: 180_000 }, async () => {
  needs('sudo', 'sudo')
  env('one', 'shop', 'A=canary-1\n')
  // As far as the directory of the service anybody may go.
  for (const [path, mode] of [[folder, 0o711], [at('one'), 0o755], [at('one', 'shop'), 0o700]] as const) chmodSync(path, mode)
  const path = join(at('one', 'shop'), '.env')
  const own = await manage('-l', 'one', 'list-local')
  assert.deepEqual([own.code, own.stdout], [0, `one\n  ${path}  1 key\n`], own.stderr)
  for (const flags of [['-b', '--become-user', 'nobody'], ['--become', '--become-user=nobody']]) {
    const others = await manage('-l', 'one', 'list-local', ...flags)
    assert.deepEqual([others.code, others.stdout], [0, `one\n  ${path}  not usable: it cannot be read: who logs in may not (-b works as root)\n`], others.stderr)
  }
  mkdirSync(join(store, 'shop'))
  writeFileSync(join(store, 'shop/.env'), 'A=canary-2\n', { mode: 0o600 })
  const down = await manage('-l', 'one', 'download', 'shop', '-y', '-b', '--become-user', 'nobody')
  assert.deepEqual([down.code, /mode/.test(down.stdout), readFileSync(path, 'utf8')], [2, false, 'A=canary-1\n'], down.stdout + down.stderr)
})

test('download: a file that is no text, a link and twins are refused before it asks; text that is no .env is replaced, and kept', { timeout: 180_000 }, async () => {
  const bytes = Buffer.from([0x41, 0x3d, 0xff, 0x0a])
  const binary = env('one', 'bytes', bytes, 0o644)
  const twins = [env('one', 'twin', 'A=1\n'), env('one', 'apps/twin', 'A=2\n')]
  mkdirSync(at('one', 'linked'))
  symlinkSync('/etc/passwd', join(at('one', 'linked'), '.env'))
  env('one', 'shop', 'A=canary-1\nnonsense\n')
  for (const name of ['bytes', 'twin', 'linked', 'shop']) {
    mkdirSync(join(store, name))
    writeFileSync(join(store, name, '.env'), 'A=canary-2\n', { mode: 0o600 })
  }
  const refused = await manage('-l', 'one', 'batch-download', '-y')
  const said = (path: string, problem: string) => `one: ${path}: ${problem}\n  nothing was written; move it away, then run it again\n`
  assert.deepEqual([refused.code, refused.stdout.match(/unread/g)?.length], [2, 1], refused.stdout)
  assert.equal(told(refused), [
    said(binary, 'it is not UTF-8 text'), said(join(at('one', 'linked'), '.env'), 'it is a link'), ...twins.map((each) => said(each, `${twins.join(' and ')} have the same name`)),
  ].join(''))
  assert.deepEqual([readFileSync(binary), readdirSync(at('one', 'bytes'))], [bytes, ['.env']])
  const done = await manage('-l', 'one', 'download', 'shop', '-y')
  assert.deepEqual([done.code, /what stands there is replaced, unread: line 2/.test(done.stdout), readdirSync(at('one', 'shop')).length], [0, true, 2], done.stdout + done.stderr)
})

test('rotate: one line changes, comments stay, who uses it is told', { timeout: 180_000 }, async () => {
  env('one', 'postgres', ENV)
  await manage('-l', 'one', 'upload', 'postgres', '-y')
  const said = await manage('rotate', 'postgres', 'POSTGRES_PASSWORD', '-y')
  assert.equal(said.code, 0, said.stderr)
  assert.match(kept('postgres/.env') ?? '', /^# by hand\nPOSTGRES_USER=postgres\nPOSTGRES_PASSWORD="[A-Za-z0-9]{32}"\n\n$/)
  assert.match(said.stdout, /The old one is NOT kept: this store has no versions\.\nused by postgres on one, two\nstored [^]*no host was touched/)
  assert.equal(readFileSync(join(at('one', 'postgres'), '.env'), 'utf8'), ENV)
  const unknown = await manage('rotate', 'postgres', 'POSTGRES_PASWORD', '-y')
  assert.deepEqual([unknown.code, /did you mean "POSTGRES_PASSWORD"/.test(unknown.stderr)], [2, true])
})

test('edit: what cannot be read is not stored, and nothing is left behind, also when it is told to end', { timeout: 180_000 }, async () => {
  env('one', 'postgres', ENV)
  await manage('-l', 'one', 'upload', 'postgres', '-y')
  const look = join(folder, 'seen')
  const edit = (script: string) => started([...BIN, 'edit', 'postgres', '-y'], '', 60, { EDITOR: put('editor.sh', `#!/bin/sh\nstat -c '%a' "$1" "$(dirname "$1")" >${look}; echo "$1" >>${look}\n${script}\n`).replace(/^/, 'sh '), VISUAL: '' })
  const done = await edit(`cp "$1" "$1.swap"; sed -i "s/canary-1/canary-2/" "$1"`)
  assert.equal(done.code, 0, done.stderr)
  assert.match(done.stdout, /changed {2}POSTGRES_PASSWORD\n {2}same {5}POSTGRES_USER\nstored/)
  assert.match(kept('postgres/.env') ?? '', /canary-2 \$x/)
  assert.match(readFileSync(look, 'utf8'), /^600\n700\n\/(?:dev\/shm|run\/user\/\d+)\/manage-secrets-\w+\/postgres\.env\n$/)
  const wrong = await edit('echo "canary-3 nonsense" >>"$1"')
  assert.deepEqual([wrong.code, /line 4: this is not KEY=value/.test(wrong.stdout), /canary/.test(wrong.stdout + wrong.stderr)], [2, true, false])
  assert.equal((await edit('exit 3')).code, 2)
  const gone = await edit('rm "$1"')
  assert.deepEqual([gone.code, gone.stderr.split('\n').at(-2)], [2, 'the editor left no file; nothing was stored'])
  assert.match((await edit('true')).stdout, /nothing to do/)
  assert.deepEqual([leftovers(), /canary-3/.test(kept('postgres/.env') ?? '')], [[], false])

  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    rmSync(look)
    const [program = '', ...words] = [...BIN, 'edit', 'postgres', '-y']
    const child = spawn(program, words, { stdio: 'ignore', env: { ...process.env, VISUAL: '', EDITOR: `sh ${put('editor.sh', `echo A=canary-4 >"$1"; echo "$1" >${look}; exec sleep 30`)}` } })
    const ended = new Promise((resolve) => child.on('close', resolve))
    for (let n = 0; n < 400 && !existsSync(look); n++) await new Promise((resolve) => setTimeout(resolve, 25))
    assert.ok(existsSync(readFileSync(look, 'utf8').trim()))
    child.kill(signal)
    assert.deepEqual([await ended, leftovers(), /canary-4/.test(kept('postgres/.env') ?? '')], [130, [], false], signal)
  }
})

test('a store that refuses: expired, written by somebody else meanwhile; what is stored and what is not is told', { timeout: 180_000 }, async () => {
  await using endpoint = await ssmEndpoint()
  env('one', 'shop', 'A=canary-1\nB=canary-2\nC=canary-3\n')
  const ssm = (...words: readonly string[]) => started([...BIN, '-l', 'one', '-e', JSON.stringify({ secrets: { store: 'ssm', prefix: '/p', region: 'eu-west-1', endpoint: endpoint.url } }), ...words], '', 60, endpoint.env)
  endpoint.fault = () => ({ type: 'ExpiredTokenException' })
  const expired = await ssm('upload', 'shop', '-y')
  assert.deepEqual([expired.code, /the credentials have expired\n {2}log in again/.test(expired.stderr)], [2, true], expired.stderr)
  endpoint.fault = (action, count) => (action === 'PutParameter' && count > 2 ? { type: 'AccessDeniedException', message: 'not this one' } : undefined)
  const half = await ssm('upload', 'shop', '--per-key', '-y')
  assert.deepEqual([half.code, [...endpoint.parameters.keys()]], [2, ['/p/shop/A', '/p/shop/B']])
  assert.match(half.stderr, /access denied: not this one; shop\/A, shop\/B is stored already, the rest is not/)
  endpoint.fault = (action, count) => {
    // After it was shown, and before it is written.
    if (action === 'GetParameters' && count >= 1) endpoint.parameters.get('/p/shop/A')?.versions.push('canary-other')
    return undefined
  }
  writeFileSync(join(at('one', 'shop'), '.env'), 'A=canary-4\nB=canary-2\nC=canary-3\n')
  const raced = await ssm('upload', 'shop', '--per-key', '-y')
  assert.deepEqual([raced.code, /somebody else has written shop\/A in between; nothing was stored/.test(raced.stderr)], [2, true], raced.stdout + raced.stderr)
  assert.ok(![expired, half, raced].some(({ stdout, stderr }) => /canary/.test(stdout + stderr)))
})

test('keys that are not stored one by one are not lost by a download that does not ask', { timeout: 180_000 }, async () => {
  const file = env('one', 'shop', 'A=canary-1\nB=canary-2\n')
  mkdirSync(join(store, 'shop'), { recursive: true })
  writeFileSync(join(store, 'shop/A'), 'canary-3\n', { mode: 0o600 })
  // Check mode says what the run would say.
  for (const refused of [await manage('-l', 'one', 'batch-download', '-y', '--check'), await manage('-l', 'one', 'batch-download', '-y')]) assert.deepEqual(
    [refused.code, told(refused), readFileSync(file, 'utf8')],
    [2, `${file} of one has B, and of shop no such key is stored\nnothing was written: --yes does not answer for keys that would be lost\n  upload NAME --per-key stores them; without --yes it asks\n`, 'A=canary-1\nB=canary-2\n'],
  )
  assert.equal((await manage('-l', 'one', 'download', 'shop', '--check')).code, 0)
  const asked = await typing('y\r', ['-l', 'one', 'download', 'shop'])
  assert.deepEqual([asked.code, /gone +B/.test(asked.text), readFileSync(file, 'utf8')], [0, true, 'A="canary-3"\n'], asked.text)
})
