import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { block } from '../../engine/tasks/block.ts'
import { aDirectory, aFile } from '../../engine/testing/paths.ts'
import { foretoldAndDone, localHost } from '../rig/local.ts'
import { planRows } from '../rig/rows.ts'

type Params = Parameters<typeof block>[0]
const at = '/etc/app.conf'
const etc = aDirectory('/etc')
const marked = '# BEGIN hostwright\nx\n# END hostwright\n'
const withText = (text: string) => [etc, ...aFile(at, text)]

planRows<Params>('block', block, [
  ['as wished', { path: at, block: 'x' }, withText(`a\n${marked}b\n`), []],
  ['as wished, with CRLF', { path: at, block: 'x\n' }, withText(`a\n${marked}b\n`.replaceAll('\n', '\r\n')), []],
  ['missing', { path: at, block: 'x' }, withText('a\n'), ['add the block to /etc/app.conf']],
  ['other lines', { path: at, block: 'y' }, withText(marked), ['write the block in /etc/app.conf']],
  ['empty, and there', { path: at, block: '' }, withText(marked), ['remove the block from /etc/app.conf']],
  ['empty, and not there', { path: at }, withText('a\n'), []],
  ['absent, and there', { path: at, block: 'x', state: 'absent' }, withText(marked), ['remove the block from /etc/app.conf']],
  ['absent, and no file', { path: at, block: 'x', state: 'absent' }, [etc], []],
  ['of another name', { path: at, block: 'x', name: 'two' }, withText(marked), ['add the block "two" to /etc/app.conf']],
  ['a new file', { path: at, block: 'x', create: true }, [etc], ['add the block to /etc/app.conf']],
  ['no file', { path: at, block: 'x' }, [etc], ['refused: /etc/app.conf does not exist']],
  ['a begin without an end', { path: at, block: 'x' }, withText('# BEGIN hostwright\nx\n'), ["refused: /etc/app.conf holds one of the block's two markers only, or the wrong way round"]],
  ['the wrong way round', { path: at, block: 'x' }, withText('# END hostwright\nx\n# BEGIN hostwright\n'), ["refused: /etc/app.conf holds one of the block's two markers only, or the wrong way round"]],
  ['twice', { path: at, block: 'x' }, withText(marked + marked), ['refused: /etc/app.conf holds the block more than once']],
  ['an anchor that is not there', { path: at, block: 'x', insertBefore: '^}' }, withText('a\n'), ['refused: no line of /etc/app.conf matches /^}/']],
], [
  ['marker without {mark}', { path: at, block: 'x', marker: '# ours' }, /must hold \{mark\}/],
  ['marker without {name} beside a name', { path: at, block: 'x', marker: '# {mark} ours', name: 'one' }, /must hold \{name\}/],
  ['block with its own marker in it', { path: at, block: 'x\n# END hostwright\ny' }, /holds its own marker/],
  ['two places', { path: at, block: 'a', insertAfter: 'x', insertBefore: 'y' }, /not both/],
])

const edits: [what: string, before: string, params: Omit<Params, 'path'>, after: string][] = [
  ['adds at the end', 'a', { block: 'x\ny' }, 'a\n# BEGIN hostwright\nx\ny\n# END hostwright\n'],
  ['keeps CRLF', 'a\r\nb\r\n', { block: 'x\n', insertAfter: 'a' }, 'a\r\n# BEGIN hostwright\r\nx\r\n# END hostwright\r\nb\r\n'],
  ['a block that was given with CRLF', 'a\n', { block: 'x\r\ny\r\n' }, 'a\n# BEGIN hostwright\nx\ny\n# END hostwright\n'],
  ['replaces, and nothing around it', `a\n${marked}b`, { block: 'y\n\nz' }, 'a\n# BEGIN hostwright\ny\n\nz\n# END hostwright\nb'],
  ['removes', `a\n${marked}b\n`, { block: '' }, 'a\nb\n'],
  ['beside a block of another name', `${marked}`, { block: 'x', name: 'two', marker: '; {mark} {name}', insertBefore: 'BOF' }, `; BEGIN two\nx\n; END two\n${marked}`],
]

test('block, on this machine', async (t) => {
  await using local = await localHost()
  for (const [index, [what, before, params, after]] of edits.entries())
    await t.test(what, async () => {
      const path = `${local.directory}/${index}`
      await writeFile(path, before)
      assert.equal((await foretoldAndDone(local, block({ path, ...params }))).length, 1)
      assert.equal(await readFile(path, 'utf8'), after)
    })
})
