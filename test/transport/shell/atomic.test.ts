import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ShellLink } from '../../../engine/transport/shell/link.ts'
import { contentOf } from '../../../engine/values/content.ts'
import { cases } from '../../rig/cases.ts'
import { act, outcomeOf, runs, steps, writes } from './acts.ts'
import { folder, openLink } from './shells.ts'

const SIZE = 5_000_000
const version = (n: number) => Buffer.alloc(SIZE, `version ${n} `)

/** The process group of everything that a link's shell starts; it is led by its outermost shell. */
async function groupOf(link: ShellLink): Promise<number> {
  const said = await outcomeOf(link, runs(['sh', '-c', `cut -d' ' -f5 /proc/$PPID/stat`], { timeout: 0 }))
  return Number(said.replace('done 0: ', ''))
}

const ROUNDS = cases(100, 500)

test(`faults 59 and 61: ${ROUNDS} times killed in the middle of a write of 5 MB: a reader sees the old or the new file, never a part`, { timeout: cases(120_000, 1_200_000) }, async (t) => {
  const directory = join(folder, 'atomic')
  mkdirSync(directory)
  const target = join(directory, 'file')
  const first = await openLink('/bin/dash')
  assert.equal(await outcomeOf(first, writes(target, version(0))), 'done 0: ')
  await first.close()

  let reading = true
  const seen = { whole: 0, torn: 0 }
  const reader = (async () => {
    while (reading) {
      const file = await open(target)
      const bytes = await file.readFile()
      await file.close()
      const n = Number(/^version (\d+) /.exec(bytes.subarray(0, 20).toString())?.[1])
      if (bytes.equals(version(n))) seen.whole++
      else seen.torn++
    }
  })()

  let interrupted = 0
  for (let round = 1; round <= ROUNDS; round++) {
    const link = await openLink('/bin/dash')
    const group = await groupOf(link)
    // Of a write that takes some 60 ms, every moment is hit; every third time only the shell itself dies, and its children live on.
    const kill = setTimeout(() => process.kill(round % 3 === 0 ? group : -group, 'SIGKILL'), Math.random() * 70)
    // Packed and as it is, in turn: what is secret is not packed.
    const content = { ...contentOf(version(round)), secret: round % 2 === 0 }
    const acted = await act(link, [steps({ kind: 'write', path: target, content, mode: '0644' })])
    clearTimeout(kill)
    if (acted.kind === 'lost') interrupted++
    await link.close()
  }
  reading = false
  await reader
  t.diagnostic(`${ROUNDS} kills, ${interrupted} of them while it was written; ${seen.whole} whole files read, ${seen.torn} torn`)
  assert.equal(seen.torn, 0)
  assert.ok(seen.whole > ROUNDS, `${seen.whole} reads`)
  assert.ok(interrupted > ROUNDS * 0.3, `${interrupted} were interrupted`)

  const last = await openLink('/bin/dash')
  assert.equal(await outcomeOf(last, writes(target, version(999))), 'done 0: ')
  await last.close()
  assert.deepEqual(readdirSync(directory), ['file'], 'nothing is left lying about')
  assert.ok(readFileSync(target).equals(version(999)))
})

test('a secret file is never readable for others, and has its owner from the first moment', async (t) => {
  const directory = join(folder, 'sampled')
  mkdirSync(directory)
  const link = await openLink('/bin/dash')
  t.after(() => link.close())
  const owner = process.getuid?.() === 0 ? 12345 : process.getuid?.()
  const wide: string[] = []
  let samples = 0
  let sampling = true
  const sampler = (async () => {
    while (sampling) {
      for (const name of readdirSync(directory)) {
        const found = statSync(join(directory, name), { throwIfNoEntry: false })
        if (found === undefined) continue
        samples++
        if ((found.mode & 0o077) !== 0) wide.push(`${name} ${(found.mode & 0o777).toString(8)}`)
        if (name === 'secret' && found.uid !== owner) wide.push(`${name} of ${found.uid}`)
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  })()
  for (let round = 0; round < 20; round++) await act(link, [writes(join(directory, 'secret'), version(round).subarray(0, 500_000), { mode: '0600', owner: `${owner ?? 0}` })])
  sampling = false
  await sampler
  assert.deepEqual(wide, [])
  assert.ok(samples > 50, `${samples} samples`)
})
