import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { WriteStep } from '../../../engine/tasks/change.ts'
import { contentOf } from '../../../engine/values/content.ts'
import { act, outcomeOf, steps, writes } from './acts.ts'
import { folder, openLink, shells } from './shells.ts'

const asRoot = process.getuid?.() === 0

const names = ['plain', 'two words', ` edges `, `it's "quoted"`, '$HOME `id` $(id)', 'back\\slash \\n', '*?[a]', '-rf', '--help', '~root', 'ünïcödé ☃', '#', ';true', '{a,b}', 'x'.repeat(255), '\u00e9', 'e\u0301', 'two\nlines', '\u202etxt.exe', '%s %d', '!!', '=', 'a=b', '.hidden']
const contents: readonly (readonly [what: string, bytes: Buffer])[] = [
  ['nothing', Buffer.alloc(0)],
  ['no newline', Buffer.from('x')],
  ['many newlines', Buffer.from('\n\n\n')],
  ['all bytes', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
  ['quotes', Buffer.from(`'"\\$x\`id\`%s\r\n`)],
  ...[65_535, 65_536, 65_537, 1_000_003].map((size) => [`${size} bytes`, randomBytes(size)] as const),
  ['64 KiB of text', Buffer.from('é'.repeat(32 * 1024))],
]

for (const [shellName, shell] of Object.entries(shells)) {
  const home = join(folder, `write ${shellName}`)
  mkdirSync(home)
  const at = (name: string) => {
    const own = join(home, name)
    mkdirSync(own, { recursive: true })
    return own
  }
  const temps = (directory: string) => readdirSync(directory).filter((each) => each.startsWith('.hostwright'))

  test(`fault 35: write: ${shellName}`, async (t) => {
    const link = await openLink(shell)
    t.after(() => link.close())

    await t.test('fault 75: every name', async () => {
      const directory = at('names')
      const acted = await act(link, names.map((name) => writes(`${directory}/${name}`, `I am ${name}`)))
      assert.equal(acted.kind, 'done')
      assert.deepEqual(readdirSync(directory).sort(), [...names].sort())
      for (const name of names) assert.equal(readFileSync(`${directory}/${name}`, 'utf8'), `I am ${name}`)
    })

    await t.test('every content, in one act', async () => {
      const directory = at('contents')
      const acted = await act(link, contents.map(([what, bytes]) => writes(`${directory}/${what}`, bytes)))
      assert.equal(acted.kind, 'done')
      for (const [what, bytes] of contents) assert.ok(readFileSync(`${directory}/${what}`).equals(bytes), what)
      assert.deepEqual(temps(directory), [])
    })

    for (const mode of ['0600', '0755', '4755', '2644', '0000'])
      await t.test(`mode ${mode}`, async () => {
        assert.equal(await outcomeOf(link, writes(`${home}/mode`, 'x', { mode, ...(asRoot && { owner: '12345:54321' }) })), 'done 0: ')
        const { mode: bits, uid, gid } = statSync(`${home}/mode`)
        assert.deepEqual([(bits & 0o7777).toString(8).padStart(4, '0'), uid, gid], [mode, asRoot ? 12345 : uid, asRoot ? 54321 : gid])
      })

    await t.test('fault 45: a directory at the target is not touched, nor moved into', async () => {
      const directory = at('in-the-way')
      mkdirSync(`${directory}/target`)
      assert.match(await outcomeOf(link, writes(`${directory}/target`, 'x')), /^failed 1: .*target is a directory\n$/)
      assert.deepEqual([readdirSync(directory), readdirSync(`${directory}/target`)], [['target'], []])
    })

    await t.test('fault 46: a link at the target is replaced, what it leads to is not touched', async () => {
      const directory = at('links')
      writeFileSync(`${directory}/real`, 'old')
      mkdirSync(`${directory}/dir`)
      for (const [name, target] of [['to-file', 'real'], ['to-directory', 'dir'], ['dangling', 'nowhere']] as const) {
        symlinkSync(target, `${directory}/${name}`)
        assert.equal(await outcomeOf(link, writes(`${directory}/${name}`, 'new')), 'done 0: ')
        assert.ok(lstatSync(`${directory}/${name}`).isFile())
      }
      assert.equal(readFileSync(`${directory}/real`, 'utf8'), 'old')
      assert.deepEqual(readdirSync(`${directory}/dir`), [])
    })

    await t.test('content that arrives damaged replaces nothing', async () => {
      for (const size of [10, 100_000, 5_000_000]) {
        writeFileSync(`${home}/damaged`, 'old')
        const content = { ...contentOf(Buffer.alloc(size, 0xff)), digest: contentOf('something else').digest }
        const step: WriteStep = { kind: 'write', path: `${home}/damaged`, content, mode: '0644' }
        assert.match(await outcomeOf(link, steps(step)), /^failed 1: the content arrived damaged: nothing was replaced\n$/)
        assert.equal(readFileSync(`${home}/damaged`, 'utf8'), 'old')
        assert.deepEqual(temps(home), [])
      }
    })

    await t.test('a missing directory', async () => {
      assert.match(await outcomeOf(link, writes(`${home}/no/such/file`, 'x')), /^failed \d+: /)
    })

    await t.test('a command that does not agree keeps the old file', async () => {
      const directory = at('vali date')
      const conf = `${directory}/conf`
      writeFileSync(conf, 'old')
      const agrees = (argv: string[]) => writes(conf, 'new', { mode: '0640', validate: argv })
      assert.match(await outcomeOf(link, agrees(['sh', '-c', 'echo "no: $1" >&2; exit 3', 'sh', '%s'])), /^failed 3: no: \/.*\.hostwright\.[^\n]*\nthe new content is refused by sh -c 'echo .* exit 3' sh FILE: nothing was replaced/)
      // A program of several lines is no name of a command.
      assert.match(await outcomeOf(link, agrees(['sh', '-c', 'echo "no: $1" >&2\nexit 3', 'sh', '%s'])), /\nthe new content is refused by sh -c … sh FILE: nothing was replaced/)
      assert.deepEqual([readFileSync(conf, 'utf8'), readdirSync(directory)], ['old', ['conf']])
      // It sees the content, with the mode and the owner that it will have.
      assert.equal(await outcomeOf(link, agrees(['sh', '-c', 'cat "$1"; stat -c " %a" "$1"; echo "$2"', 'sh', '%s', "a%s'b"])).then((said) => said.replace(/a\/.*'b/, 'A')), "done 0: new 640\nA\n")
      assert.equal(readFileSync(conf, 'utf8'), 'new')
    })

    await t.test('the old content is kept where that is asked for', async () => {
      const directory = at('backup')
      writeFileSync(`${directory}/conf`, 'old', { mode: 0o600 })
      await outcomeOf(link, writes(`${directory}/conf`, 'new', { backup: true }))
      const [kept = '', ...others] = readdirSync(directory).filter((name) => name !== 'conf')
      assert.match(kept, /^conf\.~\d{14}~$/)
      assert.deepEqual(others, [])
      assert.equal(readFileSync(`${directory}/${kept}`, 'utf8'), 'old')
      assert.equal(statSync(`${directory}/${kept}`).mode & 0o777, 0o600)
    })

    await t.test('fault 61: what a dead run left behind is swept by the next write there', async () => {
      const directory = at('sweep')
      writeFileSync(`${directory}/.hostwright.0123456789abcdef.1`, 'half')
      writeFileSync(`${directory}/.hostwrightly`, 'somebody else')
      await outcomeOf(link, writes(`${directory}/file`, 'x'))
      assert.deepEqual(readdirSync(directory).sort(), ['.hostwrightly', 'file'])
    })

    await t.test('fault 40: a full disk keeps the old file, and the line', { skip: !asRoot && 'mounting a small file system needs root' }, async (t) => {
      const disk = at('disk')
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk])
      t.after(() => execFileSync('umount', [disk]))
      writeFileSync(`${disk}/file`, 'old')
      for (const bytes of [randomBytes(3_000_000), Buffer.alloc(300_000, 'text')]) {
        assert.match(await outcomeOf(link, writes(`${disk}/file`, bytes)), /^failed \d+: .*No space left/s)
        assert.deepEqual([readFileSync(`${disk}/file`, 'utf8'), readdirSync(disk)], ['old', ['file']])
        assert.equal(await outcomeOf(link, writes(`${disk}/file`, 'old')), 'done 0: ')
      }
    })
  })
}
