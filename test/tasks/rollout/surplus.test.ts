/** Which releases go when there are more than are to stay. In each sh. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { shells } from '../../rig/shells.ts'
import { text } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'hw-surplus-'))
after(() => rmSync(folder, { recursive: true }))

/** A release a letter, the oldest first: the same letter is the same image, and a capital one has another .env. Gives what of them goes, by their numbers from 1. */
function goes(releases: string, keep: number, path: string): number[] {
  const at = mkdtempSync(join(folder, 'releases-'))
  const id = (index: number) => `20261130T0000${String(index).padStart(2, '0')}Z`
  for (const [index, letter] of [...releases].entries()) {
    const release = join(at, id(index + 1))
    mkdirSync(join(release, 'files'), { recursive: true })
    writeFileSync(join(release, 'release'), `by somebody ${index}\nimage sha256:${letter.toLowerCase()} shop:${letter.toLowerCase()}\nseconds ${index}\n`)
    writeFileSync(join(release, 'files/docker-compose.yml'), `image: ${letter.toLowerCase()}\n`)
    if (letter !== letter.toLowerCase()) writeFileSync(join(release, 'files/.env'), 'A="1"\n')
  }
  const { status, stdout, stderr } = spawnSync('/usr/bin/env', ['-i', `PATH=${path}`, 'LC_ALL=C', 'sh', '-c', `R=${at} KEEP=${keep} FILES='.env docker-compose.yml'\n${text('surplus')}\nsurplus`], { encoding: 'utf8', timeout: 20_000 })
  assert.deepEqual([status, stderr], [0, ''])
  return stdout.split('\n').filter((line) => line !== '').map((line) => Number(line.slice(13, 15)))
}

for (const { name, path } of shells)
  for (const [what, releases, keep, gone] of [
    ['as many as are to stay', 'abc', 3, []],
    ['the oldest goes', 'abcd', 3, [1]],
    ['two too many', 'abcde', 3, [1, 2]],
    ['going back and forth pushes nothing out', 'abcbcb', 5, [2]],
    ['nor does it in the long run', 'abcbcbcbc', 3, [2, 3, 4, 5, 6, 7]],
    ['another environment is another release', 'aAbB', 3, [1]],
    ['first those that a later one brings back too, then the oldest', 'abcdb', 3, [2, 1]],
  ] as const)
    test(`releases: ${what} (${name})`, () => assert.deepEqual(goes(releases, keep, path), gone))
