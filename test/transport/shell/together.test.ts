/** Files that are written one after the other are made ready together. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { path } from '../../../engine/facts/path.ts'
import { contentOf } from '../../../engine/values/content.ts'
import { needs } from '../../rig/needs.ts'
import { act, runs, steps, writes } from './acts.ts'
import { folder, openLink, shells } from './shells.ts'

const strace = needs('strace', 'strace')
const directory = (name: string) => {
  const at = join(folder, name)
  mkdirSync(at)
  return at
}
const shown = (file: string) => {
  const { mode, uid, gid } = statSync(file)
  return `${readFileSync(file, 'utf8')} ${(mode & 0o7777).toString(8)} ${uid}:${gid}`
}

for (const [shellName, shell] of Object.entries(shells))
  test(`contents, modes and owners are as if each had been written alone, under any name (${shellName})`, { timeout: 60_000 }, async () => {
    const at = directory(`any ${shellName}`)
    const wishes = [
      ['plain', 'one\n', '0644', undefined],
      ["it's $HOME `x`", '$HOME `x` \\n \'"\n\n', '0600', '65534:65534'],
      ['empty', '', '0640', undefined],
      ['setuid', '#!/bin/sh\n', '4755', '65534:65534'],
      ['back\\slash', 'by itself', '0644', undefined],
      ['-n', '-n', '0604', '0:65534'],
      ['umläut', 'ä€\r\n', '0644', undefined],
    ] as const
    const link = await openLink(shell)
    const acted = await act(link, wishes.map(([name, content, mode, owner]) => writes(`${at}/${name}`, content, { mode, ...(owner !== undefined && { owner }) })))
    await link.close()
    assert.equal(acted.kind, 'done')
    assert.deepEqual(wishes.map(([name]) => shown(`${at}/${name}`)), wishes.map(([, content, mode, owner = '0:0']) => `${content} ${Number.parseInt(mode, 8).toString(8)} ${owner}`))
    assert.equal(readdirSync(at).length, wishes.length)
  })

test('one process a file, and a handful for all of them', { timeout: 60_000 }, async () => {
  const at = directory('counted')
  const started = async (count: number) => {
    const trace = join(folder, `counted ${count}`)
    const link = await openLink(`exec ${strace} -f -qq -o '${trace}' -e trace=execve /bin/dash`)
    assert.equal((await act(link, Array.from({ length: count }, (_, n) => writes(`${at}/${count}-${n}`, `${n}`)))).kind, 'done')
    await link.close()
    return readFileSync(trace, 'utf8').split('\n').filter((line) => /execve\(.*= 0$/.test(line)).length
  }
  const [ten, thirty] = [await started(10), await started(30)]
  assert.equal(thirty - ten, 20)
  assert.ok(ten <= 21, `${ten} for ten files`)
})

test('more files than are made ready at once', { timeout: 60_000 }, async () => {
  const at = directory('many')
  const link = await openLink('/bin/dash')
  assert.equal((await act(link, Array.from({ length: 203 }, (_, n) => writes(`${at}/${n}`, `${n}`)))).kind, 'done')
  await link.close()
  assert.equal(readdirSync(at).filter((name) => readFileSync(`${at}/${name}`, 'utf8') === name).length, 203)
})

test('one that cannot be made ready: those before it are done, it says why, nothing is left over', { timeout: 60_000 }, async () => {
  const at = directory('failing')
  const link = await openLink('/bin/dash')
  const acted = await act(link, [writes(`${at}/1`, 'new'), writes(`${at}/not there/2`, 'new'), writes(`${at}/3`, 'new')])
  await link.close()
  assert.ok(acted.kind === 'failed')
  assert.deepEqual([acted.task, acted.failure.command], [1, `write ${at}/not there/2`])
  assert.match(acted.failure.stderr.toString(), /not there/)
  assert.deepEqual(readdirSync(at), ['1'])
})

test('one whose content arrives damaged: nothing takes its place, those before it are done, nothing is left over', { timeout: 60_000 }, async () => {
  const at = directory('damaged')
  const link = await openLink('/bin/dash')
  const content = { ...contentOf('new'), digest: contentOf('another').digest }
  const acted = await act(link, [writes(`${at}/1`, 'new'), steps({ kind: 'write', path: `${at}/2`, content, mode: '0644' }), writes(`${at}/3`, 'new')])
  await link.close()
  assert.ok(acted.kind === 'failed')
  assert.deepEqual([acted.task, acted.failure.stderr.toString()], [1, 'the content arrived damaged: nothing was replaced\n'])
  assert.deepEqual(readdirSync(at), ['1'])
})

test('all contents are on the disk before the first of them gets its name, and each name before it counts as done', { timeout: 60_000 }, async () => {
  const at = directory('order')
  const trace = join(folder, 'trace of several')
  const link = await openLink(`exec ${strace} -f -qq -y -s 300 -o '${trace}' -e trace=fsync,rename,renameat,renameat2,write /bin/dash`)
  assert.equal((await act(link, ['1', '2', '3'].map((name) => writes(`${at}/${name}`, name)))).kind, 'done')
  await link.close()
  const calls = readFileSync(trace, 'utf8').split('\n').flatMap((line) => {
    if (/\bfsync\(\d+<[^>]*\/\.hostwright\.[^>]*>\)\s+= 0/.test(line)) return ['content']
    if (/\bfsync\(.*= 0/.test(line) && line.includes(`<${at}>)`)) return ['directory']
    if (/\bwrite\(1\S*, .* did 0 0 /.test(line)) return ['done']
    return /\brename.*\.hostwright\..*= 0/.test(line) ? ['rename'] : []
  })
  assert.equal(calls.join(' '), 'content content content rename rename rename directory done')
})

test('one that cannot go live, and one that moved meanwhile: those before them are done, nothing is left over', { timeout: 60_000 }, async () => {
  const at = directory('late')
  mkdirSync(`${at}/2`)
  const link = await openLink('/bin/dash')
  const failed = await act(link, ['1', '2', '3'].map((name) => writes(`${at}/${name}`, 'new')))
  assert.ok(failed.kind === 'failed')
  assert.deepEqual([failed.task, failed.failure.stderr.toString().trim()], [1, `${at}/2 is a directory`])
  assert.deepEqual(readdirSync(at), ['1', '2'])
  writeFileSync(`${at}/moved`, 'by somebody')
  const absent = { fact: path(`${at}/moved`), value: { kind: 'absent' } }
  const [one, two, three] = ['a', 'moved', 'b'].map((name) => writes(`${at}/${name}`, 'new'))
  assert.ok(one && two && three)
  const drifted = await link.act({ facts: [], tasks: [{ title: 'a', changes: [one], guards: [] }, { title: 'moved', changes: [two], guards: [absent] }, { title: 'b', changes: [three], guards: [] }] })
  await link.close()
  assert.deepEqual(drifted, { kind: 'drifted', task: 1 })
  assert.deepEqual(readdirSync(at), ['1', '2', 'a', 'moved'])
  assert.equal(readFileSync(`${at}/moved`, 'utf8'), 'by somebody')
})

for (const [tool, script] of [['sync', '[ $# -lt 2 ] || exit 1'], ['sha256sum', '[ $# -eq 0 ] || { echo odd; exit; }'], ['chmod', '[ $# -lt 4 ] || exit 1']] as const)
  test(`a host whose ${tool} is unusual: each file goes the whole way by itself`, { timeout: 60_000 }, async () => {
    const at = directory(`unusual ${tool}`)
    const bin = directory(`bin ${tool}`)
    writeFileSync(`${bin}/${tool}`, `#!/bin/sh\n${script}\nexec /usr/bin/${tool} "$@"\n`)
    chmodSync(`${bin}/${tool}`, 0o755)
    const link = await openLink(`/usr/bin/env PATH='${bin}:/usr/bin:/bin' /bin/dash`)
    assert.equal((await act(link, ['1', '2', '3'].map((name) => writes(`${at}/${name}`, name)))).kind, 'done')
    await link.close()
    assert.deepEqual(readdirSync(at).map((name) => shown(`${at}/${name}`)), ['1 644 0:0', '2 644 0:0', '3 644 0:0'])
  })

test('the line goes dead before their names are on the disk: all that were begun are told, for none has counted as done', { timeout: 60_000 }, async () => {
  const at = directory('cut off')
  const bin = directory('bin that cuts')
  // The shell is killed when the names are to be brought to the disk.
  writeFileSync(`${bin}/sync`, `#!/bin/sh\ncase $1 in *.hostwright.*) exec /usr/bin/sync "$@" ;; esac\nread -r _ _ _ _ group _ </proc/$$/stat; kill -9 "-$group"\n`)
  chmodSync(`${bin}/sync`, 0o755)
  const link = await openLink(`/usr/bin/env PATH='${bin}:/usr/bin:/bin' /bin/dash`)
  const acted = await act(link, [writes(`${at}/a`, 'a'), writes(`${at}/b`, 'b'), runs(['true'])])
  await link.close()
  assert.ok(acted.kind === 'lost', JSON.stringify(acted))
  assert.deepEqual([acted.task, acted.change, acted.last], [0, 0, 1])
  assert.deepEqual(readdirSync(at), ['a', 'b'])
})
