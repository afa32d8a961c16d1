/** Writes as the kernel sees them: the calls of the shell and of all it starts, told by strace. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cases } from '../../rig/cases.ts'
import { act, outcomeOf, writes } from './acts.ts'
import { spoilt, strace } from './inject.ts'
import { folder, openLink, shells } from './shells.ts'

const contents = ['small', Buffer.alloc(300_000, 0xff)] as const
const directory = (name: string) => {
  const at = join(folder, name)
  mkdirSync(at)
  return at
}

for (const [shellName, shell] of Object.entries(shells))
  test(`the content is on the disk before its name, and the name before it counts as done (${shellName})`, { timeout: 60_000 }, async () => {
    const at = directory(`order ${shellName}`)
    const trace = join(folder, `trace ${shellName}`)
    const link = await openLink(`exec ${strace} -f -qq -y -s 300 -o '${trace}' -e trace=fsync,fdatasync,syncfs,sync,rename,renameat,renameat2 ${shell}`)
    for (const bytes of contents) assert.equal(await outcomeOf(link, writes(`${at}/file`, bytes)), 'done 0: ')
    assert.equal((await act(link, ['one', 'two'].map((content) => writes(`${at}/file`, content)))).kind, 'done')
    await link.close()
    const calls = readFileSync(trace, 'utf8').split('\n').flatMap((line) => {
      if (/\b(?:fsync|fdatasync|syncfs)\(\d+<[^>]*\/\.hostwright\.[^>]*>\)\s+= 0/.test(line)) return ['content']
      if (line.includes(`<${at}>)`) && /\b(?:fsync|fdatasync|syncfs)\(.*= 0/.test(line)) return ['name']
      if (/\bsync\(\)/.test(line)) return ['all']
      return /\brename.*\.hostwright\..*"[^"]*\/file".*= 0/.test(line) ? ['rename'] : []
    })
    // An old busybox can only sync all there is.
    assert.match(calls.join(' '), /^(?:(?:content|all) rename (?:name|all) ){2}(?:content content|all) rename rename (?:name|all)$/)
  })

/** The calls that matter for a write, one kind after the other: each time somebody makes the nth of these, it dies there. */
const KINDS = ['execve', 'openat', 'write', 'close', 'dup2', 'fchmodat,chmod', 'fchownat,chown', 'fsync', 'rename,renameat,renameat2', 'unlink,unlinkat', 'newfstatat', 'clone,clone3,vfork,fork', 'wait4', 'exit_group'] as const

/** Writes over "old", and that ends in one of these ways. Never a part of a file; and what counts as done is done. */
async function written(file: string, content: string | Buffer, kind: string, n: number, end: string): Promise<{ done: boolean; isNew: boolean }> {
  writeFileSync(file, 'old')
  const { link, stop } = await spoilt(kind, n, end)
  const acted = await act(link, [writes(file, content, { owner: '65534:65534' })])
  await stop()
  await link.close()
  const found = readFileSync(file)
  const isNew = found.equals(Buffer.from(content))
  assert.ok(isNew || found.toString() === 'old', `${kind} ${n}: ${found.length} bytes`)
  if (acted.kind === 'done') assert.ok(isNew, `${kind} ${n}: done, and it is not`)
  return { done: acted.kind === 'done', isNew }
}

