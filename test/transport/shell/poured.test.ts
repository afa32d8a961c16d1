/** Large files are summed while they arrive, and not read again by the look that follows, unless somebody wrote to them since. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
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

/** The programs that a write of a large file starts, where `openssl` is what this says. */
async function programsOf(name: string, openssl: string): Promise<string[]> {
  const at = directory(name)
  const bin = directory(`${name} bin`)
  writeFileSync(`${bin}/openssl`, openssl, { mode: 0o755 })
  const trace = join(folder, `trace of ${name}`)
  const sums = await sumsAfter(`exec env PATH='${bin}:/usr/bin:/bin' ${strace} -f -qq -z -o '${trace}' -e trace=execve /bin/dash`, [writes(`${at}/large`, large)], [`${at}/large`])
  assert.deepEqual(sums, [sha256(large)])
  assert.ok(readFileSync(`${at}/large`).equals(large))
  const all = readFileSync(trace, 'utf8').split('\n').flatMap((line) => /execve\("([^"]+)".*= 0$/.exec(line)?.[1] ?? [])
  return all.filter((program) => program !== needs('openssl', 'openssl')).map((program) => basename(program)).sort()
}

const REST = ['cat', 'chmod', 'dash', 'dd', 'dd', 'dd', 'mv']
test('a large file is summed once, while it arrives, by openssl', { timeout: 60_000 }, async () => {
  const programs = await programsOf('counted', `#!/bin/sh\nexec ${needs('openssl', 'openssl')} "$@"\n`)
  assert.deepEqual(programs, [...REST, 'openssl', 'openssl', 'stat', 'stat', 'sync', 'sync', 'tee'])
})
for (const [what, openssl] of [['it is broken', '#!/bin/sh\nexit 1\n'], ['it says something else', '#!/bin/sh\necho hello\n']] as const)
  test(`a large file is summed once, by sha256sum, where there is no openssl to rely on: ${what}`, { timeout: 60_000 }, async () => {
    assert.deepEqual(await programsOf(what, openssl), [...REST, 'openssl', 'sha256sum', 'stat', 'stat', 'sync', 'sync', 'tee'])
  })
