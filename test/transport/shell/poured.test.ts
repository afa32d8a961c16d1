/** Large files are summed when they have arrived, and not read again by the look that follows, unless somebody wrote to them since. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { digest } from '../../../engine/facts/path.ts'
import type { Change } from '../../../engine/tasks/change.ts'
import { sha256 } from '../../../engine/values/content.ts'
import { needs } from '../../rig/needs.ts'
import { act, outcomeOf, runs, writes } from './acts.ts'
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

/** The programs that write one large file and look at it, by name. */
async function programsOf(name: string, path: string): Promise<string[]> {
  const at = directory(name)
  const trace = join(folder, `trace of ${name}`)
  assert.deepEqual(await sumsAfter(`env PATH='${path}':/usr/bin:/bin ${strace} -f -qq -z -o '${trace}' -e trace=execve /bin/dash`, [writes(`${at}/large`, large)], [`${at}/large`]), [sha256(large)])
  return readFileSync(trace, 'utf8').split('\n').flatMap((line) => /execve\("[^"]*\/([^"/]+)".*= 0$/.exec(line)?.[1] ?? []).sort()
}

test('a large file is summed once, by openssl where the host has one that does', { timeout: 60_000 }, async () => {
  const others = ['cat', 'chmod', 'dash', 'dd', 'dd', 'dd', 'dd', 'mv', 'stat', 'stat', 'sync', 'sync']
  assert.deepEqual(await programsOf('quick', '/none'), [...others, 'openssl'].sort())
  const refuses = directory('refuses')
  writeFileSync(`${refuses}/openssl`, '#!/bin/false\n', { mode: 0o755 })
  assert.deepEqual(await programsOf('slow', refuses), [...others, 'openssl', 'sha256sum'].sort())
})

test('a large file that openssl sums to something else does not go live', async (t) => {
  const [at, lies] = [directory('damaged'), directory('lies')]
  writeFileSync(`${lies}/openssl`, `#!/bin/sh\necho ${sha256(other)}\n`, { mode: 0o755 })
  const link = await openLink(`env PATH='${lies}':/usr/bin:/bin /bin/dash`)
  t.after(() => link.close())
  assert.match(await outcomeOf(link, writes(`${at}/large`, large)), /^failed \d+: .*arrived damaged/s)
  assert.deepEqual(readdirSync(at), [])
})
