import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ShellSession, type FrameOutcome } from '../../../engine/transport/shell/session.ts'
import { contentOf } from '../../../engine/values/content.ts'
import { connectTo, folder, openSession, shells } from './shells.ts'

const DEADLINE = 20_000
const MB = 1024 * 1024

const stdout = (outcome: FrameOutcome, mark = '') => outcome.sections.find((section) => section.mark === mark)?.stdout.toString() ?? ''

/** The pid of the resident shell, as it says itself. */
async function pidOf(session: ShellSession): Promise<number> {
  return Number(stdout(await session.run({ script: 'echo $$', deadline: DEADLINE })))
}

for (const [name, shell] of Object.entries(shells)) {
  test(`the shell is killed: what was done before is told (${name})`, async () => {
    const session = await openSession(shell)
    const pid = await pidOf(session)
    const running = session.run({ script: 'hw_both one; echo first; hw_both two; sleep 20', deadline: DEADLINE, on: { mark: (mark) => mark === 'two' && setTimeout(() => process.kill(pid, 'SIGKILL'), 50) } })
    const outcome = await Promise.race([running, after(5000)])
    assert.ok(outcome !== 'late' && outcome.kind === 'lost')
    assert.equal(stdout(outcome, 'one'), 'first\n')
    assert.equal(outcome.sections.at(-1)?.mark, 'two')
    assert.equal(session.alive, false)
    assert.equal((await session.run({ script: 'true', deadline: DEADLINE })).kind, 'lost')
  })

  test(`a header that is none of ours ends the shell: content never runs as a program (${name})`, async () => {
    let send = (_: string) => Promise.resolve()
    const session = await openSession(shell, {}, (process) => {
      send = (text) => process.write(Buffer.from(text))
      return process
    })
    const canary = join(folder, `canary-${name.replaceAll(' ', '-')}`)
    const script = `touch ${canary}`
    await send(`${'0'.repeat(32)} ${script.length} 0 id\n${script}\n`)
    const outcome = await session.run({ script: 'true', deadline: DEADLINE })
    assert.equal(outcome.kind, 'lost')
    assert.throws(() => readFileSync(canary))
  })

  test(`no process learns the nonce, by its arguments or its environment (${name})`, async (t) => {
    let nonce = ''
    const polluted = `exec env SHELLOPTS=allexport hw_n=a hw_k=b hw_l=c hw_src=d hw_mine=e ${shell}`
    const session = await openSession(polluted, {}, (process) => ({
      ...process,
      write: (bytes) => {
        nonce ||= /hw_n=([0-9a-f]{32});/.exec(Buffer.from(bytes).toString())?.[1] ?? ''
        return process.write(bytes)
      },
    }))
    t.after(() => session.close())
    const seen = join(folder, `proc-${name.replaceAll(' ', '-')}`)
    const outcome = await session.run({ script: `( env; cat /proc/self/environ; sh -c 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ' ) >${seen} 2>/dev/null; echo looked`, deadline: DEADLINE })
    assert.equal(stdout(outcome), 'looked\n')
    const text = readFileSync(seen, 'latin1')
    assert.match(nonce, /^[0-9a-f]{32}$/)
    assert.ok(text.includes('LC_ALL=C'), 'something was seen')
    assert.ok(!text.includes(nonce))
  })
}

test('fault 10: a frame that does not end is given up at its deadline, and the session with it', async () => {
  const session = await openSession('/bin/dash')
  const started = performance.now()
  const outcome = await session.run({ script: 'hw_mark begun; sleep 30', deadline: 300 })
  assert.ok(outcome.kind === 'lost' && outcome.error.reason === 'timeout')
  assert.equal(outcome.sections.at(-1)?.mark, 'begun')
  assert.equal((await session.run({ script: 'true', deadline: DEADLINE })).kind, 'lost')
  assert.ok(performance.now() - started < 3000)
})

test('fault 31: what rc files print before the first mark is passed over', async (t) => {
  const session = await openSession(`echo "Welcome!"; echo "Last login: never" >&2; printf "no newline"; exec /bin/sh`)
  t.after(() => session.close())
  assert.equal(stdout(await session.run({ script: 'echo mine', deadline: DEADLINE })), 'mine\n')
})

