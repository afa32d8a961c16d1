import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { appendFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { waitFor } from '../../engine/actions/wait-for.ts'
import * as facts from '../../engine/facts/path.ts'
import { TaskFailed } from '../../engine/host/failure.ts'
import { file } from '../../engine/tasks/file.ts'
import { webServer } from '../rig/http.ts'
import { localHost } from '../rig/local.ts'
import { busyboxAlone, only, shells, type Shell } from '../rig/shells.ts'

type Params = Parameters<typeof waitFor>[0]

const bad: [what: string, params: unknown, message: RegExp][] = [
  ['nothing to wait for', {}, /give one of `port`, `http`, `file` and `log`/],
  ['two things', { port: 1, file: '/x' }, /give one of/],
  ['no port', { port: 0 }, /port: .*1/],
  ['what belongs to another', { file: '/x', status: 200 }, /unknown key "status"/],
  ['a relative path', { file: 'x' }, /file: a path on a host must be absolute/],
  ['a log without a line', { log: '/x' }, /line: /],
  ['a bare number of seconds', { port: 1, timeout: 30 }, /timeout: /],
]
for (const [what, params, message] of bad)
  test(`waitFor takes not ${what}`, () => {
    // @ts-expect-error what is tried here must not fit
    assert.throws(() => waitFor(params), message)
  })

test('waitFor: titles say what is waited for', () => {
  assert.equal(waitFor({ port: 5432 }).title, 'waitFor 127.0.0.1:5432 open')
  assert.equal(waitFor({ http: 'http://x/h', status: [200, 204], body: 'ok' }).title, 'waitFor http://x/h answers 200 or 204 with ok')
  assert.equal(waitFor({ file: '/x', state: 'absent' }).title, 'waitFor /x absent')
  assert.equal(waitFor({ log: '/x', line: 'ready' }).title, 'waitFor /x holds ready')
})

test('waitFor: what was seen before the wait is not believed after it', async () => {
  await using local = await localHost()
  const at = `${local.directory}/appears`
  const host = local.host()
  assert.deepEqual(await host.read(facts.path(at)), { kind: 'absent' })
  setTimeout(() => void writeFile(at, 'x'), 300)
  await host.run(waitFor({ file: at, ...soon }))
  assert.equal((await host.read(facts.path(at)))?.kind, 'file')
})

const soon = { timeout: '10s', interval: '200ms' } as const
const never = { timeout: '1s', interval: '200ms' } as const

test('waitFor, on this machine', async (t) => {
  await using local = await localHost()
  const at = (name: string) => `${local.directory}/${name}`
  const failing = async (params: Params, message: RegExp) =>
    assert.rejects(async () => void (await local.host().run(waitFor(params))), (error) => {
      assert(error instanceof TaskFailed)
      assert.match(error.failure.message, message)
      return true
    })

  await t.test('a file that comes, and one that goes', async () => {
    const coming = local.host().run(waitFor({ file: at('later'), ...soon }))
    setTimeout(() => void writeFile(at('later'), ''), 500)
    const result = await coming
    assert(result.ran && !result.changed)
    assert.equal(result.value.waitedFor, `${at('later')} present`)
    assert.equal(result.value.last, 'present')
    assert(result.value.attempts > 1)
    const going = local.host().run(waitFor({ file: at('later'), state: 'absent', ...soon }))
    setTimeout(() => void rm(at('later')), 500)
    assert((await going).ran)
    await failing({ file: at('later'), ...never }, /later present: not within 1 s \(\d+ looks\); last: absent/)
  })

  await t.test('a line of a log', async () => {
    await failing({ log: at('log'), line: 'ready', ...never }, /last: there is no such file/)
    await writeFile(at('log'), 'starting\n')
    await failing({ log: at('log'), line: '^ready', ...never }, /last: no such line; the last one is: starting/)
    await failing({ log: at('log'), line: '(', ...never }, /last: grep: /)
    const coming = local.host().run(waitFor({ log: at('log'), line: '^ready to (accept|serve)', ...soon }))
    setTimeout(() => void appendFile(at('log'), 'ready to serve \x1b[1m\n'), 500)
    const result = await coming
    assert(result.ran)
    assert.equal(result.value.last, 'ready to serve \\x1b[1m', 'what a host says is made visible')
  })

  await t.test('a port', async () => {
    const server = createServer()
    const port = await new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve(Object(server.address()).port)))
    const open = await local.host().run(waitFor({ port, ...soon }))
    assert(open.ran && open.value.last === 'connected')
    await failing({ port, state: 'closed', ...never }, /closed: not within 1 s .* last: connected/)
    await new Promise<void>((done) => server.close(() => done()))
    assert((await local.host().run(waitFor({ port, state: 'closed', ...soon }))).ran)
    await failing({ port, ...never }, /last: Connection refused/)
  })

  await t.test('an address: status and body', async () => {
    let healthy = false
    await using web = await webServer((request, response) => {
      if (request.url === '/empty') return void response.writeHead(204).end()
      response.writeHead(healthy ? 200 : 503).end(healthy ? 'one\n{"status": "ok"}' : 'starting up')
    })
    await failing({ http: `${web.url}/health`, ...never }, /health answers 200: not within 1 s \(\d+ looks\); last: 503 starting up/)
    const coming = local.host().run(waitFor({ http: `${web.url}/health`, body: '"status": *"ok"', ...soon }))
    setTimeout(() => (healthy = true), 500)
    const result = await coming
    assert(result.ran)
    assert.equal(result.value.last, '200 one {"status": "ok"}')
    assert((await local.host().run(waitFor({ http: `${web.url}/empty`, status: [200, 204], ...never }))).ran)
    await failing({ http: `${web.url}/health`, body: '^nothing$', ...never }, /with \^nothing\$: .* last: 200 one/)
    await failing({ http: 'http://127.0.0.1:9/', ...never }, /last: .*(?:refused|connect)/)
  })

  await t.test('in check mode it looks, unless something before it would change', async () => {
    const looked = await local.host('check').run(waitFor({ file: local.directory, ...never }))
    assert(looked.ran && looked.value.last === 'present')
    const host = local.host('check')
    await host.ensure(file({ path: at('written'), content: 'x' }))
    assert.deepEqual(await host.run(waitFor({ file: at('written'), ...never })), { ran: false, changed: false, why: 'check mode' })
  })
})

