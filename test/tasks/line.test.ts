import assert from 'node:assert/strict'
import { readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { given, planOf } from '../rig/plan.ts'
import { text } from '../../engine/facts/path.ts'
import { line } from '../../engine/tasks/line.ts'
import { aDirectory, aFile, aLink } from '../../engine/testing/paths.ts'
import { foretoldAndDone, localHost } from '../rig/local.ts'
import { planRows } from '../rig/rows.ts'

const at = '/etc/app.conf'
const etc = aDirectory('/etc')
const three = [etc, ...aFile(at, 'a=1\nb=2\na=3\n')]
const b: Parameters<typeof line>[0] = { path: at, line: 'b=5', regexp: '^b=' }

planRows<Parameters<typeof line>[0]>('line', line, [
  ['is there', { path: at, line: 'b=2' }, three, []],
  ['is there, with CRLF', { path: at, line: 'b=2' }, [etc, ...aFile(at, 'a=1\r\nb=2\r\n')], []],
  ['missing: at the end', { path: at, line: 'c=4' }, three, ['add "c=4" to /etc/app.conf']],
  ['another one matches', b, three, ['set "b=5" in /etc/app.conf']],
  ['the last of several is right already', { path: at, line: 'a=3', regexp: '^a=' }, three, []],
  ['all of several', { path: at, line: 'a=3', regexp: '^a=', matches: 'all' }, three, ['set "a=3" in /etc/app.conf']],
  ['gone by pattern', { path: at, regexp: /^a=/, state: 'absent' }, three, ['remove 2 lines from /etc/app.conf']],
  ['gone by text', { path: at, line: 'b=2', state: 'absent' }, three, ['remove a line from /etc/app.conf']],
  ['gone, and it was', { path: at, line: 'x', state: 'absent' }, three, []],
  ['gone from no file', { path: at, line: 'x', state: 'absent' }, [etc], []],
  ['the mode alone', { path: at, line: 'b=2', mode: '600' }, three, ['chmod 0600 /etc/app.conf']],
  ['a new file', { path: at, line: 'x', create: true }, [etc], ['add "x" to /etc/app.conf']],
  ['no file', { path: at, line: 'x' }, [etc], ['refused: /etc/app.conf does not exist']],
  ['no directory', { path: at, line: 'x', create: true }, [], ['refused: the directory /etc does not exist']],
  ['a link', { path: at, line: 'x' }, [etc, aLink(at, 'other.conf')], ['refused: /etc/app.conf is a link to other.conf']],
  ['a directory', { path: at, line: 'x' }, [etc, aDirectory(at)], ['refused: /etc/app.conf is no regular file']],
  ['an anchor that is not there', { path: at, line: 'x', insertAfter: '^\\[main\\]$' }, three, ['refused: no line of /etc/app.conf matches /^\\[main\\]$/']],
  ['not text', { path: at, line: 'x' }, [etc, ...aFile(at, ''), given(text(at), { kind: 'bytes', bytes: Buffer.from([0xff, 0xfe]) })], ['refused: /etc/app.conf is not UTF-8 text']],
  ['too large', { path: at, line: 'x' }, [etc, ...aFile(at, ''), given(text(at), { kind: 'too-large' })], ['refused: /etc/app.conf is larger than what is edited in place (1 MiB)']],
], [
  ['regexp that does not match its own line', { path: at, line: 'c=1', regexp: '^b=' }, /does not match the `line` itself/],
  ['missing line', { path: at }, /which `line` should be there/],
  ['absence of nothing', { path: at, state: 'absent' }, /give a `line` or a `regexp`/],
  ['two lines', { path: at, line: 'a\nb' }, /must be one line/],
  ['broken pattern', { path: at, line: 'a', regexp: '(' }, /regular expression/i],
  ['two places', { path: at, line: 'a', insertAfter: 'x', insertBefore: 'y' }, /not both/],
])

test('line: a pattern with the g flag does not remember', () => {
  const task = line({ path: at, line: 'b=2', regexp: /^b/g })
  for (let time = 0; time < 3; time++) assert.deepEqual(planOf(task, three), [])
})

const edits: [what: string, before: string, params: Omit<Parameters<typeof line>[0], 'path'>, after: string][] = [
  ['adds at the end', 'a\n', { line: 'b' }, 'a\nb\n'],
  ['ends a last line that had no end', 'a', { line: 'b' }, 'a\nb\n'],
  ['leaves the missing end alone elsewhere', 'a\nb', { line: 'x', regexp: '^a$|^x$' }, 'x\nb'],
  ['keeps CRLF', 'a\r\nb\r\n', { line: 'c', insertAfter: '^a$' }, 'a\r\nc\r\nb\r\n'],
  ['replaces in CRLF', 'a\r\nb\r\n', { line: 'b2', regexp: '^b' }, 'a\r\nb2\r\n'],
  ['keeps each ending of a mixed file', 'a\r\nb\nc\r\n', { line: 'b2', regexp: '^b' }, 'a\r\nb2\nc\r\n'],
  ['before the first match', 'x\ny\nx\n', { line: 'w', insertBefore: 'x', firstMatch: true }, 'w\nx\ny\nx\n'],
  ['before the last match', 'x\ny\nx\n', { line: 'w', insertBefore: 'x' }, 'x\ny\nw\nx\n'],
  ['after the last match', 'x\ny\nx', { line: 'w', insertAfter: 'x' }, 'x\ny\nx\nw\n'],
  ['at the beginning', 'a\n', { line: 'b', insertBefore: 'BOF' }, 'b\na\n'],
  ['the last match', 'a=1\na=2\n', { line: 'a=9', regexp: '^a=' }, 'a=1\na=9\n'],
  ['every match', 'a=1\na=2\n', { line: 'a=9', regexp: '^a=', matches: 'all' }, 'a=9\na=9\n'],
  ['what a shell would take apart', '', { line: `'"$(id)\`id\`\\n %s *` }, `'"$(id)\`id\`\\n %s *\n`],
  ['other alphabets', 'grüße\n', { line: 'κόσμε', insertBefore: '^grü' }, 'κόσμε\ngrüße\n'],
  ['removes', 'a\nb\na', { line: 'a', state: 'absent' }, 'b\n'],
]

test('line, on this machine', async (t) => {
  await using local = await localHost()
  for (const [index, [what, before, params, after]] of edits.entries())
    await t.test(what, async () => {
      const path = `${local.directory}/${index}`
      await writeFile(path, before, { mode: 0o640 })
      assert.equal((await foretoldAndDone(local, line({ path, ...params }))).length, 1)
      assert.equal(await readFile(path, 'utf8'), after)
      assert.equal((await stat(path)).mode & 0o7777, 0o640)
    })
  await t.test('a command that does not agree keeps the old file', async () => {
    const path = `${local.directory}/validated`
    await writeFile(path, 'good\n')
    const bad = line({ path, line: 'bad', validate: ['sh', '-c', '! grep bad "$1"', 'sh', '%s'] })
    await assert.rejects(async () => void (await local.host().ensure(bad)), /TaskFailed|ended with status 1/)
    assert.equal(await readFile(path, 'utf8'), 'good\n')
  })
  await t.test('several backups of one file in one second: each is kept', async () => {
    const path = `${local.directory}/backed-up`
    await writeFile(path, 'original\n')
    await local.host().ensure(...['one', 'two', 'three'].map((each) => line({ path, line: each, backup: true })))
    const kept = (await readdir(local.directory)).filter((name) => /^backed-up\.~\d{14}(?:\.\d)?~$/.test(name))
    const texts = await Promise.all(kept.map((name) => readFile(`${local.directory}/${name}`, 'utf8')))
    assert.deepEqual(texts.sort(), ['original\n', 'original\none\n', 'original\none\ntwo\n'])
  })
  await t.test('several lines of one file, in one batch', async () => {
    const path = `${local.directory}/several`
    const tasks = ['one', 'two', 'three'].map((each) => line({ path, line: each, create: true }))
    const foretold = await local.host('check').ensure(...tasks)
    const done = await local.host().ensure(...tasks)
    assert.deepEqual(done.map(({ changes }) => changes), foretold.map(({ changes }) => changes))
    assert.equal(await readFile(path, 'utf8'), 'one\ntwo\nthree\n')
  })
})
