import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { FrameOutcome, ShellSession } from '../../../engine/transport/shell/session.ts'
import { contentOf } from '../../../engine/values/content.ts'
import { openSession, shells } from './shells.ts'

const DEADLINE = 20_000

type Step = (session: ShellSession) => Promise<void>

const said = (outcome: FrameOutcome, mark = '') => outcome.sections.find((section) => section.mark === mark)?.stdout.toString()
const run = (session: ShellSession, script: string, blobs: readonly Buffer[] = []) => session.run({ script, blobs: blobs.map((each) => contentOf(each)), deadline: DEADLINE })
const take = (size: number, into: string) => `hw_take ${size} | ${into}`

/** The next frame is where it should be: what went before left nothing behind. */
async function inSync(session: ShellSession): Promise<void> {
  const outcome = await run(session, 'echo "still here"')
  assert.equal(outcome.kind, 'done')
  assert.equal(said(outcome), 'still here\n')
}

function expect(script: string, stdout: string, status = 0, stderr?: string): Step {
  return async (session) => {
    const outcome = await run(session, script)
    assert.equal(outcome.kind, 'done')
    if (outcome.kind === 'done') assert.equal(outcome.status, status)
    assert.equal(said(outcome), stdout)
    if (stderr !== undefined) assert.equal(outcome.sections[0]?.stderr.toString(), stderr)
  }
}

const blob = (size: number): Step => async (session) => {
  const bytes = randomBytes(size)
  const outcome = await run(session, take(size, 'sha256sum'), [bytes])
  assert.equal(said(outcome)?.slice(0, 64), createHash('sha256').update(bytes).digest('hex'))
}

const cases: readonly (readonly [what: string, step: Step])[] = [
  ['output and status', expect('echo out; echo err >&2; exit 3', 'out\n', 3, 'err\n')],
  ['no newline at the end', expect('printf x', 'x')],
  ['fault 34: every byte, NUL too', async (session) => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const outcome = await run(session, take(256, 'cat'), [all])
    assert.deepEqual(outcome.sections[0]?.stdout, all)
  }],
  ['marks cut the output', async (session) => {
    const outcome = await run(session, 'printf a; hw_both one; printf b; printf c >&2; hw_mark two; printf d')
    assert.deepEqual(outcome.sections.map(({ mark, stdout, stderr }) => [mark, stdout.toString(), stderr.toString()]), [['', 'a', ''], ['one', 'b', 'c'], ['two', 'd', '']])
  }],
  ['fault 31: what looks like a mark is output', expect(`printf '%032d end 0\\n' 0; echo 'end 0'; echo ' end 7'`, `${'0'.repeat(32)} end 0\nend 0\n end 7\n`)],
  ['exit in the text', expect('exit 9; echo never', '', 9)],
  ['a syntax error', async (session) => {
    const outcome = await run(session, 'if then; (((')
    assert.ok(outcome.kind === 'done' && outcome.status !== 0)
  }],
  ['fault 33: variables, directory and umask do not reach the next frame', async (session) => {
    await run(session, 'cd /tmp; umask 077; leak=1; hw_n=forged; PATH=/nowhere; set -f; trap "echo trapped" 0')
    const outcome = await run(session, 'pwd; umask; echo "${leak-none}"; echo /bin/s[h]')
    assert.equal(said(outcome), '/\n0022\nnone\n/bin/sh\n')
  }],
  ['fault 53: a child in the background keeps stdout open', async (session) => {
    const started = performance.now()
    assert.equal(said(await run(session, 'sleep 5 & echo started')), 'started\n')
    assert.ok(performance.now() - started < 3000)
  }],
  ['blobs nobody takes', async (session) => void (await run(session, 'true', [randomBytes(70_000), randomBytes(3)]))],
  ['blobs half taken', async (session) => void (await run(session, 'hw_take 10 >/dev/null; false', [randomBytes(70_000)]))],
  ['blobs before an exit', async (session) => void (await run(session, 'exit 4', [randomBytes(70_000)]))],
  ['blobs before a syntax error', async (session) => void (await run(session, 'if then', [randomBytes(70_000)]))],
  ['blobs into a full disk', async (session) => {
    const outcome = await run(session, 'hw_take 3000000 >/dev/full', [randomBytes(3_000_000)])
    assert.ok(outcome.kind === 'done' && outcome.status !== 0)
  }],
  ['two blobs in order', async (session) => {
    const outcome = await run(session, 'hw_take 3; hw_take 2', [Buffer.from('abc'), Buffer.from('de')])
    assert.equal(said(outcome), 'abcde')
  }],
  ...[0, 1, 65_535, 65_536, 65_537, 5_000_000].map((size) => [`a blob of ${size} bytes`, blob(size)] as const),
  ['a script of 300 KB', expect(`: '${'x'.repeat(300_000)}'; echo done`, 'done\n')],
]

for (const [name, shell] of Object.entries(shells)) {
  test(`fault 35: frames: ${name}`, { timeout: 120_000 }, async (t) => {
    const session = await openSession(shell)
    t.after(() => session.close())
    for (const [what, step] of cases)
      await t.test(what, { timeout: 40_000 }, async () => {
        await step(session)
        await inSync(session)
      })
  })
}
