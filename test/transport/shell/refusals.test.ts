/** Every call about files that a write makes is refused, one after the other: the calls are those of an undisturbed write, so none is forgotten. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ShellLink } from '../../../engine/transport/shell/link.ts'
import { cases } from '../../rig/cases.ts'
import { act, outcomeOf, writes } from './acts.ts'
import { attached, pidOf, spoilt, Wrapped } from './inject.ts'
import { folder, openLink } from './shells.ts'

const ERRORS = ['EIO', 'ENOSPC', 'EROFS', 'EMFILE', 'EPERM'] as const
const contents = { 'a text': 'new', '70 KB of bytes': Buffer.alloc(70_000, 0xff) } as const
type Name = keyof typeof contents

/** The nth call of this name that a program makes (or, without one, a shell). */
interface Call {
  readonly program?: string
  readonly name: string
  readonly n: number
}

/**
 * What no kernel refuses a shell in such a way: a close that fails has closed all the same (one that has not would keep a pipe open for ever), and a
 * dup2 between two descriptors that are open does not fail. A shell that cannot point its output back would go on writing into the file.
 */
const UNREFUSED = new Set(['close', 'dup2'])

const write = (file: string, name: Name) => writes(file, contents[name], { owner: '65534:65534' })

/** What an undisturbed write calls. */
async function callsOf(at: string, name: Name): Promise<Call[]> {
  const traces = join(folder, `calls of ${name}`)
  mkdirSync(traces)
  const link = await openLink('/bin/dash')
  const stop = await attached(await pidOf(link), ['-ff', '-o', join(traces, 'of'), '-e', 'trace=%file,%desc'])
  assert.equal(await outcomeOf(link, write(`${at}/file`, name)), 'done 0: ')
  await link.close()
  await stop()
  const calls = new Map<string, Call>()
  for (const trace of readdirSync(traces)) {
    let program: string | undefined
    const counts = new Map<string, number>()
    for (const [, call = '', rest = ''] of readFileSync(join(traces, trace), 'utf8').matchAll(/^(\w+)\((.*)$/gm)) {
      const [, begun] = call === 'execve' ? (/^"([^"]+)".*= 0$/.exec(rest) ?? []) : []
      if (begun !== undefined) counts.clear()
      program = begun ?? program
      const n = (counts.get(call) ?? 0) + 1
      counts.set(call, n)
      if (call !== 'execve' && (program !== undefined || !UNREFUSED.has(call))) calls.set(`${program} ${call} ${n}`, { ...(program !== undefined && { program }), name: call, n })
    }
  }
  return [...calls.values()]
}

/** All there are in the long run; usually so many of them, each time others. */
function some<T>(all: readonly T[], usual: number): T[] {
  const shuffled = all.map((each) => [Math.random(), each] as const).toSorted(([a], [b]) => a - b).map(([, each]) => each)
  return shuffled.slice(0, cases(usual, all.length))
}

/** One write over "old" that somebody spoils: never a part of a file, and what counts as done is there. */
async function judged(link: ShellLink, file: string, name: Name, what: string): Promise<'done' | 'refused' | 'refused, and new'> {
  writeFileSync(file, 'old')
  const { kind } = await act(link, [write(file, name)])
  const found = readFileSync(file)
  const isNew = found.equals(Buffer.from(contents[name]))
  assert.ok(isNew || found.toString() === 'old', `${what}: ${found.length} bytes`)
  assert.ok(isNew || kind !== 'done', `${what}: done, and it is not`)
  return kind === 'done' ? 'done' : isNew ? 'refused, and new' : 'refused'
}

for (const name of ['a text', '70 KB of bytes'] as const)
  test(`faults 39 and 40: each call about files of a write is refused (${name}): the old file or the new one, and never done without it`, { timeout: cases(120_000, 3_600_000) }, async (t) => {
    const at = join(folder, `refused ${name}`)
    mkdirSync(at)
    const file = `${at}/file`
    const calls = await callsOf(at, name)
    const programs = [...new Set(calls.flatMap(({ program }) => program ?? []))]
    for (const each of ['sha256sum', 'chown', 'chmod', 'sync', 'mv']) assert.ok(programs.some((path) => path.endsWith(`/${each}`)), `${each} is one of ${programs.join()}`)
    const ends = { done: 0, refused: 0, 'refused, and new': 0 }

    // A whole "sync /" is what tells a disk that refuses from a sync that takes no path.
    const wrapped = new Wrapped(join(folder, `wrapped for ${name}`), programs, '/')
    let link = await openLink(wrapped.shell)
    for (const [{ program = '', name: call, n }, error] of some(calls.filter(({ program }) => program).flatMap((each) => ERRORS.map((error) => [each, error] as const)), 25)) {
      wrapped.trace(program, `-o /dev/null -e trace=${call} -e inject=${call}:error=${error}:when=${n}`)
      const end = await judged(link, file, name, `${program} ${call} ${n} ${error}`)
      wrapped.free(program)
      assert.ok(end !== 'done' || call !== 'fsync', `${program} ${call} ${n} ${error}: done, and the disk refused it`)
      ends[end]++
      if (link.alive) continue
      await link.close()
      link = await openLink(wrapped.shell)
    }
    await link.close()

    for (const [{ name: call, n }, error] of some(calls.filter(({ program }) => !program).flatMap((each) => ERRORS.map((error) => [each, error] as const)), 5)) {
      const spoiled = await spoilt(call, n, `error=${error}`, { shellsOnly: true })
      ends[await judged(spoiled.link, file, name, `sh ${call} ${n} ${error}`)]++
      await spoiled.stop()
      await spoiled.link.close()
    }

    t.diagnostic(`${calls.length} calls of ${programs.length} programs and the shell; ${JSON.stringify(ends)}`)
    assert.ok(ends.refused > 3, JSON.stringify(ends))
    const last = await openLink('/bin/dash')
    assert.equal(await outcomeOf(last, write(file, name)), 'done 0: ')
    await last.close()
    assert.deepEqual(readdirSync(at), ['file'])
  })
