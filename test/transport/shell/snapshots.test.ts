/** What is on the disk at any moment, told by copies of it: a real ext4, and real writes. As root, for it is mounted. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cases } from '../../rig/cases.ts'
import { Disk } from '../../rig/disk.ts'
import { writes } from './acts.ts'
import { folder, openLink, shells } from './shells.ts'

const COPIES = cases(5, 50)
/** Written one after the other, each in its own way: as text, as bytes, and three that are made ready together. */
const ACTS = [['text'], ['bytes'], ['a', 'b', 'c']] as const
const FILES = ACTS.flat()
type File = (typeof FILES)[number]

/** The content of a file in its nth version: its number, and bytes that are those of this version only. */
function version(file: File, n: number): string | Buffer {
  const line = `${n} ${createHash('sha256').update(`${file} ${n}`).digest('hex')}\n`
  return file === 'bytes' ? Buffer.from(`${line.repeat(1 + (n % 900))}\xff`, 'latin1') : line.repeat(1 + (n % 90))
}

/** Which version that is. @throws when it is none: empty, a part, a mixture. */
function versionOf(file: File, found: Buffer, what: string): number {
  const n = Number.parseInt(found.toString('latin1'), 10)
  assert.ok(n >= 0 && Buffer.from(version(file, n)).equals(found), `${what}: ${found.length} bytes that are no version of ${file}: "${found.toString('latin1').slice(0, 80)}"`)
  return n
}

for (const shellName of ['dash', 'busybox alone'])
  test(
    `fault 59: ${COPIES} copies of a disk that is written to: each file is old or new, and what was said to be done is there (${shellName})`,
    { skip: process.getuid?.() !== 0 && 'mounting a disk needs root', timeout: cases(120_000, 1_200_000) },
    async (t) => {
      using disk = new Disk(join(folder, `disk for ${shellName}`.replaceAll(' ', '-')))
      const link = await openLink(shells[shellName] ?? '')
      const begun = new Map<File, number>()
      const done = new Map<File, number>()
      let n = 0
      const write = async () => {
        n++
        for (const files of ACTS) {
          for (const file of files) begun.set(file, n)
          const tasks = files.map((file) => ({ title: file, changes: [writes(`${disk.at}/${file}`, version(file, n))], guards: [] }))
          const acted = await link.act({ tasks, facts: [] }, { finished: (task) => done.set(files[task] ?? files[0], n) })
          assert.equal(acted.kind, 'done', JSON.stringify(acted))
        }
      }

      await write()
      let over = false
      const writing = (async () => {
        while (!over) await write()
      })()
      const copies: { image: string; atLeast: ReadonlyMap<File, number>; atMost: ReadonlyMap<File, number> }[] = []
      try {
        while (copies.length < COPIES) {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 200))
          const atLeast = new Map(done)
          copies.push({ image: await disk.copy(), atLeast, atMost: new Map(begun) })
        }
      } finally {
        over = true
        await writing
        await link.close()
      }

      const seen = { old: 0, new: 0, 'on its way': 0 }
      for (const [index, { image, atLeast, atMost }] of copies.entries())
        disk.read(image, (at) => {
          for (const file of FILES) {
            const what = `copy ${index + 1}`
            assert.ok(existsSync(join(at, file)), `${what} has no ${file}`)
            const is = versionOf(file, readFileSync(join(at, file)), what)
            const [least = 0, most = 0] = [atLeast.get(file), atMost.get(file)]
            assert.ok(is >= least, `${what}: ${file} is version ${is}, and ${least} was said to be done`)
            assert.ok(is <= most, `${what}: ${file} is version ${is} of ${most}`)
            seen[is === most ? 'new' : 'old']++
          }
          seen['on its way'] += readdirSync(at).filter((name) => name.startsWith('.hostwright.')).length
        })
      t.diagnostic(`${n * FILES.length} writes, ${COPIES} copies: ${seen.new} files new, ${seen.old} old, ${seen['on its way']} temporary ones`)
      assert.ok(n > 2, `${n} times written`)
    },
  )
