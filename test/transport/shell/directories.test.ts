/** Directories that are made one after the other are made together. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { path } from '../../../engine/facts/path.ts'
import type { Guard } from '../../../engine/transport/link.ts'
import { needs } from '../../rig/needs.ts'
import { change, run, type Change } from '../../../engine/tasks/change.ts'
import { act } from './acts.ts'
import { folder, openLink, shells } from './shells.ts'

const strace = needs('strace', 'strace')
const root = (name: string) => {
  const at = join(folder, name)
  mkdirSync(at)
  return at
}
const makes = (at: string, mode = '0755'): Change => change(`create ${at}`, [run(['mkdir', '-p', '-m', mode, '--', at], { timeout: 0, makes: { path: at, mode } })], [])
const tree = (at: string) => readdirSync(at, { recursive: true, encoding: 'utf8' }).sort().map((name) => `${name} ${(statSync(join(at, name)).mode & 0o7777).toString(8)}`)
const absent = (at: string): Guard => ({ fact: path(at), value: { kind: 'absent' } })

for (const [name, shell] of Object.entries(shells))
  test(`modes are as if each had been made alone, above before below, under any name (${name})`, { timeout: 60_000 }, async () => {
    const at = root(`modes ${name}`)
    const wishes = [['a', '0750'], ['a/b', '0711'], ['a/b/c', '0750'], ["it's $HOME", '0700'], ['-p', '2775'], ['new/way', '0711'], ['a/d', '0750']] as const
    const link = await openLink(shell)
    const acted = await act(link, wishes.map(([name, mode]) => makes(`${at}/${name}`, mode)))
    await link.close()
    assert.ok(acted.kind === 'done', JSON.stringify(acted))
    assert.ok(acted.outputs.every(([only, ...more]) => only?.code === 0 && more.length === 0))
    assert.deepEqual(tree(at), ['-p 2775', 'a 750', 'a/b 711', 'a/b/c 750', 'a/d 750', "it's $HOME 700", 'new 755', 'new/way 711'])
  })

test('a process a mode, however many there are, and one for what they rest on', { timeout: 60_000 }, async () => {
  const at = root('counted')
  const started = async (count: number) => {
    const trace = join(folder, `directories ${count}`)
    const link = await openLink(`exec ${strace} -f -qq -o '${trace}' -e trace=execve /bin/dash`)
    const { mode, uid, gid } = statSync(at)
    const rests: Guard = { fact: path(at), value: { kind: 'directory', mode: (mode & 0o7777).toString(8).padStart(4, '0'), uid, gid, size: 0 } }
    const tasks = Array.from({ length: count }, (_, n) => `${at}/${count}-${n}`).map((each, n) => ({ title: each, changes: [makes(each, n % 2 === 0 ? '0755' : '0750')], guards: [absent(each), rests] }))
    assert.equal((await link.act({ tasks, facts: [] })).kind, 'done')
    await link.close()
    return readFileSync(trace, 'utf8').split('\n').filter((line) => /execve\(.*= 0$/.test(line)).length
  }
  assert.equal(await started(40), await started(4))
})

test('one that cannot be made: those before it are done, it says why, those after it are not started', { timeout: 60_000 }, async () => {
  const at = root('failing')
  writeFileSync(`${at}/file`, '')
  const link = await openLink('/bin/dash')
  const acted = await act(link, [makes(`${at}/1`, '0750'), makes(`${at}/file/2`), makes(`${at}/3`)])
  await link.close()
  assert.ok(acted.kind === 'failed')
  assert.equal(acted.task, 1)
  assert.match(acted.failure.stderr.toString(), /file/)
  assert.ok(tree(at).includes('1 750'))
})

test('one that somebody else has made meanwhile: those before it are done, it is told, those after it are not started', { timeout: 60_000 }, async () => {
  const at = root('drifted')
  mkdirSync(`${at}/2`)
  const link = await openLink('/bin/dash')
  const drifted = await link.act({ facts: [], tasks: ['1', '2', '3'].map((name) => ({ title: name, changes: [makes(`${at}/${name}`)], guards: [absent(`${at}/${name}`)] })) })
  await link.close()
  assert.deepEqual(drifted, { kind: 'drifted', task: 1 })
  assert.deepEqual(readdirSync(at), ['1', '2'])
})
