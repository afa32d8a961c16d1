/** Large files are summed while they arrive, and not read again by the look that follows, unless somebody wrote to them since. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { digest } from '../../../engine/facts/path.ts'
import type { Change } from '../../../engine/tasks/change.ts'
import { sha256 } from '../../../engine/values/content.ts'
import { needs } from '../../rig/needs.ts'
import { act, runs, writes } from './acts.ts'
import { folder, openLink, shells } from './shells.ts'

const strace = needs('strace', 'strace')
const LARGE = 5_000_000
const [large, other] = [randomBytes(LARGE), randomBytes(LARGE)]
const directory = (name: string) => {
  const at = join(folder, name)
  mkdirSync(at)
  return at
}

/** What the look after the act says of these files. */
async function sumsAfter(shell: string, changes: readonly Change[], paths: readonly string[]): Promise<unknown[]> {
  const link = await openLink(shell)
  const acted = await act(link, changes, [], paths.map(digest))
  await link.close()
  assert.ok(acted.kind === 'done', JSON.stringify(acted))
  return paths.map((each) => acted.values.get(digest(each).key))
}

for (const [shellName, shell] of Object.entries(shells)) {
  test(`what the host says of large and small files after they were written, under any name (${shellName})`, { timeout: 60_000 }, async () => {
    const at = directory(`any ${shellName}`)
    const wishes = [['large', large], ["it's $HOME `x` \\n", other], ['small', Buffer.from('x')], ['-n *', large], ['binary', Buffer.from([0, 1, 2])]] as const
    writeFileSync(`${at}/there`, 'there')
    const paths = [...wishes.map(([name]) => `${at}/${name}`), `${at}/there`, `${at}/missing`]
    const sums = await sumsAfter(shell, wishes.map(([name, bytes]) => writes(`${at}/${name}`, bytes)), paths)
    assert.deepEqual(sums, [...wishes.map(([, bytes]) => sha256(bytes)), sha256('there'), undefined])
    for (const [name, bytes] of wishes) assert.ok(readFileSync(`${at}/${name}`).equals(bytes), name)
  })

  test(`one that is written to, replaced, or written twice meanwhile is read (${shellName})`, { timeout: 60_000 }, async () => {
    const at = directory(`moved ${shellName}`)
    const paths = ['appended', 'touched inside', 'replaced', 'twice'].map((name) => `${at}/${name}`)
    const [appended = '', inside = '', replaced = '', twice = ''] = paths
    const sums = await sumsAfter(shell, [
      ...paths.map((each) => writes(each, large)),
      runs(['sh', '-c', 'printf x >>"$1"', 'sh', appended]),
      runs(['sh', '-c', 'printf x | dd of="$1" bs=1 seek=9 conv=notrunc 2>/dev/null', 'sh', inside]),
      runs(['sh', '-c', 'cp "$1" "$1.new" && printf x | dd of="$1.new" bs=1 conv=notrunc 2>/dev/null && touch -r "$1" "$1.new" && mv "$1.new" "$1"', 'sh', replaced]),
      writes(twice, other),
    ], paths)
    assert.deepEqual(sums, paths.map((each) => sha256(readFileSync(each))))
    assert.equal(new Set([...sums, sha256(large)]).size, 5, 'each is another one by now')
  })
}

test('a large file is summed once, while it arrives', { timeout: 60_000 }, async () => {
  const at = directory('counted')
  const trace = join(folder, 'trace of a large one')
  await sumsAfter(`exec ${strace} -f -qq -z -o '${trace}' -e trace=execve /bin/dash`, [writes(`${at}/large`, large)], [`${at}/large`])
  const programs = readFileSync(trace, 'utf8').split('\n').flatMap((line) => /execve\("[^"]*\/([^"/]+)".*= 0$/.exec(line)?.[1] ?? [])
  assert.deepEqual(programs.sort(), ['cat', 'chmod', 'dash', 'dd', 'dd', 'dd', 'mv', 'sha256sum', 'stat', 'stat', 'sync', 'sync', 'tee'])
})