/** Asynchronous: what is waited for lives in this process. */
async function performed(params: Params, shell: Shell): Promise<{ ok: boolean; text: string }> {
  const action = waitFor(params)
  const [step] = action.steps
  assert(step?.kind === 'run')
  const child = spawn('/usr/bin/env', ['-i', `PATH=${shell.path}`, 'LC_ALL=C', ...step.argv], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -1)))
  assert([0, 71, 72].includes(code), `${code}: ${Buffer.concat(stderr).toString()}`)
  const result = action.result({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) })
  return { ok: result.ok, text: result.ok ? Object(result.value).last : result.message }
}

const bare = ['date', 'sleep', 'tr', 'cut', 'tail', 'sed', 'grep']

for (const shell of [...shells, busyboxAlone, only(...bare, 'timeout', 'bash', 'wget')])
  test(`waitFor: the loop, with ${shell.name}`, async () => {
    await using local = await localHost()
    await using web = await webServer((request, response) => void response.writeHead(request.url === '/ok' ? 200 : 503).end('all is well\n'))
    await writeFile(`${local.directory}/log`, 'a\nready\nb\n')
    const rows: [params: Params, ok: boolean, text: RegExp][] = [
      [{ port: web.port, ...never }, true, /^connected$/],
      [{ port: 9, ...never }, false, /last: .+/],
      [{ port: 9, state: 'closed', ...never }, true, /.+/],
      [{ http: `${web.url}/ok`, body: 'is well$', ...never }, true, /^200 all is well/],
      [{ http: `${web.url}/ok`, body: 'is ill', ...never }, false, /last: 200 all is well/],
      [{ http: `${web.url}/not`, ...never }, false, /last: 503/],
      [{ http: 'http://127.0.0.1:9/', ...never }, false, /last: .*(?:refused|connect)/],
      [{ file: `${local.directory}/log`, ...never }, true, /^present$/],
      [{ log: `${local.directory}/log`, line: '^rea', ...never }, true, /^ready$/],
      [{ log: `${local.directory}/log`, line: '^rea$', ...never }, false, /the last one is: b/],
    ]
    for (const [params, ok, text] of rows) {
      const result = await performed(params, shell)
      assert.equal(result.ok, ok, `${JSON.stringify(params)}: ${result.text}`)
      assert.match(result.text, text)
    }
  })

test('fault 36: waitFor: a host that cannot look says what is missing', async () => {
  const shell = only(...bare)
  assert.deepEqual(await performed({ port: 9, ...never }, shell), { ok: false, text: 'no bash, python3, nc or busybox is there to try a port with' })
  assert.deepEqual(await performed({ http: 'http://127.0.0.1:9/', ...never }, shell), { ok: false, text: 'no curl, wget or busybox is there to ask an address with' })
})