const noShells: readonly (readonly [what: string, shell: string, message: RegExp])[] = [
  ['nologin', 'exec /usr/sbin/nologin', /the login gives no \/bin\/sh; it said: This account is currently not available/],
  ['a shell that is not there', 'exec /no/such/shell', /the login gives no \/bin\/sh; it said: .*not found/],
  ['a forced command that ends', 'echo only backups here; exit 0; #', /the login gives no \/bin\/sh; it said: only backups here/],
  ['a restricted shell', `exec rbash -c 'exec /bin/sh'; #`, /the login gives no \/bin\/sh; it said: .*restricted/],
  ['silence', 'exec sleep 30; #', /\/bin\/sh did not answer within 0.5 s/],
  ['a flood', 'exec yes; #', /\/bin\/sh did not answer within 0.5 s; it said: y \/ y/],
]
for (const [what, shell, message] of noShells)
  test(`fault 30: no shell: ${what}`, async () => {
    const started = performance.now()
    const opened = await ShellSession.open(connectTo(shell), { deadline: 500 })
    assert.ok(!opened.ok)
    assert.equal(opened.error.reason, 'no-shell')
    assert.match(opened.error.message, message)
    assert.ok(performance.now() - started < 3000)
  })

test('fault 55: 200 MB of output: the beginning and the end are kept, the memory is not filled', { timeout: 60_000 }, async (t) => {
  const session = await openSession('/bin/dash')
  t.after(() => session.close())
  const before = process.memoryUsage().rss
  let most = 0
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20)
  const outcome = await session.run({ script: `echo begin; head -c ${200 * MB} /dev/zero; echo; echo end`, deadline: 60_000, keep: () => MB })
  clearInterval(watch)
  const text = stdout(outcome)
  assert.ok(text.startsWith('begin\n') && text.endsWith('\nend\n'))
  assert.match(text, /\n\[… \d+ bytes left out …\]\n/)
  assert.ok(text.length < 1.1 * MB)
  assert.equal(outcome.sections[0]?.cut, 200 * MB + 11 - MB)
  assert.ok(most - before < 120 * MB, `${Math.round((most - before) / MB)} MB more were used`)
})

test('fault 56: a flood on stderr does not stop the work', { timeout: 60_000 }, async (t) => {
  const session = await openSession('/bin/dash')
  t.after(() => session.close())
  const outcome = await session.run({ script: `head -c ${50 * MB} /dev/zero >&2; echo done`, deadline: 60_000, keep: () => MB })
  assert.equal(stdout(outcome), 'done\n')
  assert.ok((outcome.sections[0]?.stderr.length ?? 0) < 1.1 * MB)
})

for (const [what, size] of [['shorter', 100_000], ['longer', 10]] as const)
  test(`a file that became ${size > 1000 ? 'shorter' : 'longer'} after its size was told does not shift what follows (${what})`, async (t) => {
    const session = await openSession('/bin/dash')
    t.after(() => session.close())
    const changed = { ...contentOf(Buffer.alloc(70_000, 'echo forged\n')), size }
    const outcome = await session.run({ script: `hw_take ${size} | wc -c`, blobs: [changed], deadline: 5000 })
    assert.equal(stdout(outcome).trim(), String(size))
    assert.equal(stdout(await session.run({ script: 'echo in sync', deadline: DEADLINE })), 'in sync\n')
  })

test('two sessions at once on one machine do not hear each other', async (t) => {
  const sessions = await Promise.all([openSession('/bin/dash'), openSession('/bin/busybox sh')])
  t.after(() => Promise.all(sessions.map((each) => each.close())))
  const answers = await Promise.all(sessions.map((session, index) => session.run({ script: `sleep 0.1; echo ${index}`, deadline: DEADLINE })))
  assert.deepEqual(answers.map((each) => stdout(each)), ['0\n', '1\n'])
})

function after(ms: number): Promise<'late'> {
  return new Promise((resolve) => setTimeout(() => resolve('late'), ms).unref())
}