const sizes = [['70 KB of bytes', Buffer.alloc(70_000, 0xff)], ['text', 'new']] as const
for (const [size, content] of cases<readonly (readonly [string, string | Buffer])[]>(sizes.slice(0, 1), sizes))
  test(`fault 61: killed at each call of a write (${size}): the old file or the new one, and the next write sweeps`, { timeout: 300_000 }, async (t) => {
    const at = directory(`killed ${size}`)
    const ends = { old: 0, new: 0, left: 0 }
    for (const kind of KINDS)
      for (let n = 1, quiet = 0; quiet < 2 && n < 60; n++) {
        const { done, isNew } = await written(`${at}/file`, content, kind, n, 'signal=SIGKILL')
        quiet = done ? quiet + 1 : 0
        if (!done) ends[isNew ? 'new' : 'old']++
        if (readdirSync(at).length > 1) ends.left++
      }
    t.diagnostic(`${ends.old + ends.new} deaths: ${ends.old} before the new name, ${ends.new} after it; ${ends.left} temporary files left`)
    assert.ok(ends.old > 30 && ends.new > 1 && ends.left > 10, JSON.stringify(ends))
    const link = await openLink('/bin/dash')
    assert.equal(await outcomeOf(link, writes(`${at}/file`, 'at last')), 'done 0: ')
    await link.close()
    assert.deepEqual(readdirSync(at), ['file'])
  })

test('fault 61: killed, or refused, at each call while three files are written together: each is the old or the new one, and none before those it comes after', { timeout: 300_000 }, async (t) => {
  const at = directory('together')
  const files = ['1', '2', '3'].map((name) => `${at}/${name}`)
  const states = new Map<number, number>()
  let refused = 0
  for (const [kind, end] of [...KINDS.map((kind) => [kind, 'signal=SIGKILL'] as const), ...['openat', 'fchmodat,chmod', 'fchownat,chown', 'fsync', 'rename,renameat,renameat2'].map((kind) => [kind, 'error=EIO'] as const)])
    for (let n = 1, quiet = 0; quiet < 6 && n < 60; n++) {
      for (const file of files) writeFileSync(file, 'old')
      const { link, stop } = await spoilt(kind, n, end)
      const acted = await act(link, files.map((file) => writes(file, 'new', { owner: '65534:65534' })))
      await stop()
      await link.close()
      const news = files.map((file) => readFileSync(file, 'utf8') === 'new')
      for (const [index, file] of files.entries()) assert.ok(news[index] || readFileSync(file, 'utf8') === 'old', `${kind} ${n}: ${file}`)
      const count = news.indexOf(false) === -1 ? 3 : news.indexOf(false)
      assert.ok(news.slice(count).every((isNew) => !isNew), `${kind} ${n}: ${news.join()}`)
      // What is said to be done is done; a failure leaves nothing behind.
      if (acted.kind === 'done') assert.equal(count, 3, `${kind} ${n}`)
      if (acted.kind === 'failed' || acted.kind === 'lost') assert.ok(count >= acted.task, `${kind} ${n}: ${acted.kind} at ${acted.task}, ${count} done`)
      if (end !== 'signal=SIGKILL' && acted.kind !== 'done') refused++
      quiet = acted.kind === 'done' ? quiet + 1 : 0
      if (acted.kind !== 'done') states.set(count, (states.get(count) ?? 0) + 1)
    }
  t.diagnostic(`not done: ${JSON.stringify([...states])}; ${refused} of them refusals`)
  assert.deepEqual([...states.keys()].toSorted(), [0, 1, 2, 3])
  const link = await openLink('/bin/dash')
  assert.equal((await act(link, files.map((file) => writes(file, 'at last')))).kind, 'done')
  await link.close()
  assert.deepEqual(readdirSync(at).toSorted(), ['1', '2', '3'])
})

test('faults 40 and 42: each call of a write is refused: the old file or the new one, and nothing is done that is not', { timeout: 300_000 }, async (t) => {
  const at = directory('refused')
  let refused = 0
  for (const kind of ['openat', 'fchmodat,chmod', 'fchownat,chown', 'rename,renameat,renameat2', 'unlink,unlinkat'])
    for (const error of cases(['EIO'], ['EIO', 'EDQUOT']))
      for (let n = 1, quiet = 0; quiet < 6 && n < 30; n++) {
        const { done } = await written(`${at}/file`, 'new', kind, n, `error=${error}`)
        quiet = done ? quiet + 1 : 0
        if (!done) refused++
      }
  t.diagnostic(`${refused} times refused`)
  assert.ok(refused > cases(4, 8), `${refused}`)
})
